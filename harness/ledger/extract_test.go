package ledger

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/replay"
)

// violated adds to a cycle that its first run did not match, and the finding.
func violated(c Cycle, soak SoakID) Cycle {
	key := RunKey{soak, c.N, 1}
	c.Replays[0].Verdict, c.Replays[0].Differing = replay.VerdictViolation, 1
	c.Replays[0].GotDigest, c.Replays[0].GotPlace = golden.Digest{9}, "1:9:0"
	c.Replays[0].Found = []Difference{{Difference: replay.Difference{Path: "/total", Kind: replay.Changed, Want: []byte("1"), Got: []byte(`"hunter22"`)}}}
	at := func(position int) Sight { return Sight{RunKey{soak, c.N, position}, c.Started} }
	c.Findings = []Sighting{{Key: "k1", Workflow: "io", Class: replay.ClassViolation, Cause: replay.CauseRNG, Pattern: "/total", Count: 1,
		First: at(1), Last: at(2), Shortest: at(3).Run, Reproduction: "shadowrun replay " + key.String()}}
	return c
}

// extracted extracts a soak of three runs a cycle, which saw a violation in its second of ten, and returns
// the reader of the extract.
func extracted(t *testing.T, o ExtractOptions) (*Reader, Extracted, string) {
	t.Helper()
	l, _ := openLedger(t)
	commit(t, l, startSoak(t, l), cycleOf(1, 1, 3)) // an older soak
	o.Soak = startSoak(t, l)
	for n := 1; n <= 10; n++ {
		c := cycleOf(o.Soak, n, 3)
		c.Runs[0].Stderr = []byte("password hunter22\n")
		if n == 2 {
			c = violated(c, o.Soak)
		}
		commit(t, l, o.Soak, c)
	}
	if err := l.AppendAction(Action{At: noon, Who: "ada", What: "stop", Detail: "hunter22 leaked"}); err != nil {
		t.Fatal(err)
	}
	if err := l.Accept(Acceptance{Key: "k1", Reason: "known", Until: noon.Add(time.Hour), Who: "ada", At: noon}); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "extract.db")
	x, err := l.Extract(t.Context(), to, o) // while the soak's own connection is open
	if err != nil {
		t.Fatal(err)
	}
	r, err := View(to)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	var broken int
	if err := r.db.QueryRow("SELECT count(*) FROM pragma_foreign_key_check").Scan(&broken); err != nil || broken > 0 {
		t.Errorf("%d rows refer to what is not there, %v", broken, err)
	}
	return r, x, to
}

func namesOfRuns(t *testing.T, r *Reader, soak SoakID) string {
	t.Helper()
	var names []string
	for run, err := range r.Runs(Filter{Soak: soak}) {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, run.RunKey.String())
	}
	return strings.Join(names, " ")
}

func TestExtractIsALedgerOfOneSoak(t *testing.T) {
	for _, test := range []struct {
		name string
		o    ExtractOptions
		want string
		x    Extracted
	}{
		{"the last runs, and a finding's", ExtractOptions{LastRuns: 4}, "c2r1 c2r2 c2r3 c9r1 c9r2 c9r3 c10r1 c10r2 c10r3", Extracted{9, 30}},
		{"and one that was asked for", ExtractOptions{LastRuns: 1, Keep: RunKey{2, 5, 3}}, "c2r1 c2r2 c2r3 c5r3 c10r1 c10r2 c10r3", Extracted{7, 30}},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, x, _ := extracted(t, test.o)
			if got := namesOfRuns(t, r, 2); got != test.want {
				t.Errorf("runs %s, want %s", got, test.want)
			}
			if x != test.x {
				t.Errorf("%+v, want %+v", x, test.x)
			}
			sums, err := r.Totals(2)
			if err != nil || sums.Runs != 30 || sums.Violation != 1 {
				t.Errorf("sums %+v, %v", sums, err)
			}
			soaks, err := r.Soaks()
			if err != nil || len(soaks) != 1 {
				t.Errorf("%d soaks, %v; want the one", len(soaks), err)
			}
			findings, err := r.Findings(2)
			if err != nil || len(findings) != 1 || findings[0].Accepted == nil {
				t.Errorf("findings %+v, %v", findings, err)
			}
		})
	}
	r, x, _ := extracted(t, ExtractOptions{})
	if x.Runs != 30 || len(strings.Fields(namesOfRuns(t, r, 2))) != 30 {
		t.Errorf("%+v, want all", x)
	}
}

func TestExtractHoldsNothingThatIsMasked(t *testing.T) {
	r, _, path := extracted(t, ExtractOptions{Mask: func(s string) string { return strings.ReplaceAll(s, "hunter22", "[masked]") }})
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(text, []byte("hunter22")) {
		t.Error("what is masked is in the file")
	}
	run, err := r.Run(RunKey{2, 1, 1})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("password [masked]\n", string(run.Stderr)); diff != "" {
		t.Error(diff)
	}
	if _, _, whole := extracted(t, ExtractOptions{}); !fileHolds(t, whole, "hunter22") {
		t.Error("without a mask it is not there either: the test shows nothing")
	}
}

func fileHolds(t *testing.T, path, word string) bool {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Contains(text, []byte(word))
}

func TestExtractRefusesAFileThatIsThere(t *testing.T) {
	l, path := openLedger(t)
	if _, err := l.Extract(t.Context(), path, ExtractOptions{Soak: startSoak(t, l)}); err == nil || !strings.Contains(err.Error(), "it exists") {
		t.Errorf("err = %v, want that it exists", err)
	}
}
