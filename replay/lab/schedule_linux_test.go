//go:build linux && amd64

package lab

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestBirthOrder(t *testing.T) {
	const ms = time.Millisecond
	for _, test := range []struct {
		level  string
		births []time.Duration // when they are born
		want   []time.Duration // when they get going
	}{
		{"reverse", []time.Duration{0, 0, 0}, []time.Duration{80 * ms, 70 * ms, 60 * ms}},
		{"reverse", []time.Duration{0, 15 * ms, 40 * ms}, []time.Duration{80 * ms, 70 * ms, 60 * ms}},
		{"reverse", []time.Duration{0, 100 * ms, 105 * ms}, []time.Duration{80 * ms, 180 * ms, 170 * ms}},
		{"reverse", make([]time.Duration, 10), []time.Duration{80 * ms, 70 * ms, 60 * ms, 50 * ms, 40 * ms, 30 * ms, 20 * ms, 10 * ms, 0, 0}},
	} {
		base := time.Unix(1e9, 0)
		order, err := birthOrder(test.level)
		must(t, err)
		var got []time.Duration
		for n, at := range test.births {
			got = append(got, at+order(base.Add(at), birth{Nth: n, Total: n + 1}))
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s, born at %v (-want +got):\n%s", test.level, test.births, diff)
		}
	}
	seeded := func(level string) (got []time.Duration) {
		order, err := birthOrder(level)
		must(t, err)
		for n := range 200 {
			d := order(time.Time{}, birth{Total: n})
			if d < 0 || d >= longestRandom {
				t.Errorf("%s holds the %dth for %s", level, n, d)
			}
			got = append(got, d)
		}
		return got
	}
	if !cmp.Equal(seeded("random:1"), seeded("random:1")) || cmp.Equal(seeded("random:1"), seeded("random:2")) {
		t.Error("a random order follows no seed")
	}
}

// races are programs of four threads or processes that each append a letter. The first that gets going comes first.
var races = []struct {
	name     string
	argv     func(t *testing.T) []string
	reversed string // what it comes to in reverse
}{
	{"C threads", func(t *testing.T) []string { return []string{compile(t, "race")} }, "dcba"},
	{"shell", words("sh", "-c", "for c in a b c d; do (printf $c) & done; wait"), "dcba"},
	{"Perl forks", words("perl", "-e", `for $c ("a" .. "d") { fork or do { syswrite STDOUT, $c; exit } } 1 while wait > 0`), "dcba"},
	{"Python children, started by vfork", words("python3", "-c", "import subprocess as s; [p.wait() for p in [s.Popen(['printf', c]) for c in 'abcd']]"), "dcba"},
	// Thread.start waits until the newborn has begun: there is no order to reverse.
	{"Python threads", words("python3", "testdata/race.py"), "abcd"},
}

func words(argv ...string) func(*testing.T) []string {
	return func(t *testing.T) []string {
		need(t, argv[0])
		return argv
	}
}

// In reverse, where others keep all CPUs busy one run of a race may stand out, here as in an explanation.
func TestRacesComeOutTheSame(t *testing.T) {
	const standingOut = 1
	const runs = 5
	for _, race := range races {
		t.Run(race.name, func(t *testing.T) {
			argv := race.argv(t)
			if got := says(t, Treatment{"scheduling": "one"}, argv...); got != "abcd" {
				t.Errorf("one: got %q, want abcd", got)
			}
			var others []string
			for range runs {
				if got := says(t, Treatment{"scheduling": "reverse"}, argv...); got != race.reversed {
					others = append(others, got)
				}
			}
			if len(others) > standingOut {
				t.Errorf("reverse: got %q in %d of %d runs, want %s", others, len(others), runs, race.reversed)
			}
		})
	}
}

// A newborn goes once it is due, those due earlier have gone, and the one before it as well as its parent have had their time.
func TestQueue(t *testing.T) {
	now, ran, asleep := time.Unix(1e9, 0), map[int]time.Duration{}, map[int]bool{}
	dead := map[int]bool{}
	q := &queue{alive: func(tid int) bool { return !dead[tid] }, now: func() time.Time { return now },
		progress: func(tid int) (time.Duration, bool, bool) { return ran[tid], asleep[tid], true }}
	const parent, first, second, third = 1, 2, 3, 4
	q.born(first, parent, now, 20*time.Millisecond)
	q.born(second, parent, now, 10*time.Millisecond)
	goes := func(what string, tid int, want bool) {
		t.Helper()
		if got := q.longer(tid) == 0; got != want {
			t.Errorf("%s: goes = %v", what, got)
		}
	}
	now = now.Add(30 * time.Millisecond)
	goes("the parent has not run", second, false)
	ran[parent] = 10 * time.Millisecond
	goes("due later than one that waits", first, false)
	goes("due first", second, true)
	goes("the parent has not run for so long", first, false)
	ran[parent] = 20 * time.Millisecond
	goes("the one before has not run", first, false)
	asleep[second] = true
	goes("the one before sleeps", first, true)
	q.born(third, parent, now, time.Millisecond)
	now = now.Add(longestWait)
	goes("nobody waits for ever", third, false)
	now = now.Add(time.Millisecond)
	goes("nobody waits for ever", third, true)
	const behind = 5
	q.born(first, parent, now, time.Millisecond)
	q.born(behind, parent, now, time.Millisecond)
	now = now.Add(longestWait + time.Millisecond)
	goes("nobody waits for ever", first, true)
	asleep[parent] = true
	goes("the one before it went only now", behind, false)
	now = now.Add(longestWait)
	goes("nor for that one", behind, true)
	asleep[parent] = false
	q.born(first, parent, now, time.Millisecond)
	now, dead[parent], dead[behind] = now.Add(time.Millisecond), true, true
	goes("the dead are not waited for", first, true)
	goes("one that was not held", 99, true)
}

// What looking at the parent takes, beside load, changes no order.
func TestQueueKeepsTheOrderOfBirths(t *testing.T) {
	now, pace := time.Unix(1e9, 0), 50*time.Millisecond
	q := &queue{alive: func(int) bool { return true }, now: func() time.Time { return now }, progress: func(int) (time.Duration, bool, bool) {
		now, pace = now.Add(pace), 0
		return 0, true, true
	}}
	const parent, first, second = 1, 2, 3
	q.born(first, parent, now, 10*time.Millisecond)
	q.born(second, parent, now, 10*time.Millisecond)
	now = now.Add(time.Second)
	if q.longer(second) == 0 {
		t.Error("the second goes before the first")
	}
}
