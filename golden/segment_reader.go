package golden

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
)

// segmentReader reads one segment's file up to the length that it had when it was opened.
// One goroutine may use it.
type segmentReader struct {
	file   *os.File
	header segmentHeader
	size   int64 // bytes
	buf    []byte
}

// openSegment opens a segment and reads its header, which must be that of segment number.
func openSegment(dir string, number int) (*segmentReader, error) {
	file, err := os.Open(segmentPath(dir, number))
	if err != nil {
		return nil, err
	}
	r := &segmentReader{file: file}
	if err := r.readHeader(number); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", file.Name(), err), file.Close())
	}
	return r, nil
}

func (r *segmentReader) readHeader(number int) error {
	info, err := r.file.Stat()
	if err != nil {
		return err
	}
	r.size = info.Size()
	head := make([]byte, min(r.size, int64(segmentHeaderSize)))
	if _, err := r.file.ReadAt(head, 0); err != nil && err != io.EOF {
		return err
	}
	if r.header, err = parseSegmentHeader(head); err != nil {
		return err
	}
	if r.header.number != number {
		return fmt.Errorf("%w: this is segment %d", errSwapped, r.header.number)
	}
	return nil
}

func (r *segmentReader) Close() error { return r.file.Close() }

// frame reads the frame at offset, which shares the reader's memory until the next call. The
// head is filled in where it alone is whole, and the entries where the index could be read.
func (r *segmentReader) frame(offset int64) (segmentFrame, error) {
	b, err := r.read(offset, frameHeadSize)
	if err != nil {
		return segmentFrame{}, err
	}
	head, err := parseFrameHead(b)
	if err != nil {
		return segmentFrame{frameHead: head}, err
	}
	if b, err = r.read(offset, head.size()); err != nil {
		return segmentFrame{frameHead: head}, err
	}
	return parseFrame(b)
}

// read returns up to n bytes: fewer at the end of the file.
func (r *segmentReader) read(offset, n int64) ([]byte, error) {
	n = max(0, min(n, r.size-offset))
	r.buf = slices.Grow(r.buf[:0], int(n))[:n]
	got, err := r.file.ReadAt(r.buf, offset)
	if err == io.EOF {
		err = nil
	}
	return r.buf[:got], err
}

// damage is a stretch of a segment's file that is no frame, or not this file's frame here.
type damage struct {
	from, to int64 // offsets in bytes
	err      error
	// misplaced means that there is a whole frame, which was written for another offset.
	misplaced bool
}

func (d *damage) Error() string { return fmt.Sprintf("bytes %d to %d: %v", d.from, d.to, d.err) }

func (d *damage) Unwrap() error { return d.err }

// frames yields the frames in order, and each stretch that is no frame as a [*damage], with what
// could be read of it. All other errors are of reading and end the iteration.
func (r *segmentReader) frames() iter.Seq2[segmentFrame, error] {
	return func(yield func(segmentFrame, error) bool) {
		for at := int64(segmentHeaderSize); at < r.size; {
			f, err := r.frame(at)
			to := at + f.size()
			switch {
			case errors.As(err, new(*os.PathError)):
				yield(f, err)
				return
			case err == nil && f.offset != at:
				err = &damage{at, to, fmt.Errorf("the frame here was written for offset %d", f.offset), true}
			case err != nil:
				if whole := f.sigLen > 0 && f.offset == at && to <= r.size; !whole {
					if to, err = r.find(at+1, err); errors.As(err, new(*os.PathError)) {
						yield(f, err)
						return
					}
				}
				err = &damage{from: at, to: to, err: err}
			}
			if !yield(f, err) {
				return
			}
			at = to
		}
	}
}

// find returns the offset of the next thing that looks like a frame, or the end of the file. It
// passes cause on, unless reading fails.
func (r *segmentReader) find(from int64, cause error) (int64, error) {
	const window = 1 << 16
	for from < r.size {
		b, err := r.read(from, window)
		if err != nil {
			return from, err
		}
		i := bytes.Index(b, []byte(frameMagic))
		if i < 0 {
			from += int64(max(1, len(b)-len(frameMagic)+1))
			continue
		}
		from += int64(i)
		head, err := r.read(from, frameHeadSize)
		if err != nil {
			return from, err
		}
		if _, err := parseFrameHead(head); err == nil {
			return from, cause
		}
		from++
	}
	return r.size, cause
}

// endsInZeros reports whether the file does: what some file systems leave of a write that a
// power failure interrupted. A frame ends in a checksum, and so hardly ever in eight zeros.
func (r *segmentReader) endsInZeros() (bool, error) {
	b, err := r.read(max(0, r.size-8), 8)
	return err == nil && len(bytes.Trim(b, "\x00")) == 0, err
}
