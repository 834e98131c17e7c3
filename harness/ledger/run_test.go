package ledger

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/golden"
)

func TestRunComesBackAsCommitted(t *testing.T) {
	l, _ := openLedger(t)
	soak := startSoak(t, l)
	tests := []struct {
		name string
		run  Run
		want func(*Run)
	}{
		{"of a soak", cycleOf(soak, 1, 1).Runs[0], nil},
		{"the largest seed", Run{Seed: 1<<64 - 1, Status: golden.StatusOK}, nil},
		{"failed", Run{Status: golden.StatusExit, Exit: 3, Message: "it\x00said \"no\"\n", Stderr: []byte("\xff\x00trace"),
			Digest: golden.Digest{9}, Place: "1:4096:3", Size: 1 << 40, Started: noon.Add(1), Duration: 25 * time.Hour, PID: 4194304}, nil},
		{"killed", Run{Status: golden.StatusSignal, Signal: "SIGSEGV", Circumstances: jsontext.Value(`{"pids":[7,8]}`)}, nil},
		{"a long standard error", Run{Status: golden.StatusExit, Stderr: []byte("lost" + strings.Repeat("x", MaxStderr))},
			func(r *Run) { r.Stderr = r.Stderr[4:] }},
	}
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := test.run
			r.RunKey, r.Workflow = RunKey{soak, i + 1, maxPosition}, "orders/é"
			commit(t, l, soak, Cycle{N: i + 1, Runs: []Run{r}})
			if test.want != nil {
				test.want(&r)
			}
			got, err := l.Run(r.RunKey)
			if diff := cmp.Diff(r, got); diff != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
	var without []string
	for run, err := range l.WithoutGolden(Filter{Soak: soak}) {
		if err != nil {
			t.Fatal(err)
		}
		without = append(without, run.Signal+string(run.Status))
	}
	if diff := cmp.Diff([]string{"ok", "SIGSEGVsignal", "exit"}, without); diff != "" {
		t.Error("runs without a golden (-want +got):\n" + diff)
	}
	for _, k := range []RunKey{{soak, 1, 2}, {soak, 77, 1}, {99, 1, 1}} {
		if _, err := l.Run(k); !errors.Is(err, ErrNotFound) || !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), k.String()) {
			t.Errorf("run %s: %v, want ErrNotFound and its name", k, err)
		}
	}
}

func TestRunKeysPack(t *testing.T) {
	last := int64(0)
	for _, k := range []RunKey{{1, 0, 1}, {1, 0, maxPosition}, {1, 1, 0}, {1, maxCycle, maxPosition}, {2, 0, 0}, {maxSoak, maxCycle, maxPosition}} {
		if err := k.check(); err != nil {
			t.Error(err)
		}
		if got := runKey(k.id()); got != k {
			t.Errorf("%+v comes back as %+v", k, got)
		}
		if k.id() <= last {
			t.Errorf("%+v has key %d, not above %d: keys must grow", k, k.id(), last)
		}
		last = k.id()
	}
}

func TestFilterChooses(t *testing.T) {
	l, _ := openLedger(t)
	first, second := startSoak(t, l), startSoak(t, l)
	for n := 1; n <= 4; n++ {
		commit(t, l, first, cycleOf(first, n, 3))
		commit(t, l, second, cycleOf(second, n, 3))
	}
	tests := []struct {
		name   string
		filter Filter
		want   string
	}{
		{"a soak", Filter{Soak: second}, "c1r1 c1r2 c1r3 c2r1 c2r2 c2r3 c3r1 c3r2 c3r3 c4r1 c4r2 c4r3"},
		{"a workflow", Filter{Soak: first, Workflow: "io"}, "c1r1 c2r1 c3r1 c4r1"},
		{"cycles", Filter{Soak: first, FirstCycle: 2, LastCycle: 3, Workflow: "compute"}, "c2r3 c3r3"},
		{"no such soak", Filter{Soak: 3}, ""},
		{"no such workflow", Filter{Soak: first, Workflow: "x"}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for run, err := range l.Runs(test.filter) {
				if err != nil {
					t.Fatal(err)
				}
				if run.Soak != test.filter.Soak {
					t.Errorf("a run of soak %d", run.Soak)
				}
				got = append(got, run.String())
			}
			if s := strings.Join(got, " "); s != test.want {
				t.Errorf("got %s, want %s", s, test.want)
			}
		})
	}
}

// Only a workflow that has runs with a golden, and of these none that ended with exit status 0, never did.
func TestNeverOK(t *testing.T) {
	l, _ := openLedger(t)
	other, soak := startSoak(t, l), startSoak(t, l)
	run := func(of SoakID, cycle, n int, workflow string, status golden.Status, digest byte) Run {
		return Run{RunKey: RunKey{of, cycle, n}, Workflow: workflow, Status: status, Digest: golden.Digest{digest}}
	}
	commit(t, l, other, Cycle{N: 1, Runs: []Run{run(other, 1, 1, "elsewhere", golden.StatusExit, 1), run(other, 1, 2, "gone", golden.StatusOK, 1)}})
	commit(t, l, soak, Cycle{N: 1, Runs: []Run{
		run(soak, 1, 1, "late", golden.StatusTimeout, 0), run(soak, 1, 2, "gone", golden.StatusExit, 1), run(soak, 1, 3, "mixed", golden.StatusExit, 1),
		run(soak, 1, 4, "killed", golden.StatusSignal, 1),
	}})
	commit(t, l, soak, Cycle{N: 2, Runs: []Run{run(soak, 2, 1, "gone", golden.StatusExit, 1), run(soak, 2, 2, "mixed", golden.StatusOK, 1)}})
	got := map[string]int{}
	for _, workflow := range []string{"elsewhere", "gone", "killed", "late", "mixed", "none"} {
		r, err := l.NeverOK(soak, workflow)
		if err == nil {
			got[workflow] = r.RunKey.Position
		} else if !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v", workflow, err)
		}
	}
	if diff := cmp.Diff(map[string]int{"gone": 2, "killed": 4}, got); diff != "" {
		t.Error("the first run of what never ended well (-want +got):\n" + diff)
	}
}
