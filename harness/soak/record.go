package soak

import (
	"encoding/json"
	"errors"
	"fmt"
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

// kept is what a run's circumstances are kept as: what its session does not say already.
type kept struct {
	Session     int      `json:"session"`
	PIDs        []int    `json:"pids,omitempty"`
	Dirs        []string `json:"dirs,omitempty"`
	Checkpoints int      `json:"checkpoints,omitempty"`
}

// openSession records that a process goes on with the soak, with these builds.
func (r *record) openSession() error {
	r.builds = r.runner.Builds()
	around, err := json.Marshal(surroundings{Builds: r.builds, Home: r.runner.Home(), User: r.runner.User()})
	if err != nil {
		return err
	}
	r.number, err = r.ledger.StartSession(r.soak.ID, ledger.Session{
		PID: os.Getpid(), Host: r.host, Boot: bootID(), Build: string(around),
		Environment: []byte(harness.Environment()), Started: r.o.Now(),
	})
	return err
}

func (r *record) closeSession(at time.Time, why string) error {
	return r.ledger.EndSession(r.soak.ID, r.number, at, why)
}

// Commit implements [harness.Record].
func (r *record) Commit(cycles []harness.CycleResult) error {
	if now := r.runner.Builds(); !maps.Equal(now, r.builds) {
		if err := r.closeSession(r.o.Now(), "a workflow's files have changed"); err != nil {
			return err
		}
		if err := r.openSession(); err != nil {
			return err
		}
	}
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
	return r.ledger.Commit(r.soak.ID, r.o.Now(), rows...)
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

// CircumstancesOf returns what surrounded a run, and how many checkpoints it took.
func CircumstancesOf(l *ledger.Reader, run ledger.Run) (*replay.Circumstances, int, error) {
	var own kept
	if err := json.Unmarshal(run.Circumstances, &own); err != nil {
		return nil, 0, fmt.Errorf("run %s: its circumstances: %w", run.RunKey, err)
	}
	sessions, err := l.Sessions(run.Soak)
	if err != nil {
		return nil, 0, err
	}
	c := &replay.Circumstances{
		RunID: harness.Position{Cycle: run.Cycle, Run: run.RunKey.Position}.String(),
		Start: run.Started, End: run.Started.Add(run.Duration), PIDs: own.PIDs, Dirs: own.Dirs,
	}
	if c.PIDs == nil {
		c.PIDs = []int{run.PID}
	}
	for _, s := range sessions {
		if s.N != own.Session {
			continue
		}
		var around surroundings
		if err := json.Unmarshal([]byte(s.Build), &around); err != nil {
			return nil, 0, fmt.Errorf("session %d: its build: %w", s.N, err)
		}
		c.Host, c.Home, c.User = s.Host, around.Home, around.User
		c.Build, c.Environment = around.Builds[run.Workflow], string(s.Environment)
		return c, own.Checkpoints, nil
	}
	return nil, 0, errors.Join(fmt.Errorf("run %s: session %d: %w", run.RunKey, own.Session, ledger.ErrNotFound))
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

// sightings returns what a replay adds to the soak's findings.
func (r *record) sightings(p harness.ReplayResult) []ledger.Sighting {
	at := replay.Sighting{RunID: p.ID, Seed: p.Seed, Time: p.Started, Size: p.TraceSize}
	var seen []ledger.Sighting
	for _, f := range replay.Group(p.Workflow, at, p.Checked.Differences) {
		f.Example.Want, f.Example.Got = short(f.Example.Want), short(f.Example.Got)
		example, err := json.Marshal(f.Example)
		if err != nil {
			example = nil // the values are JSON; without them the finding still counts
		}
		sight := ledger.Sight{Run: r.key(p.Position), At: p.Started}
		seen = append(seen, ledger.Sighting{
			Key: f.Key, Workflow: f.Workflow, Cause: f.Cause, Class: f.Class, Pattern: f.Pattern, Count: 1,
			First: sight, Last: sight, Example: example, Shortest: sight.Run, Size: p.TraceSize,
			Reproduction: r.reproduction(p),
		})
	}
	return seen
}

// maxExample is how large a value of a finding's example may be, in bytes.
const maxExample = 1 << 10

func short(v []byte) []byte {
	if len(v) <= maxExample {
		return v
	}
	return fmt.Appendf(nil, "%q", fmt.Sprintf("(%d bytes)", len(v)))
}

// reproduction is a command to paste that replays a run as it was when it differed.
func (r *record) reproduction(p harness.ReplayResult) string {
	command := "shadowrun replay " + p.ID + " -n 10"
	if p.Variant != harness.VariantAgain {
		command += " --variant " + string(p.Variant)
	}
	return command + StateFlag(r.o.Dir)
}
