package harness

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness/internal/proc"
)

// flaky is a workflow that takes so long, and does something else each time.
func flaky(t testing.TB, took time.Duration) fakeWorkflow {
	var n atomic.Int64
	return func(ctx context.Context, j job) Execution {
		select {
		case <-time.After(took):
			return traceOf(t, j, strconv.FormatInt(1000*n.Add(1), 10))
		case <-inFlight(ctx).Done():
			return Execution{Status: golden.StatusAbandoned, Message: "stopped while it was in flight"}
		}
	}
}

// launched notes when each execution of a workflow begins.
func launched(w fakeWorkflow, began *[]time.Time) fakeWorkflow {
	var mu sync.Mutex
	return func(ctx context.Context, j job) Execution {
		mu.Lock()
		*began = append(*began, time.Now())
		mu.Unlock()
		return w(ctx, j)
	}
}

// One worker takes a second for each of three runs, then for each of their replays.
func TestHalt(t *testing.T) {
	const s = time.Second
	for _, c := range []struct {
		name   string
		change func(*Runner)
		halt   time.Duration
		cancel time.Duration // abandons what is in flight; 0: nothing does
		want   []cycleTimes
		ends   time.Duration
	}{
		{"a run in flight finishes, and those that wait for a worker are not launched; it was not replayed, so it comes again",
			func(*Runner) {}, s / 2, 0, []cycleTimes{{1, 0, s, 0, 3, 3, 0}}, s},
		{"a replay in flight finishes, and counts",
			func(*Runner) {}, 3*s + s/2, 0, []cycleTimes{{1, 0, 4 * s, 0, 3, 2, 1}}, 4 * s},
		{"a cycle whose last replay is in flight is whole",
			func(*Runner) {}, 5*s + s/2, 0, []cycleTimes{{1, 0, 6 * s, 0, 3, 0, 3}}, 6 * s},
		{"two workers, two in flight",
			func(r *Runner) { r.Config.Workers = 2 }, s / 2, 0, []cycleTimes{{1, 0, s, 0, 3, 3, 0}}, s},
		{"between two cycles nothing is in flight",
			func(r *Runner) { r.every(time.Hour) }, 7 * s, 0, []cycleTimes{{1, 0, 6 * s, 0, 3, 0, 3}}, 7 * s},
		{"what is in flight may be abandoned after all",
			func(*Runner) {}, s / 4, s / 2, []cycleTimes{{1, 0, s / 2, 0, 3, 3, 0}}, s / 2},
		{"and at once",
			func(*Runner) {}, s / 2, s / 2, []cycleTimes{{1, 0, s / 2, 0, 3, 3, 0}}, s / 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var launches []time.Time
				halt := make(chan struct{})
				r, kept := fakeRunner(t, launched(steady(t, s), &launches), func(r *Runner) {
					r.Config.Workers, r.Halt = 1, halt
					c.change(r)
				})
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				time.AfterFunc(c.halt, func() { close(halt) })
				if c.cancel > 0 {
					time.AfterFunc(c.cancel, cancel)
				}
				began := time.Now()
				if err := r.Run(ctx, nil); err != nil {
					t.Error(err)
				}
				if diff := cmp.Diff(c.want, timesOf(kept, began)); diff != "" {
					t.Errorf("cycles (-want +got)\n%s", diff)
				}
				if got := time.Since(began); got != c.ends {
					t.Errorf("it ended after %v, want %v", got, c.ends)
				}
				for _, at := range launches {
					if at.Sub(began) > c.halt {
						t.Errorf("a run was launched after %v, %v after the halt", at.Sub(began), at.Sub(began)-c.halt)
					}
				}
			})
		})
	}
}

// A replay that differs takes several executions to be sure: one that is halted between them is not known, and comes again.
func TestHaltBetweenTheAttemptsOfAReplay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const s = time.Second
		halt := make(chan struct{})
		r, kept := fakeRunner(t, flaky(t, s), func(r *Runner) { r.Config.Workers, r.Halt = 3, halt })
		time.AfterFunc(s+s/2, func() { close(halt) })
		began := time.Now()
		r.mustRun(t)
		if diff := cmp.Diff([]cycleTimes{{1, 0, 2 * s, 0, 3, 3, 0}}, timesOf(kept, began)); diff != "" {
			t.Errorf("cycles (-want +got)\n%s", diff)
		}
	})
}

// untilHalted says that it waits, and does until it is told of the halt.
const untilHalted = "echo waits >>$HOME/said; while [ ! -e $HOME/halted ]; do sleep 0.01; done"

// Within an execution, too, no process is launched any more, but for the hooks that undo what was begun.
func TestHaltWithinAnExecution(t *testing.T) {
	for _, c := range []struct {
		name   string
		config WorkflowConfig
		kill   int
		want   string // what was launched
	}{
		{"before the command", WorkflowConfig{Command: sh("echo command >>$HOME/said"), Before: [][]string{sh(untilHalted), sh("echo second >>$HOME/said")},
			After: [][]string{sh("echo after >>$HOME/said")}}, 0, "waits\nafter\n"},
		{"before it is resumed", WorkflowConfig{Checkpoints: true, Command: sh(untilHalted + "; echo 1 >$SHADOWRUN_CHECKPOINT/1; sleep 60")}, 1, "waits\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			home := t.TempDir()
			c.config.Env = map[string]string{"HOME": home}
			x := commandOf(t, c.config)
			halt := make(chan struct{})
			launching, release := Halting(t.Context(), halt)
			defer release()
			said := filepath.Join(home, "said")
			var group sync.WaitGroup
			group.Go(func() {
				for text, _ := os.ReadFile(said); len(text) == 0; text, _ = os.ReadFile(said) {
					time.Sleep(time.Millisecond)
				}
				close(halt)
				<-launching.Done()
				if err := os.WriteFile(filepath.Join(home, "halted"), nil, 0o666); err != nil {
					t.Error(err)
				}
			})
			j := planned("hostile", 1)
			j.killAfter = c.kill
			e := x.execute(launching, j)
			defer e.Close()
			group.Wait()
			text, err := os.ReadFile(said)
			if diff := cmp.Diff(c.want, string(text)); err != nil || diff != "" {
				t.Errorf("%v; launched (-want +got)\n%s", err, diff)
			}
			if e.Status != golden.StatusAbandoned {
				t.Errorf("%s: %s; want that it is abandoned", e.Status, e.Message)
			}
		})
	}
}

// What is in flight is not ended by a halt, only by the end of the context that was halted.
func TestHalting(t *testing.T) {
	outer, end := context.WithCancel(t.Context())
	halt := make(chan struct{})
	launching, release := Halting(outer, halt)
	defer release()
	running := inFlight(launching)
	close(halt)
	<-launching.Done()
	if running.Err() != nil {
		t.Error("the halt ended what was in flight")
	}
	if got := proc.Run(inFlight(launching), proc.Spec{Argv: []string{"true"}}); got.Status != proc.Cancelled {
		t.Errorf("launched after the halt: %s", got)
	}
	end()
	if running.Err() == nil {
		t.Error("the end of the context left what was in flight")
	}
}
