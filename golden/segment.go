package golden

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A store of segments is a folder of append-only files:
//
//	seg-000001.srs    a file header, then frames (segment_frame.go)
//	seg-000001.seal   a signed statement about the whole file (segment_seal.go)
//
// Frames are signed one by one, so that nothing is unsigned when a soak is killed; the seal, put
// on when a segment is full, says how long it is and replaces the frames' signatures when a key
// is rotated. Numbers only grow: a segment that was pruned leaves its seal, which says so.

// Ref says where a golden is.
type Ref struct {
	Digest Digest
	// Place is segment:offset:index, such as "1:4096:3": the number of the segment, the offset of
	// the frame in its file in bytes, and which of the frame's goldens it is, from 0.
	Place string
}

// place is a [Ref.Place] taken apart.
type place struct {
	segment int
	offset  int64
	index   int
}

func (p place) String() string {
	b := strconv.AppendInt(make([]byte, 0, 24), int64(p.segment), 10)
	b = strconv.AppendInt(append(b, ':'), p.offset, 10)
	return string(strconv.AppendInt(append(b, ':'), int64(p.index), 10))
}

// parsePlace accepts the one spelling that [place.String] writes.
func parsePlace(s string) (place, error) {
	var p place
	parts := strings.Split(s, ":")
	if len(parts) == 3 {
		segment, err1 := strconv.ParseUint(parts[0], 10, 31)
		offset, err2 := strconv.ParseUint(parts[1], 10, 63)
		index, err3 := strconv.ParseUint(parts[2], 10, 16)
		p = place{int(segment), int64(offset), int(index)}
		if err1 == nil && err2 == nil && err3 == nil && segment > 0 && p.String() == s {
			return p, nil
		}
	}
	return place{}, fmt.Errorf(`place %q: want segment:offset:index, such as "1:4096:3"`, s)
}

const (
	segmentSuffix = ".srs"
	sealSuffix    = ".seal"
	tmpSuffix     = ".tmp"
)

func segmentName(number int) string { return fmt.Sprintf("seg-%06d%s", number, segmentSuffix) }
func sealName(number int) string    { return fmt.Sprintf("seg-%06d%s", number, sealSuffix) }

func segmentPath(dir string, number int) string { return filepath.Join(dir, segmentName(number)) }
func sealPath(dir string, number int) string    { return filepath.Join(dir, sealName(number)) }

// segmentFiles says what a store's folder holds under a segment's number.
type segmentFiles struct {
	number     int
	file, seal bool
	pending    bool // a seal that was written and not yet given its name
}

// listSegments returns what dir holds, by number. A folder that is not there holds nothing.
func listSegments(dir string) ([]segmentFiles, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		return nil, fmt.Errorf("segments: %w", err)
	}
	byNumber := map[int]*segmentFiles{}
	for _, e := range entries {
		number, suffix := splitSegmentName(e.Name())
		if number == 0 {
			continue
		}
		s := byNumber[number]
		if s == nil {
			s = &segmentFiles{number: number}
			byNumber[number] = s
		}
		switch suffix {
		case segmentSuffix:
			s.file = true
		case sealSuffix:
			s.seal = true
		case sealSuffix + tmpSuffix:
			s.pending = true
		}
	}
	list := make([]segmentFiles, 0, len(byNumber))
	for _, s := range byNumber {
		list = append(list, *s)
	}
	slices.SortFunc(list, func(a, b segmentFiles) int { return a.number - b.number })
	return list, nil
}

// splitSegmentName returns 0 for a name that is none of ours.
func splitSegmentName(name string) (number int, suffix string) {
	stem, suffix, ok := strings.Cut(name, ".")
	digits, ok2 := strings.CutPrefix(stem, "seg-")
	n, err := strconv.ParseUint(digits, 10, 31)
	if !ok || !ok2 || err != nil || n == 0 || fmt.Sprintf("seg-%06d", n) != stem {
		return 0, ""
	}
	switch suffix = "." + suffix; suffix {
	case segmentSuffix, sealSuffix, sealSuffix + tmpSuffix:
		return int(n), suffix
	}
	return 0, ""
}

// segmentHeader opens a segment's file. The id is random: it binds frames to this segment of
// this store, whatever the file is called.
type segmentHeader struct {
	number int
	id     [16]byte
}

const (
	segmentMagic      = "shadowrun segs1\n"
	segmentHeaderSize = len(segmentMagic) + 4 + 16 + 4 // magic, number, id, CRC-32C
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func (h segmentHeader) append(dst []byte) []byte {
	start := len(dst)
	dst = append(dst, segmentMagic...)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(h.number))
	dst = append(dst, h.id[:]...)
	return binary.LittleEndian.AppendUint32(dst, crc32.Checksum(dst[start:], castagnoli))
}

// chain is where the chain of frames starts.
func (h segmentHeader) chain() [32]byte { return sha256.Sum256(h.append(nil)) }

// parseSegmentHeader reads the first segmentHeaderSize bytes of a file.
func parseSegmentHeader(b []byte) (segmentHeader, error) {
	var h segmentHeader
	if len(b) < segmentHeaderSize {
		return h, fmt.Errorf("header: %w: %d bytes of %d", errShort, len(b), segmentHeaderSize)
	}
	b = b[:segmentHeaderSize]
	if string(b[:len(segmentMagic)]) != segmentMagic {
		return h, fmt.Errorf("header starts with %q, want %q", b[:len(segmentMagic)], segmentMagic)
	}
	rest := b[len(segmentMagic):]
	h.number = int(binary.LittleEndian.Uint32(rest))
	copy(h.id[:], rest[4:])
	if got, want := crc32.Checksum(b[:len(b)-4], castagnoli), binary.LittleEndian.Uint32(rest[20:]); got != want {
		return h, fmt.Errorf("header has checksum %08x, says %08x", got, want)
	}
	return h, nil
}
