package explain

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWhatTheSeedDoesNotDo(t *testing.T) {
	n := func(name string, seed uint64) float64 { return float64(hashOf(name, seed)%1e9) / 1e9 }
	items := func(f func(i int, seed uint64) any) func(*world) any {
		return func(w *world) any {
			var all []any
			for i := range 6 {
				all = append(all, map[string]any{"id": fmt.Sprint("i", i), "score": f(i, w.seed)})
			}
			return all
		}
	}
	for _, test := range []struct {
		name   string
		fields map[string]func(*world) any
		want   []string
	}{
		{"it is followed", map[string]func(*world) any{"a": seeded_("a"), "b": seeded_("b"), "constant": func(*world) any { return 3.14159 },
			"seed": func(w *world) any { return w.seed }}, nil},
		{"no effect", map[string]func(*world) any{"a": func(*world) any { return 1.25 }, "r": score("entropy")}, []string{"no-effect "}},
		{"one element does not follow", map[string]func(*world) any{"items": items(func(i int, seed uint64) any {
			if i == 4 {
				return 0.5
			}
			return n(fmt.Sprint(i), seed)
		})}, []string{"not-followed /items/4/score"}},
		{"one state of few is nobody's fault", map[string]func(*world) any{"items": items(func(i int, seed uint64) any {
			if i == 4 {
				return "settled"
			}
			return []string{"open", "settled", "void"}[hashOf(fmt.Sprint(i), seed)%3]
		})}, nil},
		{"nor is a heading, or a start", map[string]func(*world) any{
			"lines": func(w *world) any {
				return []any{"id,name,since", fmt.Sprint(hashOf("a", w.seed), ",x"), fmt.Sprint(hashOf("b", w.seed), ",y"), fmt.Sprint(hashOf("c", w.seed), ",z")}
			},
			"walk": func(w *world) any { return []any{100.5, n("a", w.seed), n("b", w.seed), n("c", w.seed)} }}, nil},
		{"a constant key is no sibling", map[string]func(*world) any{"a": seeded_("a"), "b": seeded_("b"), "c": seeded_("c"), "d": seeded_("d"),
			"version": func(*world) any { return 3 }}, nil},
		{"eight bits", map[string]func(*world) any{"a": func(w *world) any { return n("a", w.seed&0xff) }, "b": func(w *world) any { return n("b", w.seed&0xff) }},
			[]string{"same-trace "}},
		{"half the seed", map[string]func(*world) any{"number": func(w *world) any { return w.seed }, "a": func(w *world) any { return n("a", w.seed/2) },
			"b": func(w *world) any { return n("b", w.seed/2) }}, []string{"same-trace /a /b"}},
		{"a shard is no echo", map[string]func(*world) any{"shard": func(w *world) any { return w.seed & 0xfff }, "a": seeded_("a")}, nil},
		{"pages of neighbours", map[string]func(*world) any{"number": func(w *world) any { return w.seed }, "page": func(w *world) any { return w.seed / 10 },
			"shelf": func(w *world) any { return w.seed / 100 }, "a": seeded_("a")}, nil},
		{"a wrong echo", map[string]func(*world) any{"seed": func(w *world) any { return w.seed & 0xffff }, "a": seeded_("a")}, []string{"wrong-echo /seed"}},
		{"off by one", map[string]func(*world) any{"used_seed": func(w *world) any { return w.seed + 1 }, "a": seeded_("a")}, []string{"wrong-echo /used_seed"}},
		{"repeated", map[string]func(*world) any{
			"pricing": func(w *world) any { return map[string]any{"u": n("u", w.seed), "v": n("v", w.seed)} },
			"routing": func(w *world) any { return map[string]any{"u": n("u", w.seed), "v": n("v", w.seed)} },
			"other":   func(w *world) any { return map[string]any{"u": n("o", w.seed), "v": n("p", w.seed)} }},
			[]string{"repeated /pricing /routing"}},
		{"a few small numbers may agree", map[string]func(*world) any{
			"a": func(w *world) any { return map[string]any{"n": w.seed % 7} }, "b": func(w *world) any { return map[string]any{"n": w.seed % 7} }}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			x := explain(t, newSimulated(3, test.fields), Options{})
			var got []string
			for _, f := range x.Seeds {
				s := string(f.Kind) + " " + f.Path
				for _, p := range f.Paths[1:] {
					s += " " + p
				}
				got = append(got, s)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
				for _, f := range x.Seeds {
					t.Log(f.Proof)
				}
			}
		})
	}
}
