package capture

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/soak"
)

// maxTraces is how many traces an archive holds at most, and maxTrace how much of one, in bytes.
const (
	maxTraces = 400
	maxTrace  = 64 << 20
)

// Runs are what there is of some runs: the golden, the traces of replays that differed from it, and what the
// run wrote to standard error. More than an archive is to hold is missing.
func Runs(s *soak.State, runs []ledger.RunKey) (parts []Part, missing []Missing) {
	traces := 0
	add := func(p Part) {
		if traces++; traces > maxTraces {
			missing = append(missing, Missing{p.Name, fmt.Sprintf("it is not among the first %d: shadowrun capture takes a run", maxTraces)})
			return
		}
		parts = append(parts, p)
	}
	known := map[ledger.RunKey]bool{}
	for _, key := range runs {
		if known[key] || key.IsZero() {
			continue
		}
		known[key] = true
		run, err := soak.FindRun(s, key)
		if err != nil {
			missing = append(missing, Missing{"runs/" + key.String(), err.Error()})
			continue
		}
		switch {
		case run.Place != "":
			add(trace(s, fmt.Sprintf("goldens/%s.want.jsonl", key), golden.Ref{Digest: run.Digest, Place: run.Place}))
		case run.Digest.IsZero():
			missing = append(missing, Missing{fmt.Sprintf("goldens/%s.want.jsonl", key), "the run left no golden: " + string(run.Status)})
		default:
			missing = append(missing, Missing{fmt.Sprintf("goldens/%s.want.jsonl", key), "it was pruned"})
		}
		replays, err := s.Ledger.Replays(key)
		if err != nil {
			missing = append(missing, Missing{"replays of " + key.String(), err.Error()})
		}
		for _, p := range replays {
			if p.GotPlace != "" {
				add(trace(s, fmt.Sprintf("goldens/%s.got-%d.jsonl", key, p.ID), golden.Ref{Digest: p.GotDigest, Place: p.GotPlace}))
			}
		}
		if len(run.Stderr) > 0 {
			parts = append(parts, text(fmt.Sprintf("stderr/%s.txt", key), run.Stderr))
		}
	}
	return parts, missing
}

// trace is one out of the store.
func trace(s *soak.State, name string, ref golden.Ref) Part {
	return Part{Name: name, Write: func(_ context.Context, w io.Writer, _ string) (string, error) {
		t, err := s.Golden.Get(ref)
		if err != nil {
			return "", err
		}
		defer t.Close()
		_, err = io.CopyN(w, t.Reader(), maxTrace)
		switch {
		case errors.Is(err, io.EOF):
			return "", nil
		case err == nil && t.Size() > maxTrace:
			return fmt.Sprintf("the first %d of %d bytes", maxTrace, t.Size()), nil
		}
		return "", err
	}}
}

func text(name string, content []byte) Part {
	return Part{Name: name, Write: func(_ context.Context, w io.Writer, _ string) (string, error) {
		_, err := w.Write(content)
		return "", err
	}}
}
