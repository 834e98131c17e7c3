package explain

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/golden"
)

func TestStructure(t *testing.T) {
	for _, test := range []struct {
		name   string
		fields map[string]func(*world) any
		want   map[string]string
	}{
		{"a digest of an order", map[string]func(*world) any{"both": func(w *world) any {
			order := []string{"ash", "birch", "cedar"}
			x := w.draw("hash-seed")
			order[0], order[x%3] = order[x%3], order[0]
			order[1], order[1+x/3%2] = order[1+x/3%2], order[1]
			text, _ := json.Marshal(order)
			sum := sha256.Sum256(text)
			return map[string]any{"order": order, "sum": hex.EncodeToString(sum[:])}
		}}, map[string]string{"/both/order": "violation hash-seed", "/both/sum": "derived hash-seed from /both/order"}},
		{"a digest of an order that two factors make", map[string]func(*world) any{"both": func(w *world) any {
			order := []string{"ash", "birch", "cedar", "elm", "fir", "oak"}
			for i, x := range []uint64{w.draw("entropy"), w.draw("address")} {
				for n := range order {
					m := int(x >> (8*n + i) % uint64(len(order)))
					order[n], order[m] = order[m], order[n]
				}
			}
			sum := sha256.Sum256([]byte(strings.Join(order, ",")))
			return map[string]any{"order": order, "sum": hex.EncodeToString(sum[:])}
		}}, map[string]string{"/both/order": "violation rng+address", "/both/sum": "derived rng from /both/order"}},
		{"a total", map[string]func(*world) any{"cart": func(w *world) any {
			a := w.draw("entropy") % 100000
			return map[string]any{"items": []any{map[string]any{"price": a}, map[string]any{"price": 12345}}, "total": a + 12345}
		}}, map[string]string{"/cart/items/0/price": "violation rng", "/cart/total": "derived rng from /cart/items/0/price"}},
		{"a lost element", map[string]func(*world) any{"log": func(w *world) any {
			all := []any{}
			for i := range 5 {
				if i != 3 || w.draw("scheduling")%2 == 0 {
					all = append(all, map[string]any{"id": fmt.Sprint("item-", i), "n": i * i})
				}
			}
			return all
		}}, map[string]string{"/log": "violation scheduling"}},
		{"a random choice of elements", map[string]func(*world) any{"picked": func(w *world) any {
			x, all := w.draw("entropy"), []string{}
			for i := range 6 {
				if x>>i&1 == 1 {
					all = append(all, fmt.Sprint("element-", i))
				}
			}
			return all
		}}, map[string]string{"/picked": "violation rng"}},
		{"keys that are random", map[string]func(*world) any{"jobs": func(w *world) any {
			return map[string]any{fmt.Sprintf("job-%08x", w.draw("entropy")>>32): 1, "kept": 2}
		}}, map[string]string{"/jobs": "violation rng"}},
		{"a replaced parent", map[string]func(*world) any{"r": func(w *world) any {
			if w.draw("entropy")%2 == 0 {
				return nil
			}
			return map[string]any{"a": 1}
		}}, map[string]string{"/r": "violation rng"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			x := explain(t, newSimulated(11, test.fields), Options{})
			if diff := cmp.Diff(test.want, brief(x)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
				for _, f := range x.Fields {
					t.Logf("%s: p=%g %s", f.Path, f.P, f.Proof)
				}
			}
		})
	}
}

func TestLaterStepsFollowTheRootTheyTook(t *testing.T) {
	s := newSimulated(3, nil)
	s.events = func(w *world) []golden.Event {
		id := fmt.Sprintf("%016x", w.draw("entropy"))
		line := func(format string, args ...any) golden.Event {
			return golden.Event{Kind: golden.KindOut, Value: fmt.Appendf(nil, format, args...)}
		}
		return []golden.Event{
			line(`{"order":%q}`, id),
			line(`{"for":%q,"shard":%d}`, id, hashOf(id)%1000003),
			line(`{"other":%d}`, hashOf("x", id)%1000003),
		}
	}
	want := map[string]string{"/0/order": "violation rng", "/1/for": "derived rng from /0/order",
		"/1/shard": "derived rng from /0/order", "/2/other": "violation rng"}
	if diff := cmp.Diff(want, brief(explain(t, s, Options{}))); diff != "" {
		t.Errorf("a step that holds the root's value follows from it, another need not (-want +got)\n%s", diff)
	}
}

func TestAStepThatHoldsAnotherFormTookTheRoot(t *testing.T) {
	s := newSimulated(3, nil)
	s.events = func(w *world) []golden.Event {
		id := fmt.Sprintf("session-%016x", w.draw("entropy"))
		line := func(format string, args ...any) golden.Event {
			return golden.Event{Kind: golden.KindOut, Value: fmt.Appendf(nil, format, args...)}
		}
		return []golden.Event{
			line(`{"id":%q}`, id),
			line(`{"reference":%q}`, "pay/"+strings.ToUpper(id)),
			line(`{"token":%q}`, base64.URLEncoding.EncodeToString([]byte("v1:"+id+":"))),
			line(`{"hex":%q}`, strings.ToUpper(hex.EncodeToString([]byte(id)))),
			line(`{"other":%d}`, hashOf(id)%1000003),
		}
	}
	want := map[string]string{"/0/id": "violation rng", "/1/reference": "derived rng from /0/id", "/2/token": "derived rng from /0/id",
		"/3/hex": "derived rng from /0/id", "/4/other": "violation rng"}
	if diff := cmp.Diff(want, brief(explain(t, s, Options{}))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestATreatmentThatBreaksTheProgramBlamesNothingElse(t *testing.T) {
	s := newSimulated(3, map[string]func(*world) any{"x": score("entropy"), "y": seeded_("y")})
	s.crash = func(w *world) int {
		if w.level("locale", "C.UTF-8") == "de_DE.UTF-8" {
			return 3
		}
		return 0
	}
	x := explain(t, s, Options{})
	want := map[string]string{"/x": "violation rng", "/@end/status": "latent locale", "/@end/exit": "latent locale"}
	if diff := cmp.Diff(want, brief(x)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	var arms []string
	for _, f := range x.Failures {
		arms = append(arms, f.Arm+": "+f.How)
	}
	if want := []string{"everything varied (1): exit 3", "vary locale: exit 3"}; !cmp.Equal(want, arms) {
		t.Errorf("failures %q, want %q", arms, want)
	}
}

func TestATreatmentUnderWhichNothingCanBeCompared(t *testing.T) {
	s := newSimulated(3, map[string]func(*world) any{"x": score("entropy"), "y": score("pid", "address")})
	s.broken = map[string]bool{"clock": true}
	x := explain(t, s, Options{})
	want := map[string]string{"/x": "violation rng", "/y": "violation address+pid"}
	if diff := cmp.Diff(want, brief(x)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if x.Unknown == 0 || x.TooMany {
		t.Errorf("%d unknown, too many %v; want some, and not too many", x.Unknown, x.TooMany)
	}
}

func TestARunThatCannotBeComparedIsTriedOnceMore(t *testing.T) {
	s := newSimulated(3, map[string]func(*world) any{"x": score("entropy")})
	calls := 0
	x := explain(t, labFunc(func(ctx context.Context, seed uint64, treatment Treatment) (Observation, error) {
		if calls++; calls%5 == 2 {
			return Observation{Err: errors.New("timed out")}, nil
		}
		return s.Run(ctx, seed, treatment)
	}), Options{})
	if diff := cmp.Diff(map[string]string{"/x": "violation rng"}, brief(x)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := x.Runs - s.n; x.Unknown != got || got == 0 || len(x.Failures) > 0 {
		t.Errorf("%d unknown, failures %v; want %d and none", x.Unknown, x.Failures, got)
	}
	for _, a := range x.Arms {
		if a.Name == "untreated" && a.Runs < enough/3 {
			t.Errorf("%d untreated runs", a.Runs)
		}
	}
}

func TestUnavailableAndUnreadFactorsAreNotTried(t *testing.T) {
	s := newSimulated(3, map[string]func(*world) any{"x": noise(0.5)})
	s.unread = map[string]bool{"entropy": true}
	factors := []Factor{{"clock", false, "no tracer"}, {"entropy", true, ""}, {"pid", true, ""}}
	explain(t, s, Options{Factors: factors})
	for treatment := range s.last {
		if strings.Contains(treatment, "clock") || treatment == "entropy=1" {
			t.Errorf("a run with %s, want none", treatment)
		}
	}
}

func TestBudgets(t *testing.T) {
	for _, max := range []int{2, 5, 20, 50, 100} {
		s := newSimulated(3, typical())
		x := explain(t, s, Options{MaxRuns: max})
		if s.n != x.Runs || x.Runs > max || x.Ended != EndedBudget {
			t.Errorf("budget %d: %d runs, %d reported, ended %s", max, s.n, x.Runs, x.Ended)
		}
	}
	s := newSimulated(3, typical())
	x := explain(t, s, Options{Exhausted: func() bool { return s.n >= 30 }})
	if x.Runs != 30 || x.Ended != EndedTime {
		t.Errorf("%d runs, ended %s; want 30, %s", x.Runs, x.Ended, EndedTime)
	}
}

type failing struct{ *simulated }

func (f failing) Run(ctx context.Context, seed uint64, t Treatment) (Observation, error) {
	if f.n == 9 {
		return Observation{}, errors.New("disk full")
	}
	return f.simulated.Run(ctx, seed, t)
}

func TestErrors(t *testing.T) {
	_, err := Explain(t.Context(), failing{newSimulated(3, typical())}, Options{Factors: everyFactor})
	if err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("got %v, want the lab's error", err)
	}
	s := newSimulated(3, typical())
	s.broken = map[string]bool{}
	hang := labFunc(func(context.Context, uint64, Treatment) (Observation, error) {
		return Observation{Err: errors.New("timed out after 1s")}, nil
	})
	if _, err = Explain(t.Context(), hang, Options{}); err == nil || !strings.Contains(err.Error(), "timed out") {
		t.Errorf("got %v, want why no run can be compared", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = Explain(ctx, s, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	for _, o := range []Options{{MaxRuns: 1}, {Alpha: 1}, {Alpha: -1}} {
		if _, err := Explain(t.Context(), s, o); err == nil {
			t.Errorf("%+v: no error", o)
		}
	}
}

type labFunc func(context.Context, uint64, Treatment) (Observation, error)

func (f labFunc) Run(ctx context.Context, seed uint64, t Treatment) (Observation, error) {
	return f(ctx, seed, t)
}

func TestTheSameRunsGiveTheSameExplanation(t *testing.T) {
	var first *Explanation
	for range 5 { // maps are iterated in another order each time
		x := explain(t, newSimulated(5, typical2()), Options{})
		if first == nil {
			first = x
		} else if !reflect.DeepEqual(first, x) {
			t.Fatalf("(-first +another)\n%s", cmp.Diff(brief(first), brief(x)))
		}
	}
}

// typical2 is typical with one generator a field, so that the order in which fields are made does
// not matter.
func typical2() map[string]func(*world) any {
	fields := map[string]func(*world) any{}
	for i, factor := range []string{"entropy", "clock", "pid", "hash-seed"} {
		fields[fmt.Sprintf("f%d", i)] = func(w *world) any {
			if l, ok := w.t[factor]; ok {
				return hashOf(l) % 1000
			}
			return hashOf(w.n, factor) % 1000
		}
	}
	return fields
}
