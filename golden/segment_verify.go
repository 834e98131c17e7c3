package golden

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"

	"github.com/klauspost/compress/zstd"
)

// MaxProblems is how many problems verifying a store returns, the first: a store of millions may be damaged as a whole.
const MaxProblems = 1000

// VerifyStats says what [VerifySegments] looked at.
type VerifyStats struct {
	Segments int   // files
	Goldens  int64 // that are whole and signed
	Bytes    int64 // of the files
	Unnamed  int64 // of Goldens, those that nothing names: a kill came before the ledger's row
	Torn     int64 // bytes at the end of the last segment that were never acknowledged
	Problems int64 // that were found: at most [MaxProblems] of them are returned
}

// VerifySegments reads every byte of the store in dir and returns what is wrong with it, by
// segment and offset; the first [MaxProblems] of it. A problem's Golden is a [Ref.Place], or the name of a file where
// more than single goldens are concerned.
//
// want yields what the ledger names, in any order, and takes 64 bytes of memory a ref; nil means
// that only what is there can be judged: a segment whose file and seal are both gone, or the cut end of
// a segment that was never sealed, is then not missed.
func VerifySegments(dir string, ring *Ring, want iter.Seq[Ref]) ([]Problem, VerifyStats, error) {
	decoder, err := newDecoder()
	if err != nil {
		return nil, VerifyStats{}, fmt.Errorf("verify: %w", err)
	}
	defer decoder.Close()
	v := &verifier{dir: dir, ring: ring, decoder: decoder, named: want != nil}
	v.wants = v.sortWants(want)
	list, err := listSegments(dir)
	if err != nil {
		return nil, VerifyStats{}, err
	}
	for i, seg := range list {
		if err := v.segment(seg, i == len(list)-1); err != nil {
			return v.problems, v.stats, fmt.Errorf("verify %s: %w", segmentName(seg.number), err)
		}
	}
	for _, w := range v.wants.pending() {
		v.report(w.place, ProblemRemoved, fmt.Errorf("golden %s: %s is not there", w.digest.Short(), segmentName(w.place.segment)))
	}
	return v.problems, v.stats, nil
}

type verifier struct {
	dir     string
	ring    *Ring
	decoder *zstd.Decoder
	body    []byte
	named   bool
	wants   wants

	problems []Problem
	stats    VerifyStats
}

// report says what is wrong with one golden.
func (v *verifier) report(at place, kind ProblemKind, why error) {
	v.wants.settle(at)
	v.found(Problem{at.String(), kind, why.Error()})
}

func (v *verifier) reportFile(name string, kind ProblemKind, why error) {
	v.found(Problem{name, kind, why.Error()})
}

func (v *verifier) found(p Problem) {
	if v.stats.Problems++; len(v.problems) < MaxProblems {
		v.problems = append(v.problems, p)
	}
}

// segment verifies one segment and what is wanted of it.
func (v *verifier) segment(seg segmentFiles, last bool) error {
	s, sealed := v.seal(seg)
	switch {
	case s.Pruned:
		v.missing(seg.number, ProblemRemoved, errors.New("the segment was pruned"))
		return nil
	case !seg.file:
		why := fmt.Errorf("the file is gone and its seal is there: restore it from an archive")
		v.reportFile(segmentName(seg.number), ProblemRemoved, why)
		v.missing(seg.number, ProblemRemoved, why)
		return nil
	}
	r, err := openSegment(v.dir, seg.number)
	if err != nil {
		if errors.As(err, new(*fs.PathError)) {
			return err
		}
		v.reportFile(segmentName(seg.number), headerProblem(err), err)
		v.missing(seg.number, headerProblem(err), err)
		return nil
	}
	defer r.Close()
	v.stats.Segments++
	v.stats.Bytes += r.size
	before := v.stats.Problems
	w := &walk{verifier: v, segment: r, seal: s, sealed: sealed, closed: seg.seal, last: last, number: seg.number}
	if w.intact, err = w.matchesSeal(); err != nil {
		return err
	}
	if err := w.frames(); err != nil {
		return err
	}
	w.judgeFile(seg, before)
	for _, lost := range v.wants.pendingIn(seg.number, 0, 1<<62) {
		kind, why := ProblemRemoved, "there is no such golden in the file"
		if lost.place.offset >= r.size {
			kind, why = ProblemCut, "the file ends before it"
		}
		v.report(lost.place, kind, fmt.Errorf("golden %s: %s", lost.digest.Short(), why))
	}
	return nil
}

// seal opens a segment's seal, or the pending one, and reports one that is there and wrong.
func (v *verifier) seal(seg segmentFiles) (s seal, ok bool) {
	path := sealPath(v.dir, seg.number)
	if !seg.seal && seg.pending {
		path += tmpSuffix
	} else if !seg.seal {
		return s, false
	}
	text, err := os.ReadFile(path)
	if err == nil {
		s, _, err = openSeal(v.ring, text, seg.number)
	}
	if err == nil {
		return s, true
	}
	if seg.seal {
		v.reportFile(sealName(seg.number), sealProblem(err), err)
	}
	return seal{}, false
}

func sealProblem(err error) ProblemKind {
	switch {
	case errors.Is(err, ErrUnknownKey):
		return ProblemUnknownKey
	case errors.Is(err, errSwapped):
		return ProblemSwapped
	}
	return ProblemUnsigned
}

func headerProblem(err error) ProblemKind {
	switch {
	case errors.Is(err, errSwapped):
		return ProblemSwapped
	case errors.Is(err, errShort):
		return ProblemCut
	}
	return ProblemChanged
}

// missing reports all that is wanted of a segment that can't be read.
func (v *verifier) missing(number int, kind ProblemKind, why error) {
	for _, w := range v.wants.pendingIn(number, 0, 1<<62) {
		v.report(w.place, kind, fmt.Errorf("golden %s: %w", w.digest.Short(), why))
	}
}

// matchesSeal reports whether the whole file is what was sealed.
func (w *walk) matchesSeal() (bool, error) {
	h := w.segment.header
	if !w.sealed || w.seal.Bytes != w.segment.size || w.seal.ID != hexString(h.id[:]) {
		return false, nil
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, io.NewSectionReader(w.segment.file, 0, w.segment.size)); err != nil {
		return false, err
	}
	return hexString(sum.Sum(nil)) == w.seal.SHA256, nil
}

// judgeFile reports what concerns the file as a whole; before is how many problems there were
// before its frames were looked at.
func (w *walk) judgeFile(seg segmentFiles, before int64) {
	v, r, s := w.verifier, w.segment, w.seal
	name, h := segmentName(seg.number), r.header
	ended := w.ended || !w.last
	switch {
	case seg.seal && !w.sealed: // reported with the seal
	case !w.sealed && ended:
		v.reportFile(name, ProblemUnsigned, fmt.Errorf("its seal %s is missing", sealName(seg.number)))
	case !w.sealed, !seg.seal && !w.ended, w.intact:
	case s.ID != hexString(h.id[:]):
		v.reportFile(name, ProblemSwapped, errors.New("the file is another than was sealed"))
	case r.size < s.Bytes:
		v.reportFile(name, ProblemCut, fmt.Errorf("%d bytes and %d goldens, sealed with %d and %d", r.size, w.goldens, s.Bytes, s.Goldens))
	case v.stats.Problems == before:
		v.reportFile(name, ProblemChanged, errors.New("its bytes are not those that were sealed"))
	}
}
