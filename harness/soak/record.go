package soak

import (
	"encoding/json"
	"maps"
	"os"
	"time"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/replay"
)

// record puts what a runner hands over into store and ledger: goldens first, synced, then the
// rows that name them.
type record struct {
	*session
	host   string
	builds map[string]string // of the open ledger session
	number int               // of it
}

// openSession records that a process goes on with the soak, with these builds.
func (r *record) openSession(builds map[string]string, at time.Time) error {
	around, err := json.Marshal(surroundings{Builds: builds, Home: r.runner.Home(), User: r.runner.User()})
	if err != nil {
		return err
	}
	r.builds = builds
	r.number, err = r.ledger.StartSession(r.soak.ID, ledger.Session{
		PID: os.Getpid(), Host: r.host, Boot: bootID(), Build: string(around),
		Environment: []byte(harness.Environment()), Started: at,
	})
	return err
}

func (r *record) closeSession(at time.Time, why string) error {
	return r.ledger.EndSession(r.soak.ID, r.number, at, why)
}

// Commit implements [harness.Record]. Cycles that were run with other builds than those before
// them belong to another session.
func (r *record) Commit(cycles []harness.CycleResult) error {
	for len(cycles) > 0 {
		builds := cycles[0].Builds
		if !maps.Equal(builds, r.builds) {
			at := r.clock() // one instant for both, or the time between them would not be active
			if err := r.closeSession(at, "a workflow's files have changed"); err != nil {
				return err
			}
			if err := r.openSession(builds, at); err != nil {
				return err
			}
		}
		n := 1
		for n < len(cycles) && maps.Equal(cycles[n].Builds, builds) {
			n++
		}
		if err := r.commit(cycles[:n]); err != nil {
			return err
		}
		cycles = cycles[n:]
	}
	return nil
}

func (r *record) commit(cycles []harness.CycleResult) error {
	var traces []*golden.Trace
	for _, c := range cycles {
		for _, run := range c.Runs {
			if run.Trace != nil {
				traces = append(traces, run.Trace)
			}
		}
		for _, p := range c.Replays {
			if p.Got != nil {
				traces = append(traces, p.Got)
			}
		}
	}
	_, before := r.store.Size()
	refs, err := r.store.Add(traces...)
	if err != nil {
		return err
	}
	_, after := r.store.Size()
	rows := make([]ledger.Cycle, len(cycles))
	for i, c := range cycles {
		if rows[i], refs, err = r.row(c, refs); err != nil {
			return err
		}
	}
	rows[0].GoldenBytes = after - before
	if err := r.ledger.Commit(r.soak.ID, r.clock(), rows...); err != nil || r.explainer == nil {
		return err
	}
	for _, row := range rows {
		for _, seen := range row.Findings {
			r.explainer.found(seen.Key)
		}
	}
	return nil
}

// row turns a cycle into what the ledger keeps of it. The first of refs are the cycle's.
func (r *record) row(c harness.CycleResult, refs []golden.Ref) (ledger.Cycle, []golden.Ref, error) {
	row := ledger.Cycle{N: c.N, Started: c.Started, Ended: c.Ended, Overrun: c.Overrun, RechecksSkipped: c.RechecksSkipped}
	next := func() golden.Ref {
		ref := refs[0]
		refs = refs[1:]
		return ref
	}
	for _, run := range c.Runs {
		kept, err := r.run(run)
		if err != nil {
			return row, refs, err
		}
		if run.Trace != nil {
			ref := next()
			kept.Digest, kept.Place, kept.Size = ref.Digest, ref.Place, run.Trace.Size()
		}
		row.Runs = append(row.Runs, kept)
	}
	audits := map[string]ledger.RuleAudit{}
	for _, p := range c.Replays {
		kept := r.replay(c, p)
		if p.Got != nil {
			ref := next()
			kept.GotDigest, kept.GotPlace = ref.Digest, ref.Place
		}
		row.Replays = append(row.Replays, kept)
		row.Findings = append(row.Findings, r.sightings(p)...)
		for _, a := range p.Checked.Audit {
			name := RuleText(a.Rule)
			sum := audits[name]
			sum.Rule = name
			sum.Matched += int64(a.Hits)
			sum.Hid += int64(a.Hidden)
			sum.EqualAnyway += int64(a.Equal)
			if _, seen := audits[name]; !seen {
				row.Rules = append(row.Rules, ledger.RuleAudit{Rule: name})
			}
			audits[name] = sum
		}
	}
	for i := range row.Rules {
		row.Rules[i] = audits[row.Rules[i].Rule]
	}
	return row, refs, nil
}

func (r *record) key(at harness.Position) ledger.RunKey {
	return ledger.RunKey{Soak: r.soak.ID, Cycle: at.Cycle, Position: at.Run}
}

func (r *record) run(run harness.RunResult) (ledger.Run, error) {
	c := kept{Session: r.number, Dirs: run.Circumstances.Dirs, Checkpoints: run.Checkpoints}
	row := ledger.Run{
		RunKey: r.key(run.Position), Workflow: run.Workflow, Seed: run.Seed,
		Status: run.Status, Exit: run.Exit, Signal: run.Signal, Message: run.Message,
		Started: run.Circumstances.Start, Duration: run.Circumstances.Duration(), Stderr: run.Stderr,
	}
	if len(run.Circumstances.PIDs) > 0 {
		row.PID = run.Circumstances.PIDs[0]
	}
	if len(run.Circumstances.PIDs) > 1 {
		c.PIDs = run.Circumstances.PIDs
	}
	text, err := json.Marshal(c)
	row.Circumstances = text
	return row, err
}

func (r *record) replay(c harness.CycleResult, p harness.ReplayResult) ledger.Replay {
	row := ledger.Replay{
		Run: r.key(p.Position), Cycle: c.N, Kind: ledger.ReplayCycle, Variant: string(p.Variant),
		Verdict: p.Checked.Verdict, Replays: p.Checked.Replays, Differing: p.Checked.Differing,
		Differences: len(p.Checked.Differences), Why: p.Checked.Why,
		Started: p.Started, Duration: p.Duration, Restorations: p.Restorations,
	}
	if p.Recheck {
		row.Kind = ledger.ReplayRecheck
	}
	row.Found = Found(p.Checked)
	return row
}

// Found returns the differences of a check as the ledger keeps them, covered ones last.
func Found(checked replay.Checked) []ledger.Difference {
	if checked.Verdict == replay.VerdictMatch {
		return nil
	}
	var found []ledger.Difference
	for _, d := range checked.Differences {
		found = append(found, ledger.Difference{Difference: d})
	}
	for _, d := range checked.Covered {
		found = append(found, ledger.Difference{Difference: d.Difference, Rule: RuleText(checked.Audit[d.Rule].Rule)})
	}
	return found
}

// Golden implements [harness.Record].
func (r *record) Golden(at harness.Position) (harness.OlderRun, error) {
	run, err := r.ledger.Run(r.key(at))
	if err != nil {
		return harness.OlderRun{}, err
	}
	return older(r.ledger.Reader, r.store.Get, run)
}

// RuleText names a rule in the ledger.
func RuleText(r replay.Rule) string {
	text := string(r.Action) + " " + r.Path
	if r.Within != "" {
		text += " by " + r.Within
	}
	if r.Workflow != "" {
		text += " of " + r.Workflow
	}
	return text
}
