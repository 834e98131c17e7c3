package explain

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestCausesAreProven(t *testing.T) {
	digest := func(parts ...any) string {
		sum := sha256.Sum256([]byte(fmt.Sprint(parts...)))
		return hex.EncodeToString(sum[:])
	}
	base := func(extra map[string]func(*world) any) map[string]func(*world) any {
		all := map[string]func(*world) any{"constant": func(*world) any { return "same" }}
		for i := range 12 {
			all[fmt.Sprintf("seeded%d", i)] = seeded_(fmt.Sprint(i))
		}
		for k, v := range extra {
			all[k] = v
		}
		return all
	}
	elapsed := func(w *world, reads float64) float64 {
		return 0.02 + w.rng.Float64()*0.004 + reads*w.pause.Seconds()
	}
	order := func(factor string) func(*world) any {
		return func(w *world) any {
			r := []string{"ash", "birch", "cedar", "elm", "fir", "hazel"}
			x := w.draw(factor)
			for i := len(r) - 1; i > 0; i-- {
				j := int(x % uint64(i+1))
				x /= 7
				r[i], r[j] = r[j], r[i]
			}
			return r
		}
	}
	for _, test := range []struct {
		name   string
		fields map[string]func(*world) any
		want   map[string]string
	}{
		{"steady", nil, map[string]string{}},
		{"random number", map[string]func(*world) any{"x": score("entropy")}, map[string]string{"/x": "violation rng"}},
		{"hash order", map[string]func(*world) any{"x": order("hash-seed")}, map[string]string{"/x": "violation hash-seed"}},
		{"order by AT_RANDOM", map[string]func(*world) any{"x": order("at-random")}, map[string]string{"/x": "violation hash-seed"}},
		{"number by AT_RANDOM", map[string]func(*world) any{"x": score("at-random")}, map[string]string{"/x": "violation rng"}},
		{"race", map[string]func(*world) any{"x": order("scheduling")}, map[string]string{"/x": "violation scheduling"}},
		{"coin", map[string]func(*world) any{"x": flip(0.5, "entropy")}, map[string]string{"/x": "violation rng"}},
		{"directory", map[string]func(*world) any{"x": order("readdir")}, map[string]string{"/x": "violation filesystem"}},
		{"outside", map[string]func(*world) any{"x": score("external")}, map[string]string{"/x": "violation external"}},
		{"time stamp", map[string]func(*world) any{"x": func(w *world) any { return w.now.Format(time.RFC3339Nano) }}, map[string]string{"/x": "volatile clock"}},
		{"epoch", map[string]func(*world) any{"x": func(w *world) any { return w.now.UnixNano() }}, map[string]string{"/x": "volatile clock"}},
		{"epoch from 2020", map[string]func(*world) any{"x": func(w *world) any { return w.now.UnixMilli() - 1577836800123 }}, map[string]string{"/x": "volatile clock"}},
		{"seeded by time", map[string]func(*world) any{"x": score("clock")}, map[string]string{"/x": "violation clock"}},
		{"millisecond", map[string]func(*world) any{"x": func(w *world) any { return w.now.UnixMilli() % 1000 }}, map[string]string{"/x": "volatile clock"}},
		{"parity of the time", map[string]func(*world) any{"x": func(w *world) any { return hashOf(w.now.UnixMicro()) % 4 }}, map[string]string{"/x": "violation clock"}},
		{"date", map[string]func(*world) any{"x": func(w *world) any { return w.now.Format("2006-01-02") }}, map[string]string{"/x": "latent clock"}},
		{"duration", map[string]func(*world) any{"elapsed_ms": func(w *world) any { return elapsed(w, 1) * 1e3 }}, map[string]string{"/elapsed_ms": "volatile duration"}},
		{"duration under another name", map[string]func(*world) any{"x": func(w *world) any { return elapsed(w, 2) }}, map[string]string{"/x": "volatile duration"}},
		{"duration in words", map[string]func(*world) any{"x": func(w *world) any {
			return fmt.Sprintf("done after %.2f ms", elapsed(w, 1)*1e3)
		}}, map[string]string{"/x": "volatile duration"}},
		{"duration by the wall clock", map[string]func(*world) any{"x": func(w *world) any {
			if w.now == w.end {
				return 0
			}
			return int(elapsed(w, 1) * 1e6)
		}}, map[string]string{"/x": "volatile duration"}},
		{"duration over many readings", map[string]func(*world) any{"x": func(w *world) any { return elapsed(w, 80+float64(w.rng.IntN(20))) }},
			map[string]string{"/x": "volatile duration"}},
		{"duration beside other threads' readings", map[string]func(*world) any{"x": func(w *world) any {
			reads := 4 + w.rng.IntN(2)
			if w.pause > 100*time.Millisecond {
				reads = 1 + w.rng.IntN(6)
			}
			return int(1e6*w.rng.Float64()) + reads*int(w.pause)
		}}, map[string]string{"/x": "volatile duration"}},
		{"longer by any amount", map[string]func(*world) any{"x": func(w *world) any {
			if w.pause > 0 {
				return 40 + 100*w.rng.Float64()
			}
			return w.rng.Float64()
		}}, map[string]string{"/x": "violation duration"}},
		{"not in proportion", map[string]func(*world) any{"x": func(w *world) any {
			if w.pause > 0 {
				return 5 + w.rng.Float64()
			}
			return w.rng.Float64()
		}}, map[string]string{"/x": "violation duration"}},
		{"by too little", map[string]func(*world) any{"x": func(w *world) any { return w.rng.Float64()*1e-3 + w.pause.Seconds()/20 }},
			map[string]string{"/x": "violation duration"}},
		{"slow or fast", map[string]func(*world) any{"x": func(w *world) any { return w.pause > 0 || w.rng.IntN(2) == 0 }},
			map[string]string{"/x": "violation duration"}},
		{"three pins that would do", map[string]func(*world) any{"x": score("runtime")}, map[string]string{"/x": "violation hash-seed"}},
		{"rate", map[string]func(*world) any{"x": func(w *world) any { return 1000 / elapsed(w, 1) }}, map[string]string{"/x": "violation duration"}},
		{"process id", map[string]func(*world) any{"x": func(w *world) any { return w.pid }}, map[string]string{"/x": "volatile pid"}},
		{"seeded by process id", map[string]func(*world) any{"x": score("pid")}, map[string]string{"/x": "violation pid"}},
		{"seeded by both", map[string]func(*world) any{"x": score("pid", "clock")}, map[string]string{"/x": "violation pid+clock"}},
		{"three causes", map[string]func(*world) any{"x": score("entropy", "scheduling", "address")}, map[string]string{"/x": "violation rng+scheduling+address"}},
		{"host name", map[string]func(*world) any{"x": func(w *world) any { return w.level("hostname", "host") }}, map[string]string{"/x": "latent hostname"}},
		{"locale and zone", map[string]func(*world) any{
			"x": func(w *world) any { return w.level("tz", "UTC") }, "y": func(w *world) any { return w.level("locale", "") == "tr_TR.UTF-8" }},
			map[string]string{"/x": "latent timezone", "/y": "latent locale"}},
		{"digest of an order", map[string]func(*world) any{"x": func(w *world) any {
			return map[string]any{"a": order("hash-seed")(&world{t: Treatment{}, rng: w.rng})}
		}}, map[string]string{"/x/a": "violation unattributed"}},
		{"steady but where threads are held", map[string]func(*world) any{"x": func(w *world) any {
			return w.level("scheduling", "") == "one" && w.rng.IntN(2) == 0
		}}, map[string]string{}},
		{"noise", map[string]func(*world) any{"x": noise(0.5)}, map[string]string{"/x": "violation unattributed"}},
		{"optional warning", map[string]func(*world) any{"warning": func(w *world) any {
			if w.draw("entropy")%2 == 0 {
				return "low"
			}
			return nil
		}}, map[string]string{"/warning": "violation rng"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			fields := base(test.fields)
			if test.name == "digest of a set" {
				fields["y"] = func(*world) any { return digest() }
			}
			x := explain(t, newSimulated(3, fields), Options{})
			if diff := cmp.Diff(test.want, brief(x)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
				for _, f := range x.Fields {
					t.Logf("%s: p=%g %s", f.Path, f.P, f.Proof)
				}
				for _, a := range x.Arms {
					t.Logf("arm %s: %d", a.Name, a.Runs)
				}
			}
			t.Logf("%d runs, %s", x.Runs, x.Ended)
		})
	}
}
