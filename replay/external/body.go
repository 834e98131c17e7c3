package external

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/shadowrun/shadowrun/golden"
)

// Body is a request's or a response's.
type Body struct {
	Data    []byte
	Omitted *Omitted // in the place of Data
}

// Omitted stands for a body that was above the limit.
type Omitted struct {
	SHA256 string `json:"sha256"` // hexadecimal; of what passed
	Size   int64  `json:"size"`   // bytes
}

// IsZero reports whether there is no body.
func (b Body) IsZero() bool { return len(b.Data) == 0 && b.Omitted == nil }

// digest returns the SHA-256 of the body, in hexadecimal.
func (b Body) digest() string {
	if b.Omitted != nil {
		return b.Omitted.SHA256
	}
	sum := sha256.Sum256(b.Data)
	return hex.EncodeToString(sum[:])
}

// storedBody is a body in an event: one field of it.
type storedBody struct {
	JSON    jsontext.Value `json:"json,omitzero"`
	Text    string         `json:"text,omitzero"`
	Base64  string         `json:"base64,omitzero"`
	Omitted *Omitted       `json:"omitted,omitzero"`
}

// MarshalJSON writes the body as [Exchange.Value] documents.
func (b Body) MarshalJSON() ([]byte, error) {
	var s storedBody
	switch {
	case b.Omitted != nil:
		s.Omitted = b.Omitted
	case isCanonical(b.Data):
		s.JSON = b.Data
	case utf8.Valid(b.Data):
		s.Text = string(b.Data)
	default:
		s.Base64 = base64.StdEncoding.EncodeToString(b.Data)
	}
	return json.Marshal(s)
}

// UnmarshalJSON reads a body as [Exchange.Value] documents.
func (b *Body) UnmarshalJSON(text []byte) error {
	var s storedBody
	if err := json.Unmarshal(text, &s, json.RejectUnknownMembers(true)); err != nil {
		return err
	}
	*b = Body{}
	switch {
	case s.Omitted != nil:
		b.Omitted = s.Omitted
	case len(s.JSON) > 0:
		b.Data = bytes.Clone(s.JSON)
	case s.Base64 != "":
		data, err := base64.StdEncoding.DecodeString(s.Base64)
		if err != nil {
			return fmt.Errorf("body: %w", err)
		}
		b.Data = data
	default:
		b.Data = []byte(s.Text)
	}
	return nil
}

// frame is how many levels an event may put around a body; nested is the shortest body that with
// them could be too deep for the canonical form.
const (
	frame  = 16
	nested = 9_000
)

// canonicalBody returns the canonical form of an object or array, and whether data is one. Other
// values are left as text: a word or number is as readable so.
func canonicalBody(data []byte) ([]byte, bool) {
	trimmed := bytes.TrimLeft(data, " \t\r\n")
	if len(trimmed) == 0 || trimmed[0] != '{' && trimmed[0] != '[' {
		return nil, false
	}
	form, err := golden.AppendCanonical(nil, trimmed)
	if err != nil {
		return nil, false
	}
	if len(form) >= nested {
		framed := strings.Repeat("[", frame) + string(form) + strings.Repeat("]", frame)
		if _, err := golden.AppendCanonical(nil, []byte(framed)); err != nil {
			return nil, false
		}
	}
	return form, true
}

func isCanonical(data []byte) bool {
	form, ok := canonicalBody(data)
	return ok && bytes.Equal(form, data)
}

// keeper takes a body as it passes, and keeps it up to a limit.
type keeper struct {
	limit int64
	data  []byte
	size  int64
	sum   hash.Hash
}

func newKeeper(limit int64) *keeper { return &keeper{limit: limit, sum: sha256.New()} }

func (k *keeper) take(chunk []byte) {
	k.size += int64(len(chunk))
	if k.size > k.limit {
		if k.data != nil {
			k.sum.Write(k.data)
			k.data = nil
		}
		k.sum.Write(chunk)
		return
	}
	k.data = append(k.data, chunk...)
}

func (k *keeper) body() Body {
	if k.size > k.limit {
		return Body{Omitted: &Omitted{SHA256: hex.EncodeToString(k.sum.Sum(nil)), Size: k.size}}
	}
	return Body{Data: k.data}
}
