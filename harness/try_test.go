package harness

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/golden"
)

// What a command wrote is given back byte for byte, whatever it is.
func TestTry(t *testing.T) {
	for _, c := range []struct {
		name, script string
		status       golden.Status
		want         string
	}{
		{"nothing", "true", golden.StatusOK, ""},
		{"text", "echo seed $SHADOWRUN_SEED", golden.StatusOK, "seed 42\n"},
		{"bytes", `printf 'a\000\377'; exit 3`, golden.StatusExit, "a\x00\xff"},
		{"more than a block", "head -c 10000 /dev/zero", golden.StatusOK, string(make([]byte, 10000))},
		{"no program", "", golden.StatusFault, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := WorkflowConfig{Name: "tried", Command: sh(c.script), Timeout: Duration(time.Minute)}
			if c.script == "" {
				w.Command = []string{"no-such-program"}
			}
			e, raw, err := Try(t.Context(), Config{Dir: t.TempDir()}, w, 42, t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			defer e.Close()
			if e.Status != c.status {
				t.Errorf("%s: %s; want %s", e.Status, e.Message, c.status)
			}
			if diff := cmp.Diff(c.want, string(raw)); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

// Burners run until they are stopped, one for each CPU, and again if they are started again.
func TestBurners(t *testing.T) {
	self, err := newReexec(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &burners{self: self}
	for range 2 {
		if err := b.start(); err != nil {
			t.Fatal(err)
		}
		running := b.running
		if err := b.start(); err != nil || len(b.running) != len(running) {
			t.Errorf("%v: %d burners after a second start, %d before", err, len(b.running), len(running))
		}
		b.stop()
		for _, c := range running {
			if c.ProcessState == nil || !c.ProcessState.Success() {
				t.Errorf("pid %d was not ended by the end of its standard input: %v", c.Process.Pid, c.ProcessState)
			}
		}
		if len(running) == 0 {
			t.Error("no burner ran")
		}
	}
}
