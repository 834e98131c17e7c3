package replay

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// A number may follow from one other: written in another unit or with fewer digits, or taken together with
// a number that stands beside either of them. Which of two comes from which is not in the values: a sum
// comes from its parts, a text from a number, what has fewer digits from what has more, and else the
// later from the earlier. That two numbers are apart by the same on both sides says nothing as long as that number is
// nowhere shown.

// leastTold is how many digits both sides of a number need together before that it comes out right says
// that it was computed.
const leastTold = 2 * leastSummed

// written is a number as it stands in a value.
type written struct {
	value  float64
	unit   float64 // what one in its last digit is worth
	whole  bool    // it has no point
	digits int     // zeros at its ends apart
}

// readNumber reads a number, perhaps with commas between thousands.
func readNumber(text string) (written, bool) {
	text = strings.ReplaceAll(text, ",", "")
	value, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return written{}, false
	}
	mantissa, _, _ := strings.Cut(strings.ToLower(text), "e")
	digits := strings.Trim(strings.NewReplacer("-", "", ".", "").Replace(mantissa), "0")
	return written{value, precisionOf(text), !strings.Contains(text, "."), len(digits)}, true
}

// is reports whether a number is v, rounded to its digits; a whole one has to be exact.
func (n written) is(v float64) bool {
	off := math.Abs(n.value - v)
	return off <= 1e-12*math.Abs(v) || !n.whole && off <= 0.5000001*n.unit
}

// abbreviates reports whether a number is v, rounded to its digits or cut off.
func (n written) abbreviates(v float64) bool {
	lost := math.Abs(v) - math.Abs(n.value)
	return math.Abs(lost) <= 1e-12*math.Abs(v) || lost > -0.5000001*n.unit && lost < 0.9999999*n.unit
}

// twoNumbers are both sides of a difference.
type twoNumbers struct {
	want, got written
	ok        bool
}

func readNumbers(want, got string) twoNumbers {
	w, okw := readNumber(want)
	g, okg := readNumber(got)
	return twoNumbers{w, g, okw && okg && w.value != g.value}
}

func numbersOf(d Difference) twoNumbers {
	if d.Kind != Changed || d.Want.Kind() != '0' || d.Got.Kind() != '0' {
		return twoNumbers{}
	}
	return readNumbers(string(d.Want), string(d.Got))
}

// told reports whether two numbers as written say enough together.
func (n twoNumbers) told() bool { return n.ok && n.want.digits+n.got.digits >= leastTold }

// powers are of ten: from one unit to another, of money and percent as well.
var powers = []struct{ of, times float64 }{
	{0, 1}, {-2, 1e-2}, {2, 1e2}, {-3, 1e-3}, {3, 1e3}, {-6, 1e-6}, {6, 1e6}, {-9, 1e-9}, {9, 1e9},
}

// another explains a number as computed from the j-th difference and at most one number more.
func (l *links) another(i, j int) (explanation, bool) {
	n, from := l.numbers[i], l.numbers[j]
	if !from.ok || !n.told() {
		return explanation{}, false
	}
	if l.mayFollow(i, j) {
		if e, ok := l.rescaled(n, j); ok {
			return e, true
		}
	}
	d, r := l.ds[i], l.ds[j]
	rw, rg := from.want.value, from.got.value
	for _, s := range l.beside(r, d) {
		what := ""
		switch {
		case s.want > 0 && s.got > 0 && rw > 0 && rg > 0 && n.want.is(rw+s.want) && n.got.is(rg+s.got):
			what = "sum"
		case n.want.is(rw*s.want) && n.got.is(rg*s.got) && !isPower(s.want):
			what = "product"
		default:
			continue
		}
		if s.path != d.Path && s.path != r.Path {
			return explanation{natureAggregate, fmt.Sprintf("recomputed on both sides: the %s of %s and %s", what, r.Path, s.path), j}, true
		}
	}
	return explanation{}, false
}

// mayFollow reports whether a number may be another in another form, and not the other way round.
func (l *links) mayFollow(i, j int) bool {
	w, g := l.numbers[j].want.digits-l.numbers[i].want.digits, l.numbers[j].got.digits-l.numbers[i].got.digits
	return w >= 0 && g >= 0 && (w+g > 0 || j < i || j >= l.own)
}

// rescaled explains a number as the j-th difference in another unit, or with fewer digits.
func (l *links) rescaled(n twoNumbers, j int) (explanation, bool) {
	from := l.numbers[j]
	for _, p := range powers {
		if n.want.abbreviates(from.want.value*p.times) && n.got.abbreviates(from.got.value*p.times) {
			what := "in another unit"
			if p.of == 0 {
				what = "with other digits"
			}
			return explanation{natureFormat, fmt.Sprintf("the number at %s %s, on both sides", l.ds[j].Path, what), j}, true
		}
	}
	return explanation{}, false
}

func isPower(v float64) bool {
	power := math.Log10(math.Abs(v))
	return v == 0 || math.Abs(power-math.Round(power)) < 1e-12
}

// operand is a number beside another.
type operand struct {
	want, got float64
	path      string
}

// maxBeside bounds the numbers of one object that are tried with another number.
const maxBeside = 32

// beside returns the numbers that stand in one object with r or with d, both among them.
func (l *links) beside(r, d Difference) []operand {
	all := l.operands(r)
	if in, _ := splitPath(r.Path); inside(d.Path, in) && !strings.Contains(d.Path[len(in)+1:], "/") {
		return all
	}
	return append(all[:len(all):len(all)], l.operands(d)...)
}

// operands returns the numbers of the object that a difference lies in.
func (l *links) operands(d Difference) []operand {
	parent, _ := splitPath(d.Path)
	gotParent, _ := splitPath(d.GotPath)
	at := level{parent, gotParent}
	if known, ok := l.around[at]; ok || d.Path == "" {
		return known
	}
	var all []operand
	for _, m := range l.want.members(parent) {
		if len(all) == maxBeside {
			break
		}
		if got, err := strconv.ParseFloat(string(l.got.value(gotParent+m.name)), 64); err == nil {
			all = append(all, operand{m.value, got, parent + m.name})
		}
	}
	l.around[at] = all
	return all
}

// writtenPattern is a number in a text, perhaps with commas between thousands.
var writtenPattern = regexp.MustCompile(`\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?`)

// maxWritten bounds the numbers of a text that are tried, maxWrittenText its length.
const (
	maxWritten     = 16
	maxWrittenText = 4096
)

// formats returns marks for the numbers in a text that are another difference's number, in another form.
func (l *links) formats(i int) []mark {
	d := l.texts[i]
	if !d.ok || l.ds[i].Want.Kind() != '"' || len(d.want) > maxWrittenText || len(d.got) > maxWrittenText {
		return nil
	}
	w, g := writtenPattern.FindAllString(d.want, maxWritten+1), writtenPattern.FindAllString(d.got, maxWritten+1)
	if len(w) != len(g) || len(w) > maxWritten {
		return nil
	}
	var ms []mark
	for k := range w {
		n := readNumbers(w[k], g[k])
		if !n.told() {
			continue
		}
		for _, j := range l.others(i) {
			if !l.numbers[j].ok || l.leadsTo(j, i) {
				continue
			}
			if e, ok := l.rescaled(n, j); ok {
				ms = append(ms, mark{w[k], g[k], e.nature, e.why, j})
			}
		}
	}
	return ms
}
