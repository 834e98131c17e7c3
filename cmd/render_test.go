package cmd

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/sebdah/goldie/v2"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/soak"
	"github.com/shadowrun/shadowrun/replay"
)

// What people read, rendered from fixed values. 'go test ./cmd -run Rendered -update' blesses a
// change.
func rendered(t *testing.T, print func(a *app)) {
	t.Helper()
	t.Setenv("XDG_STATE_HOME", "/home/soak/state") // so that commands to paste name other folders only
	var out bytes.Buffer
	print(&app{out: &out})
	goldie.New(t, goldie.WithFixtureDir("testdata/rendered"), goldie.WithNameSuffix(".txt")).Assert(t, t.Name(), out.Bytes())
}

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func counters(cycles, leak, violation int64) ledger.Counters {
	return ledger.Counters{Cycles: cycles, Runs: 9 * cycles, Replays: 10 * cycles, Match: 10*cycles - leak - violation, Leak: leak,
		Violation: violation, Rechecks: cycles, Goldens: 9 * cycles, GoldenBytes: 900 * cycles, TraceBytes: 3600 * cycles, Restorations: 2}
}

func finding(key, workflow string, class replay.Class, cause replay.Cause, pattern string, count int64) ledger.Finding {
	sight := ledger.Sight{Run: ledger.RunKey{Soak: 1, Cycle: 3, Position: 2}, At: noon}
	return ledger.Finding{Soak: 1, Sighting: ledger.Sighting{Key: key, Workflow: workflow, Class: class, Cause: cause, Pattern: pattern,
		Count: count, First: sight, Last: sight, Shortest: sight.Run, Reproduction: "shadowrun replay c3r2 -n 10 --state /srv/soak"}}
}

func TestRenderedSummary(t *testing.T) {
	clean := soak.Summary{
		Soak: ledger.Soak{ID: 1, BaseSeed: 42, Duration: 3 * time.Hour, Started: noon}, State: "/home/soak/state/shadowrun",
		Outcome: soak.Pass, Why: "3600 replays, no violation", Finished: true, Active: 3 * time.Hour, Counters: counters(360, 0, 0),
	}
	for n := range 3 {
		clean.Hours = append(clean.Hours, ledger.Hour{N: n, Start: noon.Add(time.Duration(n) * time.Hour),
			Done: counters(120, 0, 0), Total: counters(120*int64(n+1), 0, 0)})
	}
	faulty := soak.Summary{
		Soak: ledger.Soak{ID: 2, BaseSeed: 1, Cycles: 3, Started: noon}, State: "/srv/soak",
		Outcome: soak.Fail, Why: "4 violations and 0 drifts in 30 replays", Finished: true, Active: 2345 * time.Millisecond,
		Counters: counters(3, 5, 4),
		Findings: []ledger.Finding{
			finding("0879d39a11", "clock", replay.ClassVolatile, replay.CauseClock, "/at", 5),
			finding("4dcba048e2", "random", replay.ClassViolation, replay.CauseRNG, "/\x1b[31mnoise", 3),
			finding("99d17e7c03", "order", replay.ClassViolation, replay.CauseOrder, "", 1),
		},
		Failed: []ledger.Run{{RunKey: ledger.RunKey{Soak: 2, Cycle: 1, Position: 4}, Workflow: "slow", Seed: 7,
			Status: golden.StatusTimeout, Message: "took longer than its 1s timeout"}},
		Failing: []ledger.Run{
			{RunKey: ledger.RunKey{Soak: 2, Cycle: 1, Position: 2}, Workflow: "gone", Seed: 5, Status: golden.StatusOK, Exit: 127},
			{RunKey: ledger.RunKey{Soak: 2, Cycle: 1, Position: 3}, Workflow: "ended", Seed: 6, Status: golden.StatusOK, Exit: -1, Signal: "SIGSEGV"},
		},
	}
	faulty.Findings[1].Accepted = &ledger.Acceptance{Key: "4dcba048e2", Reason: "known", Until: noon.AddDate(0, 1, 0), Who: "maria"}
	faulty.Counters.Unfinished, faulty.Counters.Overruns = 3, 1
	running := clean
	running.Outcome, running.Why, running.Finished = soak.Interrupted, "stopped before its end; 'shadowrun --resume' goes on", false
	running.Running = &ledger.Holder{PID: 4711, Host: "soak-1", Started: noon}
	running.Hours = nil
	for name, s := range map[string]soak.Summary{"clean": clean, "faulty": faulty, "running": running} {
		t.Run(name, func(t *testing.T) {
			rendered(t, func(a *app) {
				if err := a.printSummary(s, 3240); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func comparison() comparisonJSON {
	long := `"` + string(bytes.Repeat([]byte("same "), 50)) + `%s` + string(bytes.Repeat([]byte(" same"), 50)) + `"`
	c := comparisonJSON{Verdict: replay.VerdictViolation, Differences: []replay.Difference{
		{Path: "/steps/2/value", GotPath: "/steps/3/value", Kind: replay.Changed, Want: []byte("0.1"), Got: []byte("0.2"),
			Class: replay.ClassViolation, Cause: replay.CauseUnattributed, Suspected: true, Why: "no evidence in the values says why"},
		{Path: "/digest", GotPath: "/digest", Kind: replay.Changed, Want: []byte(`"aa"`), Got: []byte(`"bb"`),
			Class: replay.ClassDerived, Cause: replay.CauseUnattributed, Why: "the SHA-256 of /steps/2", DerivedFrom: "/steps/2/value"},
		{Path: "/new~1key", GotPath: "/new~1key", Kind: replay.Added, Got: []byte("null")},
		{Path: "", GotPath: "", Kind: replay.Removed, Want: []byte(`"\u001b"`)},
		{Path: "/long", GotPath: "/long", Kind: replay.Changed, Want: fmt.Appendf(nil, long, "this"), Got: fmt.Appendf(nil, long, "that"),
			Class: replay.ClassViolation, Cause: replay.CauseRNG, Why: "an experiment says so"},
	}, NotAligned: []string{"/steps"}}
	c.Covered = []coveredJSON{{replay.Difference{Path: "/at", GotPath: "/at", Kind: replay.Changed}, "volatile /at"}}
	for i := range 8 {
		path := fmt.Sprintf("/more/%d", i)
		c.Differences = append(c.Differences, replay.Difference{Path: path, GotPath: path, Kind: replay.Moved, Want: []byte("[1,2]"), Got: []byte("[2,1]")})
	}
	return c
}

func TestRenderedComparison(t *testing.T) {
	t.Run("first ten", func(t *testing.T) { rendered(t, func(a *app) { a.writeComparison(comparison(), false) }) })
	t.Run("all", func(t *testing.T) { rendered(t, func(a *app) { a.writeComparison(comparison(), true) }) })
	stepwise := comparisonJSON{Verdict: replay.VerdictViolation, steps: []string{"/fetch", "/price", "/book"}}
	for _, path := range []string{"/price/net", "/price/gross", "/book/total", "/book/tax"} {
		stepwise.Differences = append(stepwise.Differences, replay.Difference{Path: path, GotPath: path, Kind: replay.Changed,
			Want: []byte("1"), Got: []byte("2"), Class: replay.ClassViolation, Cause: replay.CauseUnattributed})
	}
	t.Run("later steps", func(t *testing.T) { rendered(t, func(a *app) { a.writeComparison(stepwise, false) }) })
	t.Run("later steps, all", func(t *testing.T) { rendered(t, func(a *app) { a.writeComparison(stepwise, true) }) })
	t.Run("none", func(t *testing.T) {
		rendered(t, func(a *app) { a.writeComparison(comparisonJSON{Verdict: replay.VerdictMatch}, false) })
	})
}

func TestRenderedRun(t *testing.T) {
	run := ledger.Run{RunKey: ledger.RunKey{Soak: 1, Cycle: 12, Position: 3}, Workflow: "orders", Seed: 42, Status: golden.StatusExit, Exit: 3,
		Message: "exit status 3", Place: "1:40:0", Digest: golden.Digest{0xab, 0xcd}, Size: 288, Started: noon, Duration: 17 * time.Millisecond,
		PID: 4711, Stderr: []byte("taking orders\n\x1b[31mno stock\n")}
	circumstances := &replay.Circumstances{Host: "soak-1", Build: "21c193803a56e535e2362266b6281b1429e0247c61b12821"}
	state := &soak.State{Dir: "/srv/soak"}
	t.Run("whole", func(t *testing.T) {
		rendered(t, func(a *app) {
			a.writeRun(state, run, 2, circumstances)
			d := comparison().Differences[0]
			a.writeReplay(state, run, replayJSON{Cycle: 12, Kind: "cycle", Variant: "resumed", Verdict: "violation", Why: "differs in 6 of 6 replays",
				Differences: []replay.Difference{d}, Covered: comparison().Covered}, nil, false)
			a.writeReplay(state, run, replayJSON{Kind: "manual", Variant: "again", Verdict: "match", Why: "equal", Started: noon}, nil, false)
		})
	})
	t.Run("without a golden", func(t *testing.T) {
		failed := run
		failed.Status, failed.Message, failed.Place, failed.Digest, failed.Stderr = golden.StatusTimeout, "took longer than its 1s timeout", "", golden.Digest{}, nil
		rendered(t, func(a *app) { a.writeRun(state, failed, 0, circumstances) })
	})
}
