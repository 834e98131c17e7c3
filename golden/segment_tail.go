package golden

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"os"

	"github.com/klauspost/compress/zstd"
)

// extent says how far a segment has got.
type extent struct {
	size    int64 // bytes
	frames  int64
	goldens int64
	chain   [32]byte // hash of the last frame, or of the header
}

// tail is the segment that is written. One goroutine may use it.
type tail struct {
	dir    string
	file   *os.File
	header segmentHeader
	ring   *Ring
	extent           // what is durable
	sum    hash.Hash // over extent.size bytes
}

// newTail makes segment number, durably and with its header whole when its name appears.
func newTail(dir string, number int, ring *Ring) (*tail, error) {
	h := segmentHeader{number: number}
	rand.Read(h.id[:]) // an identity, not a choice: it is in no trace
	if err := replaceFile(segmentPath(dir, number), h.append(nil), 0o644); err != nil {
		return nil, fmt.Errorf("new segment: %w", err)
	}
	return openTail(dir, h, ring, extent{size: int64(segmentHeaderSize), chain: h.chain()})
}

// openTail goes on with a segment whose first at.size bytes are known to be good.
func openTail(dir string, h segmentHeader, ring *Ring, at extent) (*tail, error) {
	file, err := os.OpenFile(segmentPath(dir, h.number), os.O_RDWR, 0)
	if err != nil {
		return nil, fmt.Errorf("segment: %w", err)
	}
	t := &tail{dir: dir, file: file, header: h, ring: ring, extent: at, sum: sha256.New()}
	if err := t.rehash(); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return t, nil
}

func (t *tail) rehash() error {
	t.sum.Reset()
	if _, err := io.Copy(t.sum, io.NewSectionReader(t.file, 0, t.size)); err != nil {
		return fmt.Errorf("segment: %w", err)
	}
	return nil
}

// appendFrame appends a frame that comes after what at says, and moves at on. raw is its body before
// it is compressed.
func (t *tail) appendFrame(dst []byte, at *extent, kind frameKind, count int, index, raw []byte, encoder *zstd.Encoder) ([]byte, error) {
	signer := t.ring.current
	if signer == nil {
		return dst, ErrVerifyOnly
	}
	start, le := len(dst), binary.LittleEndian
	dst = append(dst, make([]byte, frameHeadSize)...)
	dst = append(dst, index...)
	body := len(dst)
	if len(raw) > 0 {
		dst = encoder.EncodeAll(raw, dst)
	}
	head := dst[start : start+frameHeadSize]
	copy(head, frameMagic)
	head[4], head[5] = byte(kind), byte(signer.sigLen())
	le.PutUint16(head[6:], uint16(count))
	le.PutUint64(head[8:], uint64(at.size))
	le.PutUint32(head[16:], uint32(len(index)))
	le.PutUint32(head[20:], uint32(len(dst)-body))
	le.PutUint32(head[24:], uint32(len(raw)))
	copy(head[28:], signer.id[:])
	copy(head[36:], at.chain[:])
	le.PutUint32(head[68:], crc32.Checksum(head[:68], castagnoli))

	f := segmentFrame{hash: sha256.Sum256(dst[start:])}
	sig, err := signer.sign(f.statement(t.header))
	if err != nil {
		return dst, fmt.Errorf("segment: %w", err)
	}
	dst = append(dst, sig...)
	dst = le.AppendUint32(dst, crc32.Checksum(dst[start:], castagnoli))
	at.size += int64(len(dst) - start)
	at.chain = f.hash
	at.frames++
	return dst, nil
}

// undo takes back all that is not durable. An error means that the file can't be trusted any more.
func (t *tail) undo(rehash bool) error {
	if err := t.file.Truncate(t.size); err != nil {
		return fmt.Errorf("segment: take back what was not written whole: %w", err)
	}
	if err := syncData(t.file); err != nil {
		return fmt.Errorf("segment: take back what was not written whole: %w", err)
	}
	if rehash {
		return t.rehash()
	}
	return nil
}

// seal ends the segment. The seal's text is durable before the end frame is, and gets its name
// after it: a segment with an end frame has a seal, be it a pending one, or somebody took it away.
func (t *tail) seal() error {
	at := t.extent
	end, err := t.appendFrame(nil, &at, frameEnd, 0, nil, nil, nil)
	if err != nil {
		return err
	}
	t.sum.Write(end)
	s := seal{
		Segment: t.header.number, ID: hexString(t.header.id[:]),
		Bytes: at.size, Frames: at.frames, Goldens: at.goldens,
		Chain: hexString(at.chain[:]), SHA256: hexString(t.sum.Sum(nil)),
	}
	if err := t.finish(s, end); err != nil {
		return errors.Join(fmt.Errorf("seal of segment %d: %w", s.Segment, err), t.undo(true))
	}
	t.extent = at
	return adoptSeal(t.dir, s.Segment)
}

func (t *tail) finish(s seal, end []byte) error {
	text, err := s.render(t.ring)
	if err != nil {
		return err
	}
	pending := sealPath(t.dir, s.Segment) + tmpSuffix
	if err := writeSynced(pending, text, 0o644); err != nil {
		return errors.Join(err, removeIfThere(pending))
	}
	if err := syncDir(t.dir); err != nil {
		return err
	}
	if _, err := t.file.WriteAt(end, t.size); err != nil {
		return err
	}
	return syncData(t.file)
}
