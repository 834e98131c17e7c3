package sign

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
)

// SignOff is what a person signs.
type SignOff struct {
	Version     int       `json:"version"` // 1
	Name        string    `json:"name"`    // as the list of approvers has it
	Role        string    `json:"role"`
	Date        time.Time `json:"date"`        // UTC, whole seconds; what the signer says it is
	Statement   string    `json:"statement"`   // the signer's word
	Report      string    `json:"report"`      // its id
	Result      string    `json:"result"`      // its verdict
	Bundle      Resource  `json:"bundle"`      // what is signed
	Attestation Resource  `json:"attestation"` // the machine's, beside it
}

// Encode returns the bytes that are signed, readable as they are.
func (s SignOff) Encode() ([]byte, error) {
	s.Date = s.Date.UTC().Truncate(time.Second)
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("sign-off: %w", err)
	}
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(s); err != nil {
		return nil, fmt.Errorf("sign-off: %w", err)
	}
	return text.Bytes(), nil
}

// ParseSignOff accepts exactly what Encode returns.
func ParseSignOff(text []byte) (SignOff, error) {
	var s SignOff
	if err := json.Unmarshal(text, &s); err != nil {
		return SignOff{}, fmt.Errorf("sign-off: %w", err)
	}
	again, err := s.Encode()
	if err != nil {
		return SignOff{}, err
	}
	if !bytes.Equal(again, text) {
		return SignOff{}, errors.New("sign-off: it was rewritten: want the one spelling that shadowrun writes")
	}
	return s, nil
}

func (s SignOff) check() error {
	if s.Version != 1 {
		return fmt.Errorf("version %d; this shadowrun knows version 1", s.Version)
	}
	for _, field := range [][2]string{{"name", s.Name}, {"role", s.Role}} {
		what, text := field[0], field[1]
		if strings.TrimSpace(text) != text || text == "" || strings.ContainsFunc(text, unicode.IsControl) {
			return fmt.Errorf("%s %q: want a %s, on one line", what, text, what)
		}
	}
	if s.Bundle.Digest.SHA256 == "" {
		return errors.New("it names no bundle")
	}
	return nil
}

// DigestOf returns the digest of a file's bytes.
func DigestOf(text []byte) Digest {
	sum := sha256.Sum256(text)
	return Digest{hex.EncodeToString(sum[:])}
}

// FilePart is how the name of a signer stands in the names of files.
func FilePart(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '@' || r == '.' || r == '_' || r == '+' || unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return '-'
	}, name)
}
