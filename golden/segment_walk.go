package golden

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io/fs"
)

// walk verifies the frames of one segment.
type walk struct {
	verifier *verifier
	segment  *segmentReader
	seal     seal
	sealed   bool // seal was verified
	intact   bool // the file is what was sealed, so that the frames' own signatures don't matter
	closed   bool // a seal is there, verified or not, and not just a pending one
	last     bool // no segment comes after
	number   int

	chain   [32]byte // hash of the frame before
	linked  bool     // chain is known
	ended   bool     // the end frame was seen
	goldens int64

	run    chunkRun
	runAt  place     // where the open run starts
	runSum hash.Hash // over the open run's bytes so far
	broken entry     // a golden that was reported: its further chunks are no news
}

func (w *walk) frames() error {
	w.chain, w.linked = w.segment.header.chain(), true
	for f, err := range w.segment.frames() {
		var d *damage
		switch {
		case errors.As(err, new(*fs.PathError)):
			return err
		case errors.As(err, &d):
			if err := w.damaged(&f, d); err != nil {
				return err
			}
			w.linked = false
		default:
			w.frame(&f)
			w.chain, w.linked = f.hash, true
		}
	}
	if !w.run.whole() {
		w.unfinished(w.runAt.offset, fmt.Errorf("%w: the golden's last chunks are missing", errShort))
	}
	return nil
}

// frame verifies a frame whose checksum fits, at the offset that it was written for.
func (w *walk) frame(f *segmentFrame) {
	switch {
	case w.ended:
		w.reportFrame(f, ProblemSwapped, errors.New("it comes after the segment's end"))
		return
	case w.linked && f.prev != w.chain:
		w.reportFrame(f, ProblemSwapped, errors.New("the frame does not follow the one before it: one of the two was put here"))
		return
	}
	if !w.intact {
		if err := w.verifier.ring.verify(f.key, f.statement(w.segment.header), f.sig); err != nil {
			w.reportFrame(f, sealProblem(err), err)
			return
		}
	}
	if err := w.run.next(f); err != nil {
		w.strayChunk(f, err)
		return
	}
	body, err := f.unpack(w.verifier.decoder, w.verifier.body[:0])
	if f.kind == frameEnd {
		w.ended = true
		return
	}
	if err != nil {
		w.reportFrame(f, ProblemChanged, err)
		return
	}
	w.verifier.body = body
	if f.kind == frameChunk {
		w.chunk(f, body)
		return
	}
	for i, e := range f.entries {
		w.golden(place{w.number, f.offset, i}, e.digest, sha256.Sum256(f.cut(body, i)))
	}
}

func (w *walk) chunk(f *segmentFrame, body []byte) {
	if f.start == 0 {
		w.runAt = place{w.number, f.offset, 0}
		w.runSum = sha256.New()
	}
	w.runSum.Write(body)
	if w.run.whole() {
		w.golden(w.runAt, f.entries[0].digest, Digest(w.runSum.Sum(nil)))
	}
}

// golden judges one golden that could be read.
func (w *walk) golden(at place, digest, got Digest) {
	v := w.verifier
	if digest != got {
		v.report(at, ProblemChanged, fmt.Errorf("its digest is %s, want %s", got.Short(), digest.Short()))
		return
	}
	wanted := v.wants.at(at)
	for _, want := range wanted {
		if want.digest != digest {
			v.report(at, ProblemSwapped, fmt.Errorf("golden %s is here, want %s", digest.Short(), want.digest.Short()))
			return
		}
	}
	v.wants.settle(at)
	v.stats.Goldens++
	w.goldens++
	if v.named && len(wanted) == 0 {
		v.stats.Unnamed++
	}
}

// damaged judges a stretch that is no frame of this place; of f there is what could be read.
func (w *walk) damaged(f *segmentFrame, d *damage) error {
	if d.misplaced {
		w.reportFrame(f, ProblemSwapped, d.err)
		return nil
	}
	if d.to == w.segment.size && w.mayEndTorn() {
		torn, err := w.torn(d)
		if torn || err != nil {
			w.verifier.stats.Torn += d.to - d.from
			return err
		}
	}
	w.breakRun(d.err)
	kind := ProblemChanged
	if errors.Is(d.err, errShort) {
		kind = ProblemCut
	}
	named := w.verifier.stats.Problems
	for _, lost := range w.verifier.wants.pendingIn(w.number, d.from, d.to) {
		w.verifier.report(lost.place, kind, d)
	}
	if w.verifier.stats.Problems == named {
		w.reportFrame(f, kind, d)
	}
	return nil
}

// mayEndTorn reports whether a kill can have left the file's end as it is.
func (w *walk) mayEndTorn() bool { return w.last && !w.ended && !w.closed }

// torn tells what was never acknowledged from what was damaged since. Where the ledger is at
// hand, it knows. Else the end must look like a write that was broken off: short, or all zeros at last.
func (w *walk) torn(d *damage) (bool, error) {
	if w.verifier.named {
		return len(w.verifier.wants.pendingIn(w.number, d.from, d.to)) == 0, nil
	}
	if errors.Is(d.err, errShort) {
		return true, nil
	}
	return w.segment.endsInZeros()
}

// unfinished judges a run of chunks that ends with the file.
func (w *walk) unfinished(from int64, why error) {
	if w.mayEndTorn() && len(w.verifier.wants.at(w.runAt)) == 0 {
		w.verifier.stats.Torn += w.segment.size - from
		return
	}
	w.breakRun(why)
}

// breakRun reports the golden whose run of chunks is open, if there is one.
func (w *walk) breakRun(why error) {
	if w.run.whole() {
		return
	}
	w.verifier.report(w.runAt, ProblemChanged, fmt.Errorf("golden %s: %w", w.run.golden.digest.Short(), why))
	w.broken, w.run = w.run.golden, chunkRun{}
}

// strayChunk judges a frame that is whole but breaks a run of chunks.
func (w *walk) strayChunk(f *segmentFrame, why error) {
	w.breakRun(why)
	if f.kind == frameChunk && f.entries[0] == w.broken {
		return
	}
	w.reportFrame(f, ProblemChanged, why)
}

// reportFrame reports each golden of a frame, by the place that it was written for, or the file
// where the frame names none.
func (w *walk) reportFrame(f *segmentFrame, kind ProblemKind, why error) {
	if len(f.entries) == 0 {
		w.verifier.reportFile(segmentName(w.number), kind, why)
		return
	}
	if f.kind == frameChunk {
		w.reportChunk(f, kind, why)
		return
	}
	for i, e := range f.entries {
		w.verifier.report(place{w.number, f.offset, i}, kind, fmt.Errorf("golden %s: %w", e.digest.Short(), why))
	}
}

// reportChunk reports a chunk's golden once, by the place of its first chunk where that is known.
func (w *walk) reportChunk(f *segmentFrame, kind ProblemKind, why error) {
	e, at := f.entries[0], place{w.number, f.offset, 0}
	if e == w.broken {
		return
	}
	if !w.run.whole() && w.run.golden == e {
		at = w.runAt
		w.run = chunkRun{}
	}
	w.broken = e
	w.verifier.report(at, kind, fmt.Errorf("golden %s: %w", e.digest.Short(), why))
}
