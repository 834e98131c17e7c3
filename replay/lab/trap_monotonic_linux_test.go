//go:build linux && amd64

package lab

import (
	"os/exec"
	"testing"
)

func TestTheClockFromTheStartStandsStill(t *testing.T) {
	for _, test := range []struct {
		name string
		want string
		argv []string
	}{
		{"Python", "1000000000000000 1000000000000000 1000000.0", []string{"python3", "-c", `
import time
a = time.monotonic_ns()
sum(range(100000))
print(a, time.perf_counter_ns(), time.clock_gettime(time.CLOCK_MONOTONIC_RAW))`}},
		{"Node", "1000000000000000 0", []string{"node", "-e", `
const a = process.hrtime.bigint();
for (let i = 0; i < 1e6; i++);
console.log(String(a), String(process.hrtime.bigint() - a));`}},
		{"Perl", "1000000 1000000", []string{"perl", "-e", "use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC); print join ' ', map { clock_gettime(CLOCK_MONOTONIC) } 1, 2"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			need(t, test.argv[0])
			treatment := Treatment{"monotonic": "1000000s"}
			if got := says(t, treatment, test.argv...); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			if got := says(t, nil, test.argv...); got == test.want {
				t.Errorf("without treatment, too: %s", got)
			}
		})
	}
}

// Java draws from it what starts a generator that has no seed, and the order of an immutable set.
func TestJavasGeneratorsStartFromTheClockThatStandsStill(t *testing.T) {
	if testing.Short() {
		t.Skip("starts Java's compiler")
	}
	need(t, "javac")
	classes := t.TempDir() // to compile takes longer than the clock stands still
	if out, err := exec.Command("javac", "-d", classes, "testdata/Drawn.java").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	argv := []string{"java", "-XX:TieredStopAtLevel=1", "-cp", classes, "Drawn"}
	one, two := Treatment{"monotonic": "1000000s"}, Treatment{"monotonic": "2345678s"}
	first := says(t, one, argv...)
	if again := says(t, one, argv...); again != first {
		t.Errorf("%s, and once more %s", first, again)
	}
	if other := says(t, two, argv...); other == first {
		t.Errorf("%s at another level, too", other)
	}
}

// Who waits by a clock that stands still waits until it goes on, and not for ever; nor does a deadline by it come at once.
func TestWaitsByTheClockThatStandsStill(t *testing.T) {
	if testing.Short() {
		t.Skip("takes as long as the clock stands still")
	}
	for _, test := range []struct {
		name, level string
		argv        []string
	}{
		{"Python", "1s", []string{"python3", "-c", `
import threading, time
from_ = time.time()
c = threading.Condition()
with c: c.wait(timeout=0.2)
threading.Event().wait(0.2)
time.sleep(0.2)
until = time.monotonic() + 0.2
while time.monotonic() < until: time.sleep(0.01)
d = time.time() - from_
print("in time" if 0.6 <= d < 30 else d)`}},
		{"Node", "1000000s", []string{"node", "-e", `
const from = Date.now();
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
setTimeout(() => {
  const d = Date.now() - from;
  console.log(d >= 399 && d < 30000 ? "in time" : d);
}, 200);`}},
		{"Java", "1000000s", []string{"java", "-XX:TieredStopAtLevel=1", "testdata/Waits.java", "wall"}},
		{"Go", "1s", []string{compile(t, "ticks.go")}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			need(t, test.argv[0])
			if got := says(t, Treatment{"monotonic": test.level}, test.argv...); got != "in time" {
				t.Errorf("monotonic=%s: %s", test.level, got)
			}
		})
	}
}
