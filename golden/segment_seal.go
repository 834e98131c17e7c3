package golden

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
)

// sealType is the DSSE payload type of a segment's seal.
const sealType = "application/vnd.shadowrun.segment-seal+json"

// seal is what is signed about a segment that nothing more is added to.
type seal struct {
	Segment int    `json:"segment"`
	ID      string `json:"id"`      // of the segment's header, hexadecimal
	Bytes   int64  `json:"bytes"`   // the file's length, header and end frame included
	Frames  int64  `json:"frames"`  // the end frame included
	Goldens int64  `json:"goldens"` // whole ones
	Chain   string `json:"chain"`   // hash of the end frame
	SHA256  string `json:"sha256"`  // of the whole file
	Pruned  bool   `json:"pruned"`  // the file was removed on purpose
}

func (s seal) render(ring *Ring) ([]byte, error) {
	payload, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("seal of segment %d: %w", s.Segment, err)
	}
	return ring.Seal(sealType, payload)
}

// openSeal verifies a seal's text for segment number. A seal of another segment is errSwapped.
func openSeal(ring *Ring, text []byte, number int) (s seal, keyID string, err error) {
	payload, keyID, err := ring.Open(sealType, text)
	if err != nil {
		return s, keyID, err
	}
	if s, err = parseSeal(payload); err != nil {
		return s, keyID, err
	}
	if s.Segment != number {
		return s, keyID, fmt.Errorf("%w: this is the seal of segment %d", errSwapped, s.Segment)
	}
	return s, keyID, nil
}

var errSwapped = errors.New("swapped")

func parseSeal(payload []byte) (seal, error) {
	var s seal
	d := json.NewDecoder(bytes.NewReader(payload))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return s, fmt.Errorf("seal: %w", err)
	}
	return s, nil
}

// peekSeal reads a seal without verifying it, for readers that have no keys: all that they take
// from it is whether the segment was pruned.
func peekSeal(dir string, number int) (seal, error) {
	text, err := os.ReadFile(sealPath(dir, number))
	if err != nil {
		return seal{}, err
	}
	payload, err := envelopePayload(text)
	if err != nil {
		return seal{}, fmt.Errorf("%s: %w", sealPath(dir, number), err)
	}
	return parseSeal(payload)
}

// readSeal reads and verifies the seal of a segment.
func readSeal(dir string, ring *Ring, number int) (seal, string, error) {
	text, err := os.ReadFile(sealPath(dir, number))
	if err != nil {
		return seal{}, "", err
	}
	s, keyID, err := openSeal(ring, text, number)
	if err != nil {
		err = fmt.Errorf("%s: %w", sealPath(dir, number), err)
	}
	return s, keyID, err
}

// putSeal replaces a segment's seal: after a kill the old one is there, or the new one.
func putSeal(dir string, ring *Ring, s seal) error {
	text, err := s.render(ring)
	if err != nil {
		return err
	}
	if err := replaceFile(sealPath(dir, s.Segment), text, 0o644); err != nil {
		return fmt.Errorf("seal of segment %d: %w", s.Segment, err)
	}
	return nil
}

// adoptSeal gives a pending seal its name: see [tail.seal].
func adoptSeal(dir string, number int) error {
	if err := os.Rename(sealPath(dir, number)+tmpSuffix, sealPath(dir, number)); err != nil {
		return fmt.Errorf("seal of segment %d: %w", number, err)
	}
	return syncDir(dir)
}

func hexString(b []byte) string { return hex.EncodeToString(b) }
