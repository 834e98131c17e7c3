//go:build linux && amd64

package lab

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Without translation a deadline is years ago, or ahead.
func TestDeadlinesOnTheWallClock(t *testing.T) {
	program := compile(t, "waits")
	for _, test := range []struct{ name, level string }{
		{"no treatment", ""},
		{"frozen in the past", DefaultInstant},
		{"frozen in the future", "2099-01-01T00:00:00Z"},
		{"shifted ahead", "+400h"},
		{"shifted back", "-9001h13m17s"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			treatment := Treatment{}
			if test.level != "" {
				treatment["clock"] = test.level
			}
			got := says(t, treatment, program)
			want := "cond ok in time there\nsem ok in time there\nnanosleep ok in time there\ntimerfd ok in time there\n" +
				"timer ok in time there\nlock ok in time there\nmq ok in time there"
			if strings.HasPrefix(test.name, "frozen") {
				for _, timer := range []string{"timerfd", "timer"} { // they call nobody back whose clock could be told
					want = strings.Replace(want, timer+" ok in time there", timer+" ok in time before", 1)
				}
			}
			want = strings.Replace(want, "mq ok in time there", got[strings.LastIndex(got, "\n")+1:], 1)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if strings.Contains(got, "mq failed") || strings.Contains(got, "NOT in time") {
				t.Error(got)
			}
		})
	}
}

func TestWaitsOfInterpreters(t *testing.T) {
	for _, test := range []struct {
		name string
		argv []string
	}{
		{"Python", []string{"python3", "-c", `
import threading, time
from_ = time.monotonic()
c = threading.Condition()
with c: c.wait(timeout=0.05)
threading.Event().wait(0.05)
threading.Lock().acquire(timeout=0.05)
l = threading.Lock(); l.acquire(); l.acquire(timeout=0.05)
time.sleep(0.05)
d = time.monotonic() - from_
print("in time" if 0.2 <= d < 20 else d)`}},
		{"Node", []string{"node", "-e", `
const from = performance.now();
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
setTimeout(() => {
  const d = performance.now() - from;
  console.log(d >= 99 && d < 20000 ? "in time" : d);
}, 50);`}},
		{"Java", []string{"java", "-XX:TieredStopAtLevel=1", "testdata/Waits.java"}},
		{"bash", []string{"bash", "-c", `read -t 0.2 x < <(sleep 5); echo "in time"`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			need(t, test.argv[0])
			for _, level := range []string{DefaultInstant, "-777h31m23s", "+777h"} {
				if got := says(t, Treatment{"clock": level}, test.argv...); got != "in time" {
					t.Errorf("clock=%s: %s", level, got)
				}
			}
		})
	}
}
