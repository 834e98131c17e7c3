package replay

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// tolerance is how far two numbers may be apart.
type tolerance struct {
	most     *big.Rat // not negative
	relative bool     // to the magnitude of the first number
}

// maxDigits bounds how many digits a number may take when written out without an exponent, so
// that 1e999999999 costs nothing. Numbers beyond are near no other.
const maxDigits = 2_000

// parseTolerance reads a decimal number, with a percent sign if it is relative.
func parseTolerance(text string) (tolerance, error) {
	digits, relative := strings.CutSuffix(text, "%")
	most, ok := exact([]byte(digits))
	if !ok || most.Sign() < 0 {
		return tolerance{}, fmt.Errorf(`within %q: want a number that is not negative, such as 0.001, or a percentage, such as 1%%`, text)
	}
	if relative {
		most.Quo(most, big.NewRat(100, 1))
	}
	return tolerance{most, relative}, nil
}

// holds reports whether got is near enough to want, both JSON numbers. It computes exactly.
func (t tolerance) holds(want, got []byte) bool {
	w, ok := exact(want)
	if !ok {
		return false
	}
	g, ok := exact(got)
	if !ok {
		return false
	}
	most := t.most
	if t.relative {
		most = new(big.Rat).Mul(new(big.Rat).Abs(w), t.most)
	}
	apart := g.Sub(g, w)
	return apart.Abs(apart).Cmp(most) <= 0
}

// exact returns the value of a JSON number, unless it is too long to compute with.
func exact(number []byte) (*big.Rat, bool) {
	if len(number) == 0 || len(number) > maxDigits || number[0] != '-' && (number[0] < '0' || number[0] > '9') {
		return nil, false
	}
	for _, c := range number {
		if !strings.ContainsRune("0123456789.eE+-", rune(c)) { // not 0x10, 1/3 or 1_000
			return nil, false
		}
	}
	text := string(number)
	if at := strings.IndexAny(text, "eE"); at >= 0 {
		exponent, err := strconv.Atoi(text[at+1:])
		if err != nil || max(exponent, -exponent) > maxDigits {
			return nil, false
		}
	}
	return new(big.Rat).SetString(text)
}
