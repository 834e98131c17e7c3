package explain

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/replay"
)

// sight is one distinct trace, compared with the reference. However many runs show it, it is
// compared once.
type sight struct {
	digest   golden.Digest
	trace    []byte // nil where too much is remembered already
	diffs    []replay.Difference
	covered  []replay.Difference
	failed   string // how the run ended, where the reference ended otherwise
	parts    map[string][]int
	replaced map[string]bool // paths that are gone or another value as a whole
	removed  map[string]bool // elements of arrays that are gone
}

// maxKept bounds the traces that are remembered, in bytes. Of later ones only the differences are.
const maxKept = 128 << 20

// classified is what a difference looks like by one look at its values.
type classified struct {
	class replay.Class
	cause replay.Cause
	why   string
	from  string // a derived one's root, in the reference's coordinates
}

// see compares a run with the reference; the first one becomes it.
func (s *session) see(r *run) error {
	if s.reference == nil {
		ref, err := newLayout(r.obs.Trace)
		if err != nil {
			return fmt.Errorf("the first run: %w", err)
		}
		s.reference, s.ref = r, ref
	}
	seen := s.sights[r.obs.Digest]
	if seen == nil {
		result, err := replay.CompareTraces(s.reference.obs.Trace, r.obs.Trace, replay.Options{Rules: s.o.Rules})
		if err != nil {
			return fmt.Errorf("run %d (%s): %w", s.total, r.arm.Name, err)
		}
		seen = &sight{digest: r.obs.Digest, diffs: result.Differences}
		for _, c := range result.Covered {
			s.covered[c.Path] = true
			seen.covered = append(seen.covered, c.Difference)
		}
		seen.failed = howEnded(s.ref.end, r.obs.Trace)
		if s.kept += len(r.obs.Trace); s.kept <= maxKept {
			seen.trace = r.obs.Trace
		}
		s.sights[r.obs.Digest] = seen
		s.inOrder = append(s.inOrder, seen)
	}
	r.seen = seen
	s.look(r)
	if r != s.reference {
		r.obs.Trace = nil
	}
	return nil
}

const (
	maxLooked    = 64      // runs whose values are classified
	maxLookedArm = 6       // of one arm
	maxLookedAt  = 4 << 20 // of a trace, in bytes
	large        = 1 << 18 // of such traces a quarter as many
)

// look classifies a run's differences by its circumstances, within limits: a digest or a sum is
// sought over all of the trace.
func (s *session) look(r *run) {
	total := 0
	for _, n := range s.looked {
		total += n
	}
	limit, most := maxLookedArm, maxLooked
	if len(r.obs.Trace) > large {
		limit, most = limit/2, most/4
	}
	if r.arm == s.untreated() {
		limit *= 2
	}
	// A paused run's clocks are ahead of what its circumstances say. Of one outside the lab less is known: not what it made.
	if r.arm.factor == "pause" || r.arm.Name == outside || len(r.seen.diffs) == 0 || total >= most || s.looked[r.arm] >= limit || len(r.obs.Trace) > maxLookedAt {
		return
	}
	s.looked[r.arm]++
	ds := replay.Classify(r.seen.diffs, replay.Evidence{
		Want: s.reference.obs.Circumstances, Got: r.obs.Circumstances,
		WantDoc: s.reference.obs.Trace, GotDoc: r.obs.Trace, Format: replay.Traces, Covered: r.seen.covered,
	})
	r.class = make([]classified, len(ds))
	for i, d := range ds {
		r.class[i] = classified{d.Class, d.Cause, d.Why, d.DerivedFrom}
	}
}

// howEnded says how a trace ended, in words, where that is not as the reference did.
func howEnded(want golden.End, trace []byte) string {
	trace = bytes.TrimSuffix(trace, []byte("\n"))
	end, err := golden.ParseEnd(trace[bytes.LastIndexByte(trace, '\n')+1:])
	if err != nil || end.Status == want.Status && end.Exit == want.Exit && end.Signal == want.Signal {
		return ""
	}
	switch {
	case end.Signal != "":
		return "signal " + end.Signal
	case end.Exit != 0:
		return fmt.Sprintf("exit %d", end.Exit)
	}
	return strings.TrimSpace("status " + string(end.Status))
}
