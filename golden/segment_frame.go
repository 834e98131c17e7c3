package golden

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// A frame is, little-endian:
//
//	 0  magic "srf1"
//	 4  kind (1 group, 2 chunk, 3 end)
//	 5  length of the signature
//	 6  how many goldens the index names (2 bytes)
//	 8  offset of this frame in its file (8)
//	16  length of the index (4)
//	20  length of the body (4)
//	24  length of the body uncompressed (4)
//	28  id of the key that signed (8)
//	36  hash of the frame before, or of the file's header (32)
//	68  CRC-32C of the above (4)
//	72  index, body (one zstd frame), signature, CRC-32C of all the above (4)
//
// The hash of a frame covers all up to its signature, which is made over the segment's header and
// that hash (see [segmentFrame.statement]). That a frame tells its own offset and its predecessor's hash makes one
// damaged frame cost one frame: what follows can still be found and verified.
//
// The index of a group is for each golden its digest and its length (uvarint); of a chunk the
// golden's digest, its whole length and where the chunk starts in it (uvarints).
const (
	frameMagic    = "srf1"
	frameHeadSize = 72
	// chunkSize bounds what a frame holds uncompressed, and so the memory that reading takes.
	// A golden that is larger goes in a run of chunks.
	chunkSize = 1 << 20
	// maxGroup is how many goldens a frame may hold.
	maxGroup = 4096
	maxIndex = maxGroup * (32 + 3)
	// maxBody is the worst that zstd makes of chunkSize bytes, generously.
	maxBody = chunkSize + chunkSize/128 + 1024
)

type frameKind byte

const (
	frameGroup frameKind = 1 // goldens that were added together, compressed jointly
	frameChunk frameKind = 2 // a part of one golden
	frameEnd   frameKind = 3 // nothing comes after: the segment's seal must be there
)

// entry is a golden in a frame's index.
type entry struct {
	digest Digest
	size   int64 // of the whole golden, uncompressed
}

// frameHead is the part of a frame with a checksum of its own, so that its length can be
// trusted where its content is damaged.
type frameHead struct {
	kind   frameKind
	sigLen int
	count  int
	offset int64
	// Lengths in bytes: of the index, of the body, and of the body uncompressed.
	indexLen, bodyLen, rawLen int

	key  rawKeyID
	prev [32]byte
}

// size is the length of the whole frame in bytes.
func (h frameHead) size() int64 {
	return int64(frameHeadSize + h.indexLen + h.bodyLen + h.sigLen + 4)
}

type segmentFrame struct {
	frameHead
	entries []entry
	start   int64 // of a chunk: where it starts in its golden
	body    []byte
	hash    [32]byte
	sig     []byte
}

// last reports whether a chunk is its golden's last.
func (f *segmentFrame) last() bool { return f.start+int64(f.rawLen) == f.entries[0].size }

// statement is what a frame's signature is made over.
func (f *segmentFrame) statement(segment segmentHeader) []byte {
	msg := append(make([]byte, 0, 96), "shadowrun frame/1\n"...)
	msg = segment.append(msg)
	return append(msg, f.hash[:]...)
}

// errShort means that the bytes end before the frame does.
var errShort = errors.New("cut short")

// parseFrameHead reads the first frameHeadSize bytes of a frame.
func parseFrameHead(b []byte) (frameHead, error) {
	var h frameHead
	if len(b) < frameHeadSize {
		return h, fmt.Errorf("frame header: %w: %d bytes of %d", errShort, len(b), frameHeadSize)
	}
	b = b[:frameHeadSize]
	if string(b[:4]) != frameMagic {
		return h, fmt.Errorf("frame header starts with %q, want %q", b[:4], frameMagic)
	}
	le := binary.LittleEndian
	if got, want := crc32.Checksum(b[:68], castagnoli), le.Uint32(b[68:]); got != want {
		return h, fmt.Errorf("frame header has checksum %08x, says %08x", got, want)
	}
	offset, index, body, raw := le.Uint64(b[8:]), le.Uint32(b[16:]), le.Uint32(b[20:]), le.Uint32(b[24:])
	h = frameHead{
		kind: frameKind(b[4]), sigLen: int(b[5]), count: int(le.Uint16(b[6:])),
		offset: int64(offset), indexLen: int(index), bodyLen: int(body), rawLen: int(raw),
		key: rawKeyID(b[28:36]), prev: [32]byte(b[36:68]),
	}
	if h.offset < 0 || index > maxIndex || body > maxBody || raw > chunkSize {
		return frameHead{}, fmt.Errorf("frame header is out of range: offset %d, index %d, body %d, raw %d", offset, index, body, raw)
	}
	if h.sigLen != ed25519.SignatureSize && h.sigLen != sha256.Size {
		return frameHead{}, fmt.Errorf("frame signature of %d bytes, want %d or %d", h.sigLen, ed25519.SignatureSize, sha256.Size)
	}
	return h, nil
}

// parseFrame reads a frame from the start of b. Its body and sig share b's memory. An error that
// wraps [errShort] means that b ends before the frame does. Signature and body are not looked at.
func parseFrame(b []byte) (segmentFrame, error) {
	head, err := parseFrameHead(b)
	f := segmentFrame{frameHead: head}
	if err != nil {
		return f, err
	}
	if int64(len(b)) < head.size() {
		return f, fmt.Errorf("frame: %w: %d bytes of %d", errShort, len(b), head.size())
	}
	b = b[:head.size()]
	bodyAt := frameHeadSize + head.indexLen
	sigAt := bodyAt + head.bodyLen
	sumAt := sigAt + head.sigLen
	// The index is read first: where the checksum is wrong, it is what can still say which
	// goldens are concerned.
	if err := f.parseIndex(b[frameHeadSize:bodyAt]); err != nil {
		return f, err
	}
	if got, want := crc32.Checksum(b[:sumAt], castagnoli), binary.LittleEndian.Uint32(b[sumAt:]); got != want {
		return f, fmt.Errorf("frame has checksum %08x, says %08x", got, want)
	}
	f.body, f.sig = b[bodyAt:sigAt], b[sigAt:sumAt]
	f.hash = sha256.Sum256(b[:sigAt])
	return f, nil
}

func (f *segmentFrame) parseIndex(b []byte) error {
	want := map[frameKind]bool{
		frameGroup: f.count > 0 && f.count <= maxGroup,
		frameChunk: f.count == 1 && f.rawLen > 0,
		frameEnd:   f.count == 0 && f.indexLen == 0 && f.rawLen == 0 && f.bodyLen == 0,
	}
	if !want[f.kind] {
		return fmt.Errorf("frame of kind %d with %d goldens", f.kind, f.count)
	}
	f.entries = make([]entry, 0, f.count)
	var total int64
	for range f.count {
		if len(b) < len(Digest{}) {
			return errors.New("frame index ends early")
		}
		e := entry{digest: Digest(b[:32])}
		var err error
		if e.size, b, err = cutUvarint(b[32:]); err != nil {
			return err
		}
		total += e.size
		f.entries = append(f.entries, e)
	}
	var err error
	switch f.kind {
	case frameGroup:
		if total != int64(f.rawLen) {
			err = fmt.Errorf("frame index adds up to %d bytes, want %d", total, f.rawLen)
		}
	case frameChunk:
		if f.start, b, err = cutUvarint(b); err == nil && f.start+int64(f.rawLen) > total {
			err = fmt.Errorf("chunk from %d to %d in a golden of %d bytes", f.start, f.start+int64(f.rawLen), total)
		}
	}
	if err == nil && len(b) != 0 {
		err = fmt.Errorf("%d bytes after the frame's index", len(b))
	}
	return err
}

// cutUvarint reads a length, refusing longer spellings than [binary.AppendUvarint]'s, and more
// than a petabyte, so that sums stay far from overflowing.
func cutUvarint(b []byte) (int64, []byte, error) {
	v, n := binary.Uvarint(b)
	if n <= 0 || v >= 1<<50 || (n > 1 && b[n-1] == 0) {
		return 0, nil, errors.New("frame index: bad length")
	}
	return int64(v), b[n:], nil
}
