package explain

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/replay"
)

// simulated is a lab whose program is known: a function for each field of what its world holds.
type simulated struct {
	fields  map[string]func(*world) any
	events  func(*world) []golden.Event // instead of fields
	crash   func(*world) int            // exit status
	silent  bool                        // nothing is put out
	broken  map[string]bool             // factors under which no run can be compared
	unread  map[string]bool             // factors that it is known not to ask for
	rng     *rand.Rand
	n       int
	session time.Time
	last    map[string]int // runs by treatment
}

// world is what one run finds.
type world struct {
	t        Treatment
	seed     uint64
	rng      *rand.Rand // for what no factor moves
	n        int        // which run it is
	now, end time.Time
	pid      int
	pause    time.Duration
}

func newSimulated(seed uint64, fields map[string]func(*world) any) *simulated {
	return &simulated{fields: fields, rng: rand.New(rand.NewPCG(seed, 1)), last: map[string]int{},
		session: time.Date(2026, 11, 23, 9, 59, 57, 0, time.UTC)}
}

func (s *simulated) Run(_ context.Context, seed uint64, t Treatment) (Observation, error) {
	s.n++
	s.last[t.String()]++
	w := &world{t: t, seed: seed, rng: s.rng, n: s.n}
	w.now = s.session.Add(time.Duration(s.n)*137*time.Millisecond + time.Duration(s.rng.IntN(1e7)))
	w.pid = 4000 + 7*s.n + s.rng.IntN(5)
	if level, ok := t["pid"]; ok {
		w.pid, _ = strconv.Atoi(level)
	}
	w.pause, _ = time.ParseDuration(t["pause"])
	w.end = w.now.Add(50*time.Millisecond + w.pause)
	if level, ok := t["clock"]; ok {
		if at, err := time.Parse(time.RFC3339Nano, level); err == nil {
			w.now, w.end = at, at
		} else {
			d, _ := time.ParseDuration(level)
			w.now, w.end = w.now.Add(d), w.end.Add(d)
		}
	}
	for factor := range t {
		if s.broken[factor] {
			return Observation{Err: errors.New(factor + " hangs it")}, nil
		}
	}
	trace := s.trace(w)
	reads := map[string]int64{}
	for factor := range s.unread {
		reads[factor] = 0
	}
	return Observation{Trace: trace, Digest: sha256.Sum256(trace), Reads: reads, Circumstances: &replay.Circumstances{
		Start: w.now, End: w.end, PIDs: []int{w.pid}, Host: w.level("hostname", "host"), Dirs: []string{"/run/x"}, User: "u"}}, nil
}

func (s *simulated) trace(w *world) []byte {
	h := golden.Header{Workflow: "sim", Seed: w.seed, Output: golden.OutputJSON, Command: []string{"sim"}}
	events := []golden.Event{{Kind: golden.KindOut}}
	if s.events != nil {
		events, h.Output = s.events(w), golden.OutputJSONL
	} else {
		doc := map[string]any{}
		for _, name := range slices.Sorted(maps.Keys(s.fields)) { // they share a generator
			if v := s.fields[name](w); v != nil {
				doc[name] = v
			}
		}
		events[0].Value, _ = json.Marshal(doc)
	}
	if s.silent {
		events = nil
	}
	b := golden.NewBuilder(h, golden.BuildOptions{})
	end := golden.End{Status: golden.StatusOK}
	if s.crash != nil && s.crash(w) != 0 {
		end, events = golden.End{Status: golden.StatusExit, Exit: s.crash(w)}, nil
	}
	for _, e := range events {
		if err := b.Add(e.Kind, e.Name, e.Value); err != nil {
			panic(err)
		}
	}
	trace, err := b.End(end)
	if err != nil {
		panic(err)
	}
	text, _ := trace.Bytes()
	return text
}

// level returns what a factor is at.
func (w *world) level(factor, untreated string) string {
	if l, ok := w.t[factor]; ok {
		return l
	}
	return untreated
}

// draw returns a number that is the same whenever the factor, or one that holds it, is at one level.
func (w *world) draw(factor string) uint64 {
	for _, f := range holders[factor] {
		if l, ok := w.t[f]; ok {
			return hashOf(f, l)
		}
	}
	if factor == "clock" {
		return hashOf("clock", w.now.String())
	}
	if factor == "pid" {
		return hashOf("pid", strconv.Itoa(w.pid))
	}
	return w.rng.Uint64()
}

var holders = map[string][]string{
	"runtime": {"hash-seed", "at-random", "entropy"}, "hash-seed": {"hash-seed", "entropy"}, "at-random": {"at-random", "entropy"}, "entropy": {"entropy"},
	"address": {"address"}, "scheduling": {"scheduling"}, "external": {"external"}, "readdir": {"readdir"}, "workdir": {"workdir"},
}

func hashOf(parts ...any) uint64 {
	h := fnv.New64a()
	fmt.Fprint(h, parts...)
	x := h.Sum64()
	x ^= x >> 31
	return x * 0x9e3779b97f4a7c15
}

// score is an arbitrary number that depends on these factors.
func score(factors ...string) func(*world) any {
	return func(w *world) any {
		var all []any
		for _, f := range factors {
			all = append(all, w.draw(f), " ")
		}
		return float64(hashOf(all...)%1e9) / 1e9
	}
}

// flip is true at a rate, by what a factor draws.
func flip(rate float64, factor string) func(*world) any {
	return func(w *world) any { return float64(w.draw(factor)%1e6) < rate*1e6 }
}

// noise is true at a rate, whatever is done.
func noise(rate float64) func(*world) any {
	return func(w *world) any { return w.rng.Float64() < rate }
}

func seeded_(name string) func(*world) any {
	return func(w *world) any { return float64(hashOf(name, w.seed)%1e9) / 1e9 }
}

var everyFactor = func() []Factor {
	var all []Factor
	for _, l := range levels {
		if !isVariant(l.Factor) {
			all = append(all, Factor{Name: l.Factor, Available: true})
		}
	}
	return all
}()

func explain(t testing.TB, lab Lab, o Options) *Explanation {
	t.Helper()
	o.Workflow, o.Seed = "sim", 7
	if o.Factors == nil {
		o.Factors = everyFactor
	}
	x, err := Explain(context.Background(), lab, o)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// brief is what an explanation says of each field: "volatile clock", "violation rng+pid".
func brief(x *Explanation) map[string]string {
	out := map[string]string{}
	for _, f := range x.Fields {
		text := string(f.Class) + " " + string(f.Cause)
		for _, c := range f.With {
			text += "+" + string(c)
		}
		for _, from := range f.DerivedFrom {
			text += " from " + from
		}
		out[f.Path] = text
	}
	return out
}
