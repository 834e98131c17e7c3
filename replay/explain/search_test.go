package explain

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// What differs in one run of ten takes hundreds of runs to settle by pinning; a level that sets it off is found within the default
// budget, mostly.
func TestWhatSetsOffARareDifference(t *testing.T) {
	const n = 10
	for _, test := range []struct {
		name  string
		field func(*world) any
		want  string
		least int
	}{
		{"the millisecond", func(w *world) any { return 200 * (1 + b2i(w.now.UnixMilli()%10 == 3)) }, "violation clock", 8},
		{"the process id", func(w *world) any { return w.pid%10 == 3 }, "violation pid", 7},
		{"an order", func(w *world) any { return w.draw("hash-seed")%10 == 3 }, "violation hash-seed", 7},
		{"a random number", flip(0.1, "entropy"), "violation rng", 7},
		{"nothing that is known", noise(0.1), "violation unattributed", 9},
	} {
		t.Run(test.name, func(t *testing.T) {
			right, others := 0, map[string]int{}
			for i := range n {
				x := explain(t, newSimulated(uint64(i), map[string]func(*world) any{"x": test.field, "y": seeded_("y")}), Options{Random: uint64(i)})
				if got := brief(x)["/x"]; got == test.want {
					right++
				} else {
					others[got]++
				}
				for _, a := range x.Arms {
					if strings.HasPrefix(a.Name, "try ") {
						t.Errorf("a level that was tried is told of: %s", a.Name)
					}
				}
			}
			delete(others, "violation unattributed")
			delete(others, "")
			if right < test.least || len(others) > 0 {
				t.Errorf("%s in %d of %d, want %d; others: %v", test.want, right, n, test.least, others)
			}
		})
	}
}

// What shows only where a factor is treated is no rare difference's cause, whatever else makes the field differ now and then.
func TestAnotherInstantSetsOffNothing(t *testing.T) {
	for i := range 10 {
		x := explain(t, newSimulated(uint64(i), map[string]func(*world) any{
			"x": func(w *world) any { return fmt.Sprint(w.now.Year() < 2026, w.rng.Float64() < 0.1) },
		}), Options{Random: uint64(i)})
		if got := brief(x)["/x"]; got != "violation unattributed" && got != "" {
			t.Errorf("%d: %s: %s", i, got, x.Fields[0].Proof)
		}
	}
}

// Ten instants in a row have all last digits of each unit, and lie in all parts of a day and of a week.
func TestInstantsThatAreTriedDiffer(t *testing.T) {
	e := &experiment{session: newSession(nil, Options{})}
	if err := e.o.fillDefault(); err != nil {
		t.Fatal(err)
	}
	digits, hours, days := map[int64]bool{}, map[int]bool{}, map[string]bool{}
	for n := 1; n <= 10; n++ {
		at, err := time.Parse(time.RFC3339Nano, e.searchLevel("clock", n))
		if err != nil {
			t.Fatal(err)
		}
		digits[at.UnixMilli()%10] = true
		hours[at.Hour()/4] = true
		days[at.Weekday().String()] = true
	}
	if len(digits) < 10 || len(hours) < 6 || len(days) < 7 {
		t.Errorf("%d last digits of milliseconds, %d of 6 parts of the day, %d days of the week", len(digits), len(hours), len(days))
	}
}
