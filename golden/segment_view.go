package golden

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// SegmentView reads a store, also while another process writes it, and without any permission to
// write. Any number of goroutines may use it.
type SegmentView struct {
	dir     string
	build   BuildOptions
	decoder *zstd.Decoder
	bodies  sync.Pool // of *[]byte, for frames' bodies
}

// ViewSegments opens the store in dir for reading; o is for the traces that Get returns. The
// store may be empty, and its folder not there yet.
func ViewSegments(dir string, o BuildOptions) (*SegmentView, error) {
	decoder, err := newDecoder()
	if err != nil {
		return nil, fmt.Errorf("segments: %w", err)
	}
	return &SegmentView{dir: dir, build: o, decoder: decoder}, nil
}

// Close gives the view's memory back.
func (v *SegmentView) Close() error {
	v.decoder.Close()
	return nil
}

// Get returns a golden, checked against the frame's checksum and the ref's digest. The caller
// closes it. Signatures are for [VerifySegments].
func (v *SegmentView) Get(ref Ref) (*Trace, error) {
	at, err := parsePlace(ref.Place)
	if err != nil {
		return nil, fmt.Errorf("golden %s: %w", ref.Digest.Short(), err)
	}
	r, err := openSegment(v.dir, at.segment)
	if err != nil {
		return nil, fmt.Errorf("golden %s: %w", ref.Digest.Short(), err)
	}
	defer r.Close()
	t, err := v.get(r, at, ref.Digest)
	if err != nil {
		return nil, fmt.Errorf("golden %s at %s: %w", ref.Digest.Short(), ref.Place, err)
	}
	return t, nil
}

func (v *SegmentView) get(r *segmentReader, at place, want Digest) (*Trace, error) {
	f, err := r.frame(at.offset)
	if err != nil {
		return nil, err
	}
	if at.index >= len(f.entries) {
		return nil, fmt.Errorf("%w: the frame there holds %d goldens", errSwapped, len(f.entries))
	}
	if got := f.entries[at.index].digest; got != want {
		return nil, fmt.Errorf("%w: there is golden %s", errSwapped, got.Short())
	}
	if f.kind == frameChunk {
		return ReadTrace(&chunkReader{segment: r, decoder: v.decoder, offset: at.offset}, want, v.build)
	}
	body := v.body()
	defer v.bodies.Put(body)
	if *body, err = f.unpack(v.decoder, (*body)[:0]); err != nil {
		return nil, err
	}
	return ReadTrace(bytes.NewReader(f.cut(*body, at.index)), want, v.build)
}

func (v *SegmentView) body() *[]byte {
	if b, ok := v.bodies.Get().(*[]byte); ok {
		return b
	}
	return new([]byte)
}

// cut returns one golden of a group's uncompressed body.
func (f *segmentFrame) cut(body []byte, index int) []byte {
	start := int64(0)
	for _, e := range f.entries[:index] {
		start += e.size
	}
	return body[start:][:f.entries[index].size]
}

// Scan yields every golden in the order in which they were added, with its header and its length
// in bytes, having checked its digest: from this, the ledger's index can be made again. It goes
// on behind what is damaged, and says at the end what that was; an unfinished end of the last
// segment is no damage. An error of yield ends it.
func (v *SegmentView) Scan(yield func(ref Ref, h Header, size int64) error) error {
	list, err := listSegments(v.dir)
	if err != nil {
		return err
	}
	var damaged []error
	for i, seg := range list {
		if s, err := peekSeal(v.dir, seg.number); !seg.file || err == nil && s.Pruned {
			continue
		}
		bad, err := v.scanSegment(seg, i == len(list)-1, yield)
		if err != nil {
			return err
		}
		if bad != nil {
			damaged = append(damaged, fmt.Errorf("%s: %w", segmentName(seg.number), bad))
		}
	}
	return errors.Join(damaged...)
}

// scanSegment returns the segment's first damage, and apart from it what ended the scan.
func (v *SegmentView) scanSegment(seg segmentFiles, last bool, yield func(Ref, Header, int64) error) (bad, err error) {
	r, err := openSegment(v.dir, seg.number)
	if err != nil {
		return err, nil
	}
	defer r.Close()
	var tail error // a damage that may yet turn out to be the file's end
	for f, err := range r.frames() {
		if bad == nil {
			bad = tail
		}
		tail = nil
		if err != nil {
			tail = err
			continue
		}
		if tail, err = v.scanFrame(r, &f, yield); err != nil {
			return bad, err
		}
	}
	if bad == nil && (!last || seg.seal) {
		bad = tail
	}
	return bad, nil
}

// scanFrame yields the goldens that begin in a frame.
func (v *SegmentView) scanFrame(r *segmentReader, f *segmentFrame, yield func(Ref, Header, int64) error) (bad, err error) {
	at := place{segment: r.header.number, offset: f.offset}
	switch {
	case f.kind == frameChunk && f.start == 0:
		// The frame's memory is the reader's: a reader of its own keeps the scan's place.
		chunks := &chunkReader{segment: &segmentReader{file: r.file, header: r.header, size: r.size}, decoder: v.decoder, offset: at.offset}
		return v.scanGolden(chunks, f.entries[0], at, yield)
	case f.kind != frameGroup:
		return nil, nil
	}
	body := v.body()
	defer v.bodies.Put(body)
	if *body, bad = f.unpack(v.decoder, (*body)[:0]); bad != nil {
		return fmt.Errorf("frame at %d: %w", f.offset, bad), nil
	}
	for i, e := range f.entries {
		at.index = i
		wrong, err := v.scanGolden(bytes.NewReader(f.cut(*body, i)), e, at, yield)
		if err != nil {
			return bad, err
		}
		if bad == nil {
			bad = wrong
		}
	}
	return bad, nil
}

func (v *SegmentView) scanGolden(from io.Reader, e entry, at place, yield func(Ref, Header, int64) error) (bad, err error) {
	sum := sha256.New()
	in := bufio.NewReader(io.TeeReader(from, sum))
	line, bad := in.ReadBytes('\n')
	if bad == nil {
		_, bad = io.Copy(io.Discard, in)
	}
	if bad == nil && Digest(sum.Sum(nil)) != e.digest {
		bad = errors.New("its digest is another")
	}
	var h Header
	if bad == nil {
		h, bad = ParseHeader(bytes.TrimSuffix(line, []byte("\n")))
	}
	if bad != nil {
		return fmt.Errorf("golden %s at %s: %w", e.digest.Short(), at, bad), nil
	}
	return nil, yield(Ref{e.digest, at.String()}, h, e.size)
}
