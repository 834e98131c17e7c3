package harness

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/replay"
)

// cycleTimes are when a cycle started and ended, since the soak's start, and by how much it
// was over.
type cycleTimes struct {
	N                    int
	Start, Ended, Over   time.Duration
	Runs, Abandoned, Rep int
}

func timesOf(m *memory, began time.Time) (all []cycleTimes) {
	for _, c := range m.cycles {
		row := cycleTimes{N: c.N, Start: c.Started.Sub(began), Ended: c.Ended.Sub(began), Over: c.Overrun, Runs: len(c.Runs), Rep: len(c.Replays)}
		for _, r := range c.Runs {
			if r.Status == golden.StatusAbandoned {
				row.Abandoned++
			}
		}
		all = append(all, row)
	}
	return all
}

// Three runs by two workers are two rounds, and so are their replays: a cycle of runs that take
// a second takes four.
func TestRunnerKeepsTime(t *testing.T) {
	const s = time.Second
	for _, c := range []struct {
		name   string
		change func(*Runner)
		took   time.Duration // one run
		stop   time.Duration // no further cycle from then on
		cancel time.Duration // and then the end at once
		want   []cycleTimes
		ends   time.Duration
	}{
		{"an interval is from start to start",
			func(r *Runner) { r.Cycles = 3; r.every(30 * s) }, s, 0, 0,
			[]cycleTimes{{1, 0, 4 * s, 0, 3, 0, 3}, {2, 30 * s, 34 * s, 0, 3, 0, 3}, {3, 60 * s, 64 * s, 0, 3, 0, 3}}, 64 * s},
		{"no interval: one after another",
			func(r *Runner) { r.Cycles = 2 }, s, 0, 0,
			[]cycleTimes{{1, 0, 4 * s, 0, 3, 0, 3}, {2, 4 * s, 8 * s, 0, 3, 0, 3}}, 8 * s},
		{"an overrun is recorded, and the next cycle starts at once",
			func(r *Runner) { r.Cycles = 2; r.every(30 * s) }, 10 * s, 0, 0,
			[]cycleTimes{{1, 0, 40 * s, 10 * s, 3, 0, 3}, {2, 40 * s, 80 * s, 10 * s, 3, 0, 3}}, 80 * s},
		{"no cycle starts at the deadline or later, and the soak lasts until then",
			func(r *Runner) { r.Remaining = 60 * s; r.every(30 * s) }, s, 0, 0,
			[]cycleTimes{{1, 0, 4 * s, 0, 3, 0, 3}, {2, 30 * s, 34 * s, 0, 3, 0, 3}}, 60 * s},
		{"a cycle that is in flight at the deadline finishes",
			func(r *Runner) { r.Remaining = 6 * s }, s, 0, 0,
			[]cycleTimes{{1, 0, 4 * s, 0, 3, 0, 3}, {2, 4 * s, 8 * s, 0, 3, 0, 3}}, 8 * s},
		{"the time was over before",
			func(r *Runner) { r.Remaining = -1 }, s, 0, 0, nil, 0},
		{"the time was over before, but there is something to make up for",
			func(r *Runner) { r.Remaining = -1; r.FirstCycle = 7; r.Rest = &Rest{Runs: []int{2}} }, s, 0, 0,
			[]cycleTimes{{7, 0, 2 * s, 0, 1, 0, 1}}, 2 * s},
		{"a stop lets the cycle in flight finish",
			func(r *Runner) {}, s, 5 * s, 0,
			[]cycleTimes{{1, 0, 4 * s, 0, 3, 0, 3}, {2, 4 * s, 8 * s, 0, 3, 0, 3}}, 8 * s},
		{"a stop between cycles ends the soak there",
			func(r *Runner) { r.every(30 * s) }, s, 5 * s, 0,
			[]cycleTimes{{1, 0, 4 * s, 0, 3, 0, 3}}, 5 * s},
		{"what is in flight when the grace is over is abandoned, and what was not launched yet",
			func(r *Runner) {}, s, s / 4, s / 2,
			[]cycleTimes{{1, 0, s / 2, 0, 3, 3, 0}}, s / 2},
		{"a run that was not replayed is abandoned with its replay",
			func(r *Runner) { r.Config.Workers = 1 }, s, s / 4, 3*s + s/2,
			[]cycleTimes{{1, 0, 3*s + s/2, 0, 3, 3, 0}}, 3*s + s/2},
		{"a run that was replayed is kept",
			func(r *Runner) { r.Config.Workers = 1 }, s, s / 4, 4*s + s/2,
			[]cycleTimes{{1, 0, 4*s + s/2, 0, 3, 2, 1}}, 4*s + s/2},
		{"nothing is abandoned where nothing is in flight",
			func(r *Runner) { r.every(30 * s) }, s, 0, 5 * s,
			[]cycleTimes{{1, 0, 4 * s, 0, 3, 0, 3}}, 5 * s},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, kept := fakeRunner(t, steady(t, c.took), c.change)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				var stop chan struct{}
				if c.stop > 0 {
					stop = make(chan struct{})
					time.AfterFunc(c.stop, func() { close(stop) })
				}
				if c.cancel > 0 {
					time.AfterFunc(c.cancel, cancel)
				}
				began := time.Now()
				if err := r.Run(ctx, stop); err != nil {
					t.Error(err)
				}
				if diff := cmp.Diff(c.want, timesOf(kept, began)); diff != "" {
					t.Errorf("cycles (-want +got)\n%s", diff)
				}
				if got := time.Since(began); got != c.ends {
					t.Errorf("it ended after %v, want %v", got, c.ends)
				}
			})
		})
	}
}

func TestRunnerStoppedBeforeItBegan(t *testing.T) {
	r, kept := fakeRunner(t, steady(t, 0), func(r *Runner) { r.Cycles = 1 })
	stop := make(chan struct{})
	close(stop)
	if err := r.Run(t.Context(), stop); err != nil || len(kept.cycles) > 0 {
		t.Errorf("%v, %d cycles; want none", err, len(kept.cycles))
	}
}

// As many runs at once as there are workers, and never more; the results are in the plan's
// order whoever is ready first.
func TestRunnerOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int64
		unevenly := func(ctx context.Context, j job) Execution {
			n := now.Add(1)
			defer now.Add(-1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			time.Sleep(time.Duration(j.Seed%1000) * time.Millisecond)
			return traceOf(t, j, fmt.Sprint(j.Seed))
		}
		r, kept := fakeRunner(t, unevenly, func(r *Runner) {
			r.Config.Workers, r.Config.RunsPerCycle, r.Cycles = 5, 40, 3
			r.rechecks(4)
		})
		r.mustRun(t)
		if most.Load() != 5 {
			t.Errorf("%d runs at once, want 5", most.Load())
		}
		for _, c := range kept.cycles {
			planned := r.plan.Cycle(c.N)
			var runs, replays []PlannedRun
			for _, run := range c.Runs {
				runs = append(runs, run.PlannedRun)
			}
			for _, p := range c.Replays {
				replays = append(replays, p.PlannedRun)
				if p.Recheck != (p.Cycle < c.N) || p.Checked.Verdict != replay.VerdictMatch {
					t.Errorf("cycle %d: %s: recheck %t, %s", c.N, p.ID, p.Recheck, p.Checked.Verdict)
				}
			}
			if diff := cmp.Diff(planned.Runs, runs); diff != "" {
				t.Errorf("cycle %d: runs (-planned +got)\n%s", c.N, diff)
			}
			if diff := cmp.Diff(slices.Concat(planned.Runs, planned.Rechecks), replays); diff != "" {
				t.Errorf("cycle %d: replays (-planned +got)\n%s", c.N, diff)
			}
		}
	})
}

// Cycles do not wait for those before them to be committed; a recheck does.
func TestRecheckWaitsForTheCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, kept := fakeRunner(t, steady(t, time.Second), func(r *Runner) {
			r.Cycles = 3
			r.rechecks(1)
		})
		kept.onCommit = func([]CycleResult) error {
			time.Sleep(time.Minute)
			return nil
		}
		r.mustRun(t)
		if got := r.Tally; got.Rechecks != 2 || got.RechecksSkipped != 0 || got.Unknown != 0 {
			t.Errorf("%d rechecks, %d skipped, %d unknown; want 2, 0, 0", got.Rechecks, got.RechecksSkipped, got.Unknown)
		}
	})
}

func TestRecheckWithoutItsGolden(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		want Tally
	}{
		{"pruned: it is passed over and counted", fmt.Errorf("it was pruned: %w", ErrNoGolden),
			Tally{Cycles: 2, Runs: 6, Goldens: 6, Replays: 6, Match: 6, RechecksSkipped: 1}},
		{"damaged: it can't be told", errors.New("its checksum is wrong"),
			Tally{Cycles: 2, Runs: 6, Goldens: 6, Replays: 7, Match: 6, Unknown: 1, Rechecks: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, kept := fakeRunner(t, steady(t, 0), func(r *Runner) {
				r.Cycles = 2
				r.rechecks(1)
			})
			kept.pruned = func(Position) error { return c.err }
			r.mustRun(t)
			if diff := cmp.Diff(c.want, r.Tally); diff != "" {
				t.Errorf("tally (-want +got)\n%s", diff)
			}
		})
	}
}

// The disk is full while more cycles wait to be committed than may: nobody waits in vain, and
// no trace stays open.
func TestRunnerEndsWhenItCannotCommit(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	before := openFiles(t)
	synctest.Test(t, func(t *testing.T) {
		r, kept := fakeRunner(t, steady(t, time.Millisecond), func(r *Runner) { r.rechecks(2) })
		full := errors.New("no space left on device")
		kept.onCommit = func(cycles []CycleResult) error {
			time.Sleep(time.Minute)
			if cycles[0].N > 1 {
				return full
			}
			return nil
		}
		err := r.Run(t.Context(), nil)
		if !errors.Is(err, full) || !strings.HasPrefix(err.Error(), "cycle 2: commit: ") {
			t.Errorf("%v, want %v", err, full)
		}
		if r.Tally.Cycles != 1 {
			t.Errorf("%d cycles are told of, want the one that was committed", r.Tally.Cycles)
		}
	})
	if after := openFiles(t); after > before {
		t.Errorf("%d files are open, %d were before", after, before)
	}
}

func openFiles(t *testing.T) int {
	t.Helper()
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("SKIPPED: open files can't be counted without /proc")
	}
	return len(files)
}

// What waits to be committed is bounded, and is committed together.
func TestRunnerCommitsTogetherWhatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, kept := fakeRunner(t, steady(t, time.Millisecond), func(r *Runner) { r.Cycles = 200 })
		kept.onCommit = func([]CycleResult) error {
			time.Sleep(time.Minute)
			return nil
		}
		r.mustRun(t)
		next := 1
		for _, together := range kept.commits {
			if len(together) > maxWaiting+1 {
				t.Errorf("%d cycles were committed together", len(together))
			}
			for _, n := range together {
				if n != next {
					t.Fatalf("cycle %d was committed, want %d", n, next)
				}
				next++
			}
		}
		if next != 201 || len(kept.commits) > 10 {
			t.Errorf("%d cycles in %d commits", next-1, len(kept.commits))
		}
	})
}

// A cycle of runs that end in each way, watched as it is told of.
func TestTallyAndEvents(t *testing.T) {
	ends := map[string]Execution{
		"timeout": {Status: golden.StatusTimeout, Message: "took longer than its 1s timeout"},
		"fault":   {Status: golden.StatusFault, Message: "no such program"},
	}
	names := []string{"steady", "timeout", "fault", "flaky", "gone"}
	var mu sync.Mutex
	times := map[string]int{}
	w := func(ctx context.Context, j job) Execution {
		mu.Lock()
		times[j.Workflow]++
		n := times[j.Workflow]
		mu.Unlock()
		switch e, ok := ends[j.Workflow]; {
		case ok:
			return e
		case j.Workflow == "flaky":
			return traceOf(t, j, fmt.Sprint(n))
		case j.Workflow == "gone" && n > 1:
			return ends["timeout"]
		}
		return traceOf(t, j, "1")
	}
	var events []string
	before := openFiles(t)
	r, _ := fakeRunner(t, w, func(r *Runner) {
		r.Cycles, r.Config.RunsPerCycle = 1, len(names)
		r.Config.Workflows = nil
		for _, name := range names {
			r.Config.Workflows = append(r.Config.Workflows, WorkflowConfig{Name: name, Command: []string{"true"}, Output: golden.OutputText})
		}
		r.Config = r.Config.Defaults()
		r.Notify = func(e Event) { events = append(events, fmt.Sprintf("%s %s: %s", e.Kind, e.Run.Workflow, e.Text)) }
	})
	r.mustRun(t)
	if after := openFiles(t); after > before {
		t.Errorf("%d files are open, %d were before: a replay's trace stayed open", after, before)
	}
	want := Tally{Cycles: 1, Runs: 5, Goldens: 3, Unfinished: 2, Replays: 3, Match: 1, Violation: 1, Unknown: 1}
	if diff := cmp.Diff(want, r.Tally); diff != "" {
		t.Errorf("tally (-want +got)\n%s", diff)
	}
	for _, part := range []string{"failed timeout: ", "took longer than its 1s timeout", "failed fault: ", "verdict flaky: ", "violation under again: /value changed", "verdict gone: ", "unknown under again"} {
		if !slices.ContainsFunc(events, func(e string) bool { return strings.Contains(e, part) }) {
			t.Errorf("no event says %q", part)
		}
	}
	if len(events) != 5 || !strings.HasPrefix(events[4], "cycle ") {
		t.Errorf("events, the cycle's last:\n%s", strings.Join(events, "\n"))
	}
}

// What an earlier session abandoned is made up for, and nothing else of that cycle; then the
// soak goes on.
func TestRunnerMakesUp(t *testing.T) {
	r, kept := fakeRunner(t, steady(t, 0), func(r *Runner) {
		r.rechecks(2)
		r.FirstCycle, r.Cycles, r.Config.Workers = 3, 4, 1
		owed := NewPlan(r.Config).Cycle(3).Rechecks[1].Position
		r.Rest = &Rest{Runs: []int{1, 3}, Rechecks: []Position{owed}}
		r.Tally = Tally{Cycles: 3, Runs: 9, Goldens: 7, Abandoned: 2, Replays: 10, Match: 10, Rechecks: 3}
	})
	var rechecked []string
	kept.pruned = func(at Position) error {
		rechecked = append(rechecked, at.String())
		return ErrNoGolden
	}
	r.mustRun(t)
	want := Tally{Cycles: 4, Runs: 12, Goldens: 12, Replays: 15, Match: 15, Rechecks: 3, RechecksSkipped: 3}
	if diff := cmp.Diff(want, r.Tally); diff != "" {
		t.Errorf("tally (-want +got)\n%s", diff)
	}
	var ids []string
	for _, run := range kept.cycles[0].Runs {
		ids = append(ids, run.ID)
	}
	if diff := cmp.Diff([]string{"c3r1", "c3r3"}, ids); diff != "" {
		t.Errorf("made up for (-want +got)\n%s", diff)
	}
	third, fourth := r.plan.Cycle(3).Rechecks, r.plan.Cycle(4).Rechecks
	if diff := cmp.Diff([]string{third[1].ID, fourth[0].ID, fourth[1].ID}, rechecked); diff != "" {
		t.Errorf("rechecked (-want +got)\n%s", diff)
	}
}

// Rechecks that a stop cut short are made up for with their cycle, for which a run of it is given up if need be; where all of
// them show something grave none is, and the rechecks are counted as skipped.
func TestRechecksOfAStoppedCycle(t *testing.T) {
	const s = time.Second
	for _, c := range []struct {
		name   string
		cancel time.Duration // the second cycle runs from 6 s to 13 s: three runs, three replays, a recheck; where they differ, from 9 s to 20 s
		grave  bool          // they differ, and each replay takes two attempts
		want   Tally
	}{
		{"with its runs", 9*s + s/2, false, Tally{Cycles: 2, Runs: 6, Goldens: 3, Abandoned: 3, Replays: 3, Match: 3}},
		{"after its runs", 12*s + s/2, false, Tally{Cycles: 2, Runs: 6, Goldens: 5, Abandoned: 1, Replays: 5, Match: 5}},
		{"after its runs, which are evidence", 18*s + s/2, true, Tally{Cycles: 2, Runs: 6, Goldens: 6, Replays: 6, Violation: 6, RechecksSkipped: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				workflow := steady(t, s)
				if c.grave {
					workflow = flaky(t, s)
				}
				r, _ := fakeRunner(t, workflow, func(r *Runner) {
					r.Config.Workers, r.Config.Again = 1, 1
					r.rechecks(1)
				})
				ctx, cancel := context.WithTimeout(t.Context(), c.cancel)
				defer cancel()
				if err := r.Run(ctx, nil); err != nil {
					t.Error(err)
				}
				if diff := cmp.Diff(c.want, r.Tally); diff != "" {
					t.Errorf("tally (-want +got)\n%s", diff)
				}
			})
		})
	}
}

// A cycle says with which builds it was run, whatever was rewritten until it is committed.
func TestCycleKnowsItsBuilds(t *testing.T) {
	var script string
	r, kept := fakeRunner(t, steady(t, 0), func(r *Runner) {
		r.Cycles = 2
		script = r.Config.Dir + "/flow.sh"
		r.Config.Workflows = r.Config.Workflows[:1]
		r.Config.Workflows[0].Command = []string{"sh", "flow.sh"}
	})
	write := func(text string) {
		if err := os.WriteFile(script, []byte(text), 0o644); err != nil {
			t.Error(err)
		}
	}
	executor := r.workflows["a"].executor
	r.workflows["a"].executor = fakeWorkflow(func(ctx context.Context, j job) Execution {
		if j.Cycle == 1 {
			write("echo 2 " + strings.Repeat("#", 10))
		}
		return executor.execute(ctx, j)
	})
	write("echo 1")
	r.mustRun(t)
	first, second := kept.cycles[0].Builds["a"], kept.cycles[1].Builds["a"]
	if first == second || kept.cycles[1].Runs[0].Circumstances.Build != second {
		t.Errorf("builds %.8s and %.8s; the second cycle's runs have %.8s", first, second, kept.cycles[1].Runs[0].Circumstances.Build)
	}
}
