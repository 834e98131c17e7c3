package harnesstest_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/harnesstest"
	"github.com/shadowrun/shadowrun/harness/reference"
)

// recorder takes the place of a test that Check may fail.
type recorder struct {
	testing.TB
	text strings.Builder
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) { fmt.Fprintf(&r.text, format+"\n", args...) }

func (r *recorder) Fatalf(format string, args ...any) { r.Errorf(format, args...) }

type workflow struct {
	name string
	run  func(r *harness.Run) error
}

func (w workflow) Name() string { return w.name }

func (w workflow) Run(_ context.Context, r *harness.Run) error { return w.run(r) }

func TestReferenceWorkflowsAreSteady(t *testing.T) {
	for _, w := range reference.Workflows() {
		t.Run(w.Name(), func(t *testing.T) { harnesstest.Check(t, w) })
	}
}

func TestCheckFindsWhatIsNotSeeded(t *testing.T) {
	r := &recorder{TB: t}
	harnesstest.Check(r, workflow{"spread", func(r *harness.Run) error {
		r.Record("base", r.Rand().IntN(100))
		r.Record("spread", rand.Uint64()) // not the run's
		return nil
	}})
	if got := r.text.String(); !strings.Contains(got, "spread, seed 1, replayed under again: violation") || !strings.Contains(got, "/spread changed") {
		t.Errorf("want the step named and called a violation; got:\n%s", got)
	}
}

func TestRulesCover(t *testing.T) {
	harnesstest.Check(t, workflow{"spread", func(r *harness.Run) error {
		r.Record("spread", rand.Uint64())
		return nil
	}}, harnesstest.Rules(harness.RuleConfig{Volatile: "/spread", Reason: "drawn anew on purpose"}))
}

// forgetful resumes with a state that lacks what it had drawn.
type forgetful struct{}

func (forgetful) Name() string { return "forgetful" }

func (forgetful) Resumable() {}

func (forgetful) Run(_ context.Context, r *harness.Run) error {
	total := 0
	var kept int
	if resumed, err := r.Resume(&kept); err != nil || !resumed {
		total = 40
		if err := r.Checkpoint(0); err != nil {
			return err
		}
	}
	r.Record("total", total+2)
	return nil
}

func TestCheckFindsWhatDoesNotSurviveAResumption(t *testing.T) {
	r := &recorder{TB: t}
	harnesstest.Check(r, forgetful{}, harnesstest.Seeds(1))
	if got := r.text.String(); !strings.Contains(got, "replayed under resumed: violation") || strings.Contains(got, "under again") {
		t.Errorf("want a violation under resumed alone; got:\n%s", got)
	}
}

func TestGoldens(t *testing.T) {
	dir := t.TempDir() + "/goldens"
	bias := 0
	w := workflow{"pricing", func(r *harness.Run) error {
		r.Record("price", int(r.Seed())+bias)
		return nil
	}}
	check := func(env map[string]string) string {
		for _, name := range []string{"CI", "SHADOWRUN_UPDATE"} {
			t.Setenv(name, env[name])
		}
		r := &recorder{TB: t}
		harnesstest.Check(r, w, harnesstest.Seeds(7), harnesstest.Goldens(dir))
		return r.text.String()
	}
	if got := check(nil); !strings.Contains(got, "SHADOWRUN_UPDATE=1 go test writes it") {
		t.Errorf("without a golden: got %q", got)
	}
	if got := check(map[string]string{"SHADOWRUN_UPDATE": "1", "CI": "true"}); got == "" {
		t.Error("where CI is set a golden was written")
	}
	if got := check(map[string]string{"SHADOWRUN_UPDATE": "1"}); got != "" {
		t.Errorf("updating: %s", got)
	}
	if got := check(nil); got != "" {
		t.Errorf("with the golden: %s", got)
	}
	bias = 1
	if got := check(nil); !strings.Contains(got, "/price changed") {
		t.Errorf("with another behaviour: got %q", got)
	}
	if _, err := os.Stat(dir + "/goldens.sum"); err != nil {
		t.Error(err)
	}
}
