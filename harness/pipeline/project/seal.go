package project

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// Digest is the content's, as documents write it.
func Digest(content []byte) string {
	sum := sha256.Sum256(content)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Letters is dead_letters.json: an object, so that it can say whose letters they are.
type Letters struct {
	Version  int          `json:"version"`
	Project  string       `json:"project"`
	Letters  []DeadLetter `json:"dead_letters"`
	Checksum string       `json:"checksum"`
}

// encode is a document's only spelling: what reads it back compares bytes, so that no altered one
// is taken, white space and the order of keys included.
func encode(v any) ([]byte, error) {
	b, err := json.MarshalIndent(v, "", "  ")
	return append(b, '\n'), err
}

// Sealed is the state with its checksum.
func (s State) Sealed() (State, error) {
	s.Checksum = ""
	b, err := encode(s)
	s.Checksum = Digest(b)
	return s, err
}

// Encode is the state as state.json holds it, checksum included.
func (s State) Encode() ([]byte, error) {
	s, _ = s.Sealed()
	b, err := encode(s)
	if err != nil {
		return nil, err
	}
	return b, stateSchema.check(b)
}

// Validate holds the state to its schema.
func (s State) Validate() error {
	_, err := s.Encode()
	return err
}

// ParseState reads state.json. A file whose schema, checksum or spelling is wrong is refused;
// [ReadEdited] takes one that was edited by hand.
func ParseState(src []byte) (State, error) {
	s, err := ReadEdited(src)
	if err != nil {
		return State{}, err
	}
	return s, sealed(src, s.Checksum, State.Encode, s)
}

// ReadEdited reads a state.json whose checksum need not hold.
func ReadEdited(src []byte) (State, error) {
	var s State
	if err := stateSchema.check(src); err != nil {
		return s, err
	}
	return s, decodeStrict(src, &s)
}

// Encode is the letters as dead_letters.json holds them, checksum included.
func (l Letters) Encode() ([]byte, error) {
	l.Checksum = ""
	b, _ := encode(l)
	l.Checksum = Digest(b)
	b, err := encode(l)
	if err != nil {
		return nil, err
	}
	return b, lettersSchema.check(b)
}

// ParseLetters reads dead_letters.json, as [ParseState] reads state.json.
func ParseLetters(src []byte) (Letters, error) {
	l, err := ReadEditedLetters(src)
	if err != nil {
		return Letters{}, err
	}
	return l, sealed(src, l.Checksum, Letters.Encode, l)
}

// ReadEditedLetters reads a dead_letters.json whose checksum need not hold.
func ReadEditedLetters(src []byte) (Letters, error) {
	var l Letters
	if err := lettersSchema.check(src); err != nil {
		return l, err
	}
	return l, decodeStrict(src, &l)
}

// sealed compares a document with its only spelling.
func sealed[T any](src []byte, checksum string, encode func(T) ([]byte, error), v T) error {
	want, _ := encode(v)
	if bytes.Equal(src, want) {
		return nil
	}
	at := 0
	for at < len(src) && at < len(want) && src[at] == want[at] {
		at++
	}
	return fmt.Errorf("byte %d: it was altered: its checksum %s does not hold, or it is not spelled as it was written", at, checksum)
}

// Seal chains the entry to the one whose sum is prev.
func (e Entry) Seal(prev string) (Entry, error) {
	e.Prev = prev
	line, err := e.unsummed()
	e.Sum = Digest(line)
	return e, err
}

func (e Entry) unsummed() ([]byte, error) {
	e.Sum = ""
	return json.Marshal(e)
}

// Line is the entry as transitions.jsonl holds it, its line's end included.
func (e Entry) Line() ([]byte, error) {
	b, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	return append(b, '\n'), entrySchema.check(b)
}

// ParseEntry reads one line of transitions.jsonl, its line's end included, that follows the entry
// whose sum is prev.
func ParseEntry(line []byte, prev string) (Entry, error) {
	var e Entry
	if !bytes.HasSuffix(line, []byte("\n")) {
		return e, fmt.Errorf("it has no end: want a line")
	}
	if err := entrySchema.check(line); err != nil {
		return e, err
	}
	if err := decodeStrict(line, &e); err != nil {
		return e, err
	}
	unsummed, _ := e.unsummed()
	if want := Digest(unsummed); e.Sum != want {
		return e, fmt.Errorf("it was altered: its sum is %s: want %s", e.Sum, want)
	}
	if again, _ := e.Line(); !bytes.Equal(again, line) {
		return e, fmt.Errorf("it was altered: it is not spelled as it was written")
	}
	if e.Prev != prev {
		return e, fmt.Errorf("it does not follow the line before it: its prev is %q: want %q", e.Prev, prev)
	}
	return e, nil
}
