package soak_test

import (
	"database/sql"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/soak"
	"github.com/shadowrun/shadowrun/replay"
)

// shellSoak is a soak of one workflow that is a script, in the same process; it returns the
// script's path.
func shellSoak(t *testing.T, script string, rechecks int) (soak.Options, string) {
	t.Helper()
	dir := writeFiles(t, map[string]string{"flow.sh": script})
	none := harness.Duration(0)
	return soak.Options{
		Dir: t.TempDir(), Version: "test", Cycles: 2,
		Config: harness.Config{Dir: dir, RunsPerCycle: 2, Workers: 2, Interval: &none, Recheck: &rechecks,
			Workflows: []harness.WorkflowConfig{{Name: "w", Command: []string{"sh", "flow.sh", "{seed}"}, Output: "json"}},
		}.Defaults(),
	}, filepath.Join(dir, "flow.sh")
}

const steadyScript = `echo "{\"seed\":$1,\"price\":10}"`

// mustSoak carries a soak out, and returns what it came to.
func mustSoak(t *testing.T, o soak.Options) soak.Summary {
	t.Helper()
	if _, err := soak.Run(t.Context(), nil, o); err != nil {
		t.Fatal(err)
	}
	return summaryOf(t, o.Dir)
}

func summaryOf(t *testing.T, dir string) soak.Summary {
	t.Helper()
	s := view(t, dir)
	of, err := s.Soak(0)
	if err != nil {
		t.Fatal(err)
	}
	summary, err := soak.Summarize(s, of, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return summary
}

func TestResume(t *testing.T) {
	const none = "nothing to resume"
	for _, c := range []struct {
		name   string
		first  func(*soak.Options)
		then   func(*soak.Options)
		err    string // of the resumption; empty: it goes on
		cycles int64
		want   soak.Outcome
	}{
		{"a finished soak is refused", nil, nil, none + ": soak 1 ended PASS at ", 2, soak.Pass},
		{"a larger --cycles makes it longer", nil, func(o *soak.Options) { o.Cycles = 5 }, "", 5, soak.Pass},
		{"the same --cycles does not", nil, func(o *soak.Options) { o.Cycles = 2 }, none, 2, soak.Pass},
		{"a smaller one does not, either", nil, func(o *soak.Options) { o.Cycles = 1 }, none, 2, soak.Pass},
		{"a failed soak that finished is refused", func(o *soak.Options) { fail(t, o) }, nil, none + ": soak 1 ended FAIL", 2, soak.Fail},
		{"a duration that is over is refused", func(o *soak.Options) { o.Cycles, o.Duration = 0, time.Nanosecond }, nil, none, 1, soak.Inconclusive},
		{"the configuration it began with counts", nil, func(o *soak.Options) { o.Cycles, o.Config.RunsPerCycle, o.Config.Seed = 3, 7, 99 }, "", 3, soak.Pass},
	} {
		t.Run(c.name, func(t *testing.T) {
			o, _ := shellSoak(t, steadyScript, 1)
			if c.first != nil {
				c.first(&o)
			}
			mustSoak(t, o)
			o.Resume, o.Cycles, o.Duration = true, 0, 0
			if c.then != nil {
				c.then(&o)
			}
			_, err := soak.Run(t.Context(), nil, o)
			if c.err == "" && err != nil || c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) {
				t.Errorf("resumed: %v, want %q", err, c.err)
			}
			if got := summaryOf(t, o.Dir); got.Counters.Cycles > c.cycles || got.Outcome != c.want && got.Counters.Cycles > 0 {
				t.Errorf("%s after %d cycles, want %s after %d", got.Outcome, got.Counters.Cycles, c.want, c.cycles)
			}
		})
	}
}

// fail makes a soak's workflow one that does something else each time.
func fail(t *testing.T, o *soak.Options) {
	write(t, filepath.Join(o.Config.Dir, "flow.sh"), `echo x >>count; echo "{\"price\":$(wc -l <count)}"`)
}

// Damage to what an earlier session was writing when it was killed is told, and does not stop the soak.
func TestResumeTellsOfDamage(t *testing.T) {
	o, _ := shellSoak(t, steadyScript, 0)
	mustSoak(t, o)
	segment := filepath.Join(soak.GoldenDir(o.Dir), "seg-000001.srs")
	if err := os.Remove(strings.TrimSuffix(segment, ".srs") + ".seal"); err != nil { // as a kill leaves it
		t.Fatal(err)
	}
	text, err := os.ReadFile(segment)
	if err != nil {
		t.Fatal(err)
	}
	text[len(text)/3] ^= 1
	write(t, segment, string(text))
	var told []string
	o.Resume, o.Cycles = true, 3
	o.Notify = func(e harness.Event) {
		if e.Kind == harness.EventNotice {
			told = append(told, e.Text)
		}
	}
	mustSoak(t, o)
	if len(told) != 1 || !strings.Contains(told[0], "damaged, and are left as they are: seg-000001.srs: ") ||
		!strings.HasSuffix(told[0], ": shadowrun golden verify --state "+o.Dir) {
		t.Errorf("it told %q; want of the damage, with what to type", told)
	}
}

func TestResumeWithoutASoak(t *testing.T) {
	o, _ := shellSoak(t, steadyScript, 0)
	o.Resume = true
	if id, err := soak.Run(t.Context(), nil, o); !errors.Is(err, soak.ErrNothingToResume) || !errors.Is(err, soak.ErrNoSoak) || id != 0 {
		t.Errorf("soak %d, %v; want nothing to resume", id, err)
	}
}

// A soak that is made longer and then stopped is not taken for finished by its old limit.
func TestLongerSoakThatIsStoppedIsInterrupted(t *testing.T) {
	o, _ := shellSoak(t, steadyScript, 0)
	mustSoak(t, o)
	o.Resume, o.Cycles = true, 1000
	stop := make(chan struct{})
	o.Notify = func(e harness.Event) {
		if e.Kind == harness.EventCycle && e.Cycle == 3 {
			close(stop)
		}
	}
	if _, err := soak.Run(t.Context(), stop, o); err != nil {
		t.Fatal(err)
	}
	if got := summaryOf(t, o.Dir); got.Outcome != soak.Interrupted || got.Soak.Cycles != 1000 {
		t.Errorf("%s of %d cycles: %s; want INTERRUPTED of 1000", got.Outcome, got.Soak.Cycles, got.Why)
	}
}

// What can't begin leaves no soak behind.
func TestSoakThatCannotBegin(t *testing.T) {
	o, _ := shellSoak(t, steadyScript, 0)
	o.Config.Workflows = append(o.Config.Workflows, harness.WorkflowConfig{Name: "nowhere", Output: "steps"})
	o.Config = o.Config.Defaults()
	id, err := soak.Run(t.Context(), nil, o)
	if err == nil || !strings.Contains(err.Error(), "workflow nowhere") || id != 0 {
		t.Errorf("soak %d, %v; want an error about the workflow", id, err)
	}
	if soaks, err := view(t, o.Dir).Ledger.Soaks(); err != nil || len(soaks) > 0 {
		t.Errorf("soaks: %v, %v; want none", soaks, err)
	}
}

func TestResumeTellsWhatItDoesNotTake(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*harness.Config)
		want   string
	}{
		{"the same configuration", func(*harness.Config) {}, ""},
		{"others", func(c *harness.Config) { c.Seed, c.Workers = 9, 4 }, "differs in: seed, workers"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o, _ := shellSoak(t, steadyScript, 0)
			mustSoak(t, o)
			o.Resume, o.Cycles = true, 3
			c.change(&o.Config)
			var notices []string
			o.Notify = func(e harness.Event) {
				if e.Kind == harness.EventNotice {
					notices = append(notices, e.Text)
				}
			}
			mustSoak(t, o)
			if got := strings.Join(notices, "\n"); (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
				t.Errorf("notices: %q, want %q", got, c.want)
			}
		})
	}
}

// A plan that can't be made again is refused: its runs would be other ones under the same names.
func TestResumeChecksThePlan(t *testing.T) {
	o, _ := shellSoak(t, steadyScript, 0)
	mustSoak(t, o)
	db, err := sql.Open("sqlite", soak.LedgerPath(o.Dir))
	if err == nil {
		_, err = db.Exec("UPDATE soaks SET plan_digest = 'of another version'")
		err = errors.Join(err, db.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	o.Resume, o.Cycles = true, 3
	if _, err := soak.Run(t.Context(), nil, o); err == nil || !strings.Contains(err.Error(), "the plan of soak 1 can't be made again") {
		t.Errorf("resumed: %v, want that its plan is another", err)
	}
}

// Active time is summed over sessions, and what passes between them is not. A clock that is set
// back while a session runs takes nothing away from it.
func TestActiveTimeOverSessions(t *testing.T) {
	var mu sync.Mutex
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	set := func(by time.Duration) time.Time {
		mu.Lock()
		defer mu.Unlock()
		at = at.Add(by)
		return at
	}
	o, _ := shellSoak(t, steadyScript, 0)
	o.Cycles, o.Duration = 0, time.Minute
	o.Now = func() time.Time { return set(time.Millisecond) }
	for _, session := range []struct {
		between time.Duration // since the one before: the clock may be set back, too
		cycles  int           // it is stopped after so many more
	}{{0, 1}, {24 * time.Hour, 1}, {-48 * time.Hour, 1}} {
		set(session.between)
		stop := make(chan struct{})
		left := session.cycles
		o.Notify = func(e harness.Event) {
			set(-time.Hour)
			if left--; e.Kind == harness.EventCycle && left == 0 {
				close(stop)
			}
		}
		if _, err := soak.Run(t.Context(), stop, o); err != nil {
			t.Fatal(err)
		}
		o.Resume = true
	}
	got := summaryOf(t, o.Dir)
	if got.Active <= 0 || got.Active > time.Minute || got.Outcome != soak.Interrupted {
		t.Errorf("%s after %v of active time; want INTERRUPTED, and less than a minute", got.Outcome, got.Active)
	}
	sessions, err := view(t, o.Dir).Ledger.Sessions(1)
	if err != nil || len(sessions) != 3 {
		t.Fatalf("%d sessions, %v; want 3", len(sessions), err)
	}
	for _, s := range sessions {
		if d := s.Ended.Sub(s.Started); d <= 0 {
			t.Errorf("session %d lasted %v", s.N, d)
		}
	}
}

// A workflow's file is rewritten between two sessions. What it does now differs from the old
// goldens: drift where it is the same each time, else a violation.
func TestRewrittenWorkflow(t *testing.T) {
	for _, c := range []struct {
		name, script string
		want         map[replay.Verdict]int64
	}{
		{"steady: drift", `echo "{\"seed\":$1,\"price\":11}"`, map[replay.Verdict]int64{replay.VerdictDrift: 2, replay.VerdictMatch: 4}},
		{"another file, the same behaviour: a match", steadyScript + " # commented", map[replay.Verdict]int64{replay.VerdictMatch: 6}},
		{"flaky: a violation", `echo x >>count; echo "{\"seed\":$1,\"price\":$(wc -l <count)}"`, map[replay.Verdict]int64{replay.VerdictViolation: 4, replay.VerdictMatch: 2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			o, script := shellSoak(t, steadyScript, 2)
			o.Config.Workers, o.Cycles = 1, 1
			mustSoak(t, o)
			// The second cycle rechecks both runs of the first.
			write(t, script, c.script)
			o.Resume, o.Cycles = true, 2
			n := mustSoak(t, o).Counters
			got := map[replay.Verdict]int64{replay.VerdictMatch: n.Match, replay.VerdictViolation: n.Violation, replay.VerdictDrift: n.Drift}
			maps.DeleteFunc(got, func(_ replay.Verdict, n int64) bool { return n == 0 })
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("replays (-want +got)\n%s", diff)
			}
			sessions, err := view(t, o.Dir).Ledger.Sessions(1)
			if err != nil || len(sessions) != 2 || sessions[0].Build == sessions[1].Build {
				t.Errorf("%d sessions, %v; want two of different builds", len(sessions), err)
			}
		})
	}
}

// A file that is rewritten while the soak runs begins a session, too, so that each run is known
// to be of the build that it was of.
func TestWorkflowRewrittenWhileItRuns(t *testing.T) {
	o, script := shellSoak(t, steadyScript, 1)
	o.Cycles = 0
	stop := make(chan struct{})
	drifted := false
	o.Notify = func(e harness.Event) {
		switch {
		case e.Kind == harness.EventCycle && e.Cycle == 1:
			next := script + ".new" // in one piece: a run may read it now
			if err := errors.Join(os.WriteFile(next, []byte(`echo "{\"seed\":$1,\"price\":11}"`), 0o644), os.Rename(next, script)); err != nil {
				t.Error(err)
			}
		case e.Verdict == replay.VerdictDrift && !drifted:
			drifted = true
			close(stop)
		}
	}
	if _, err := soak.Run(t.Context(), stop, o); err != nil {
		t.Fatal(err)
	}
	sessions, err := view(t, o.Dir).Ledger.Sessions(1)
	if err != nil {
		t.Fatal(err)
	}
	var why []string
	for i, s := range sessions {
		why = append(why, s.EndedWhy)
		if i > 0 && !s.Started.Equal(sessions[i-1].Ended) {
			t.Errorf("session %d began %v after the one before it ended: that time is active, too", s.N, s.Started.Sub(sessions[i-1].Ended))
		}
	}
	if !slices.Equal(why, []string{"a workflow's files have changed", "stopped"}) {
		t.Errorf("sessions ended so: %q", why)
	}
}
