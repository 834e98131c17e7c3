package golden

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// flushSize is how many bytes of frames are gathered before they are written, so that a group of
// small goldens is one write and a group of large ones takes bounded memory.
const flushSize = 4 * chunkSize

// packer writes one group of goldens behind a segment's durable extent.
type packer struct {
	tail    *tail
	encoder *zstd.Encoder
	at      extent // where the next frame comes

	raw, index []byte // of the frame that is being filled
	count      int
	out        []byte // frames that are not written yet
	written    int64  // how far the file was written
	refs       []Ref
}

// reset starts a group, keeping the buffers.
func (p *packer) reset(t *tail) {
	*p = packer{
		tail: t, encoder: p.encoder, at: t.extent, written: t.size,
		raw: p.raw[:0], index: p.index[:0], out: p.out[:0],
	}
}

// add takes one golden in.
func (p *packer) add(t *Trace) error {
	if t.Size() > chunkSize {
		return p.addChunks(t)
	}
	if len(p.raw)+int(t.Size()) > chunkSize || p.count == maxGroup {
		if err := p.endGroup(); err != nil {
			return err
		}
	}
	b, err := t.Bytes()
	if err != nil {
		return err
	}
	p.refs = append(p.refs, Ref{t.Digest(), place{p.tail.header.number, p.at.size, p.count}.String()})
	p.raw = append(p.raw, b...)
	digest := t.Digest()
	p.index = append(p.index, digest[:]...)
	p.index = binary.AppendUvarint(p.index, uint64(len(b)))
	p.count++
	return nil
}

// endGroup makes a frame of the goldens that were gathered.
func (p *packer) endGroup() error {
	if p.count == 0 {
		return nil
	}
	p.at.goldens += int64(p.count)
	if err := p.frame(frameGroup, p.count); err != nil {
		return err
	}
	p.count = 0
	return nil
}

// addChunks writes a golden that is too large for a frame as a run of chunks.
func (p *packer) addChunks(t *Trace) error {
	if err := p.endGroup(); err != nil {
		return err
	}
	digest := t.Digest()
	p.refs = append(p.refs, Ref{digest, place{p.tail.header.number, p.at.size, 0}.String()})
	p.at.goldens++
	r := t.Reader()
	for start := int64(0); start < t.Size(); start += chunkSize {
		n := min(chunkSize, t.Size()-start)
		p.raw = append(p.raw[:0], make([]byte, n)...)
		if _, err := io.ReadFull(r, p.raw); err != nil {
			return fmt.Errorf("golden %s: %w", digest.Short(), err)
		}
		p.index = append(p.index[:0], digest[:]...)
		p.index = binary.AppendUvarint(p.index, uint64(t.Size()))
		p.index = binary.AppendUvarint(p.index, uint64(start))
		if err := p.frame(frameChunk, 1); err != nil {
			return err
		}
	}
	return nil
}

func (p *packer) frame(kind frameKind, count int) error {
	var err error
	p.out, err = p.tail.appendFrame(p.out, &p.at, kind, count, p.index, p.raw, p.encoder)
	p.raw, p.index = p.raw[:0], p.index[:0]
	if err != nil || len(p.out) < flushSize {
		return err
	}
	return p.flush()
}

func (p *packer) flush() error {
	if _, err := p.tail.file.WriteAt(p.out, p.written); err != nil {
		return fmt.Errorf("segment: %w", err)
	}
	p.tail.sum.Write(p.out)
	p.written += int64(len(p.out))
	p.out = p.out[:0]
	return nil
}

// commit makes the group durable.
func (p *packer) commit() error {
	if err := p.endGroup(); err != nil {
		return err
	}
	if err := p.flush(); err != nil {
		return err
	}
	if err := syncData(p.tail.file); err != nil {
		return fmt.Errorf("segment: %w", err)
	}
	p.tail.extent = p.at
	return nil
}
