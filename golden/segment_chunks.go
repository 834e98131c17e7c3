package golden

import (
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// goldens is how many goldens end in the frame.
func (f *segmentFrame) goldens() int64 {
	if f.kind == frameChunk && !f.last() {
		return 0
	}
	return int64(f.count)
}

// chunkRun follows the frames of a segment and tells whether chunks come in whole runs.
type chunkRun struct {
	open   bool
	golden entry
	due    int64 // where the next chunk must start
}

// next takes the next frame in.
func (c *chunkRun) next(f *segmentFrame) error {
	chunk := f.kind == frameChunk
	switch {
	case c.open && (!chunk || f.entries[0] != c.golden || f.start != c.due):
		return fmt.Errorf("frame at %d: golden %s goes on at byte %d elsewhere", f.offset, c.golden.digest.Short(), c.due)
	case !c.open && chunk && f.start != 0:
		return fmt.Errorf("frame at %d: golden %s starts in its middle, at byte %d", f.offset, f.entries[0].digest.Short(), f.start)
	case chunk:
		*c = chunkRun{open: !f.last(), golden: f.entries[0], due: f.start + int64(f.rawLen)}
	}
	return nil
}

// whole reports whether no run is open.
func (c *chunkRun) whole() bool { return !c.open }

// chunkReader reads the golden whose first chunk is at offset. What it holds is one chunk.
type chunkReader struct {
	segment *segmentReader
	decoder *zstd.Decoder
	offset  int64
	run     chunkRun
	raw     []byte // of the chunk, what was not read
	chunk   []byte
	started bool
}

func (c *chunkReader) Read(p []byte) (int, error) {
	for len(c.raw) == 0 {
		if c.started && c.run.whole() {
			return 0, io.EOF
		}
		if err := c.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, c.raw)
	c.raw = c.raw[n:]
	return n, nil
}

func (c *chunkReader) fill() error {
	f, err := c.segment.frame(c.offset)
	if err != nil {
		return fmt.Errorf("frame at %d: %w", c.offset, err)
	}
	if f.offset != c.offset || f.kind != frameChunk {
		return fmt.Errorf("frame at %d: want a chunk, got kind %d written for offset %d", c.offset, f.kind, f.offset)
	}
	if err := c.run.next(&f); err != nil {
		return err
	}
	c.started = true
	if c.chunk, err = f.unpack(c.decoder, c.chunk[:0]); err != nil {
		return fmt.Errorf("frame at %d: %w", c.offset, err)
	}
	c.raw = c.chunk
	c.offset += f.size()
	return nil
}
