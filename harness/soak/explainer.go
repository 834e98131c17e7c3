package soak

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/experiment"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/replay"
	"github.com/shadowrun/shadowrun/replay/explain"
)

// explainer explains a soak's findings beside it, each once and one after another. It writes
// its rows through an appender of its own, in short transactions.
type explainer struct {
	s       *session
	runner  *harness.Runner
	factors []explain.Factor
	made    []explained // in this session

	mu      sync.Mutex
	known   map[string]bool // findings that wait or are explained, by key
	waiting []string
	over    bool          // no more will come
	changed chan struct{} // holds a value where waiting or over has changed
}

// explained is what the experiments on a run came to.
type explained struct {
	run      ledger.RunKey
	recorded []replay.Difference // that the soak saw
	*explain.Explanation
}

// explainOwner names on whose behalf the experiments of a soak in dir start processes.
func explainOwner(dir string) string { return dir + " explainer" }

// newExplainer returns one for a session that is about to begin; nil where nothing is to be explained.
func newExplainer(s *session) (*explainer, error) {
	if s.config.Explain != harness.ExplainOnMismatch {
		return nil, nil
	}
	x := &explainer{s: s, known: map[string]bool{}, changed: make(chan struct{}, 1)}
	x.runner = &harness.Runner{Config: s.config, Workflows: s.o.Workflows, StateDir: s.o.Dir, Owner: explainOwner(s.o.Dir),
		SoakID: FolderName(s.soak.ID), SelfArgs: s.o.SelfArgs, Now: s.o.Now}
	if err := x.runner.Prepare(); err != nil {
		return nil, err
	}
	findings, err := s.ledger.Findings(s.soak.ID)
	if err != nil {
		return nil, err
	}
	for _, f := range findings {
		if f.Explained != nil {
			x.known[f.Key] = true
			continue
		}
		x.found(f.Key) // of an earlier session
	}
	return x, nil
}

// found adds a finding to those that wait, if it is a new one.
func (x *explainer) found(key string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if !x.known[key] {
		x.known[key] = true
		x.waiting = append(x.waiting, key)
		x.wake()
	}
}

// finish lets run return once nothing waits.
func (x *explainer) finish() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.over = true
	x.wake()
}

func (x *explainer) wake() {
	select {
	case x.changed <- struct{}{}:
	default:
	}
}

// next returns the next finding, when there is one; false at the end.
func (x *explainer) next(ctx context.Context) (key string, ok bool) {
	for {
		x.mu.Lock()
		if len(x.waiting) > 0 && ctx.Err() == nil {
			key, x.waiting = x.waiting[0], x.waiting[1:]
			x.mu.Unlock()
			return key, true
		}
		over := x.over
		x.mu.Unlock()
		if over || ctx.Err() != nil {
			return "", false
		}
		select {
		case <-x.changed:
		case <-ctx.Done():
		}
	}
}

// run explains until finish and the last of what waits, or the end of ctx. A finding that can't
// be explained, or is not before that end, is a notice, and left for a resumption.
func (x *explainer) run(ctx context.Context) {
	defer x.runner.Close() // of a proxy that nobody uses any more
	var left []string
	for {
		key, ok := x.next(ctx)
		if !ok {
			break
		}
		switch err := x.explain(ctx, key); {
		case err != nil && ctx.Err() != nil:
			left = append(left, key)
		case err != nil:
			x.s.remark("finding %.8s is not explained: %v", key, err)
		}
	}
	if context.Cause(ctx) == harness.ErrStopped {
		return // an emergency stop, which is waited out
	}
	if left = append(left, x.behind()...); len(left) > 0 {
		x.s.remark("%d of the findings could not be explained in time: %s", len(left), x.commands(left))
	}
}

// behind are the findings that wait.
func (x *explainer) behind() []string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.waiting
}

// maxCommands is how many commands a line has.
const maxCommands = 3

// commands explain the runs that show these findings.
func (x *explainer) commands(keys []string) string {
	var all []string
	for _, key := range keys {
		f, err := x.find(key)
		if err != nil {
			continue // of the others it is said
		}
		at := harness.Position{Cycle: f.Shortest.Cycle, Run: f.Shortest.Position}
		if command := "shadowrun explain " + at.String() + StateFlag(x.s.o.Dir); !slices.Contains(all, command) {
			all = append(all, command)
		}
	}
	if more := len(all) - maxCommands; more > 0 {
		all = append(all[:maxCommands], fmt.Sprintf("and so on with %d more runs", more))
	}
	return strings.Join(all, ", ")
}

func (x *explainer) explain(ctx context.Context, key string) (err error) {
	rows, err := ledger.Append(LedgerPath(x.s.o.Dir))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	finding, err := x.find(key)
	if err != nil {
		return err
	}
	one := []ledger.Finding{finding}
	for _, made := range x.made {
		if done, err := Explained(one, made.run, made.recorded, made.Explanation, x.s.clock()); err != nil || len(done) > 0 {
			return errors.Join(err, x.keep(rows, done))
		}
	}
	recorded, err := x.recorded(finding.Shortest)
	if err != nil {
		return err
	}
	made, err := x.experiment(ctx, finding)
	if err != nil {
		return err
	}
	made.Unseen = made.NotSeen(recorded)
	x.made = append(x.made, explained{finding.Shortest, recorded, made})
	done, err := Explained(one, finding.Shortest, recorded, made, x.s.clock())
	if err == nil && len(done) == 0 {
		done = []ledger.Explanation{{Finding: key, Run: finding.Shortest, At: x.s.clock(), Runs: made.Runs,
			Proof: fmt.Sprintf("in %d runs of experiments it did not differ again", made.Runs)}}
	}
	return errors.Join(err, x.keep(rows, done))
}

func (x *explainer) find(key string) (ledger.Finding, error) {
	view, err := ledger.View(LedgerPath(x.s.o.Dir))
	if err != nil {
		return ledger.Finding{}, err
	}
	defer view.Close()
	findings, err := view.Findings(x.s.soak.ID)
	for _, f := range findings {
		if f.Key == key {
			return f, err
		}
	}
	return ledger.Finding{}, errors.Join(err, fmt.Errorf("finding %s: %w", key, ledger.ErrNotFound))
}

func (x *explainer) recorded(run ledger.RunKey) ([]replay.Difference, error) {
	view, err := ledger.View(LedgerPath(x.s.o.Dir))
	if err != nil {
		return nil, err
	}
	defer view.Close()
	return Recorded(view, run)
}

// experiment explains the run that shows a finding most shortly.
func (x *explainer) experiment(ctx context.Context, f ledger.Finding) (*explain.Explanation, error) {
	if x.factors == nil {
		factors, err := experiment.Factors(ctx, x.runner)
		if err != nil {
			return nil, err
		}
		x.factors = factors
	}
	planned := harness.NewPlan(x.s.config).Run(harness.Position{Cycle: f.Shortest.Cycle, Run: f.Shortest.Position})
	planned.Variant, planned.Kill = harness.VariantAgain, 0
	return experiment.Explain(ctx, experiment.Options{Runner: x.runner, Run: planned, Budget: x.s.config.Budget, Factors: x.factors, Now: x.s.clock})
}

// keep records explanations and says what they come to.
func (x *explainer) keep(to *ledger.Appender, rows []ledger.Explanation) error {
	for _, row := range rows {
		if err := to.Explain(row); err != nil {
			return err
		}
		x.s.remark("%s", said(row))
	}
	return nil
}

// said puts an explanation in a line. What no experiment settled is not called explained; and what did
// not differ again has no class, nor a path in the traces that were made.
func said(row ledger.Explanation) string {
	what := fmt.Sprintf("%s: %s, %s: %s", cmp.Or(row.Path, "(the whole)"), row.Class, row.Cause, row.Proof)
	switch {
	case row.Cause == "":
		return fmt.Sprintf("finding %.8s was not seen again: %s", row.Finding, row.Proof)
	case row.Cause == replay.CauseUnattributed:
		return fmt.Sprintf("finding %.8s is not explained yet: %s", row.Finding, what)
	}
	return fmt.Sprintf("finding %.8s is explained: %s", row.Finding, what)
}
