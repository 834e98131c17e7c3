package explain

import (
	"context"
	"errors"
	"strings"
	"testing"
)

// A program that fails, or says nothing, each time it is left alone is told so; its seed is not blamed.
func TestFailsEachTime(t *testing.T) {
	answers := func(w *world) any { return w.seed }
	always := func(w *world) int { return 1 }
	for _, c := range []struct {
		name   string
		fields map[string]func(*world) any
		crash  func(*world) int
		empty  bool
		want   string // the beginning of what is said
		most   int    // runs
	}{
		{"well", map[string]func(*world) any{"a": answers}, nil, false, "", 240},
		{"always, without output", nil, always, false, "each of 10 runs that it was left alone in ended with exit status 1, and put nothing out that could be compared", 20},
		{"nothing is put out", nil, nil, true, "each of 10 runs that it was left alone in ended well, and put nothing out", 20},
		{"sometimes", map[string]func(*world) any{"a": answers}, func(w *world) int { return int(w.draw("entropy") % 2) }, false, "", 240},
		{"only with some variables", map[string]func(*world) any{"a": answers}, func(w *world) int { return b2i(w.t["env"] == "1") }, false, "", 240},
	} {
		t.Run(c.name, func(t *testing.T) {
			lab := newSimulated(3, c.fields)
			lab.crash, lab.silent = c.crash, c.empty
			x := explain(t, lab, Options{})
			if !strings.HasPrefix(x.Fails, c.want) || (c.want == "") != (x.Fails == "") {
				t.Errorf("fails %q, want it to begin %q", x.Fails, c.want)
			}
			if x.Runs > c.most || c.want != "" && len(x.Seeds) > 0 {
				t.Errorf("%d runs, seed findings %v", x.Runs, x.Seeds)
			}
		})
	}
}

// unstartable is a lab in whose runs something can be compared inside only: a program that is not there.
type unstartable struct{ *simulated }

func (u unstartable) Run(ctx context.Context, seed uint64, t Treatment) (Observation, error) {
	if t == nil {
		return Observation{Err: errors.New("it is not in PATH")}, nil
	}
	return u.simulated.Run(ctx, seed, t)
}

func TestProgramThatIsNotThere(t *testing.T) {
	_, err := Explain(t.Context(), unstartable{newSimulated(1, nil)}, Options{Workflow: "sim", Factors: everyFactor})
	if !errors.Is(err, ErrNothing) || !strings.HasSuffix(err.Error(), ": it is not in PATH") {
		t.Errorf("%v", err)
	}
}

func TestLastLine(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", ""}, {"\n \n", ""}, {"one\ntwo\n\n", "two"}, {"one", "one"}, {strings.Repeat("x", 301), strings.Repeat("x", 300) + "…"},
	} {
		if got := lastLine([]byte(c.text)); got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}
