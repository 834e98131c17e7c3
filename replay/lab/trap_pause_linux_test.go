//go:build linux && amd64

package lab

import (
	"strconv"
	"strings"
	"testing"
	"time"
)

// Two readings enclose one pause, whichever clock they are of.
func TestPauseIsSeenByEachClock(t *testing.T) {
	need(t, "python3")
	for _, clock := range []string{"CLOCK_MONOTONIC", "CLOCK_MONOTONIC_RAW", "CLOCK_BOOTTIME", "CLOCK_REALTIME", "CLOCK_TAI"} {
		t.Run(clock, func(t *testing.T) {
			t.Parallel()
			script := "import time; c = time." + clock + "; a = time.clock_gettime_ns(c); b = time.clock_gettime_ns(c); print(b - a)"
			for _, level := range []time.Duration{30 * time.Millisecond, 120 * time.Millisecond, time.Hour} {
				r := try(t, Treatment{"pause": level.String()}, "python3", "-c", script)
				n, err := strconv.ParseInt(strings.TrimSpace(r.out), 10, 64)
				if got := time.Duration(n); err != nil || got < level || got > level+20*time.Second ||
					r.Paused != time.Duration(r.Reads["pause"])*level || r.Reads["pause"] < 2 {
					t.Errorf("pause=%v: %v (%v), %+v", level, got, err, r.Report)
				}
			}
		})
	}
}

// What languages measure grows by the dose, and not their waits.
func TestPauseOfLanguages(t *testing.T) {
	for _, test := range []struct {
		name string
		argv []string
	}{
		{"Python", []string{"python3", "-c", "import time; a = time.perf_counter(); time.sleep(0.02); print(time.perf_counter() - a)"}},
		{"Node", []string{"node", "-e", "const a = performance.now(); for (let i = 0; i < 1e5; i++); console.log((performance.now() - a) / 1000)"}},
		{"Perl", []string{"perl", "-MTime::HiRes=time", "-e", "$a = time; print time - $a"}},
		{"Java", []string{"java", "-XX:TieredStopAtLevel=1", "testdata/Elapsed.java"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			need(t, test.argv[0])
			const dose = 100.0
			got, err := strconv.ParseFloat(says(t, Treatment{"pause": "100s"}, test.argv...), 64)
			if err != nil || got < dose || got > 1000*dose {
				t.Errorf("%v, %v", got, err)
			}
		})
	}
}

func TestPauseLeavesWaitsAsLongAsTheyAre(t *testing.T) {
	for _, source := range []string{"waits", "waits-boot"} {
		t.Run(source, func(t *testing.T) {
			program := compile(t, "waits", map[string]string{"waits": "-DCLOCK=CLOCK_REALTIME", "waits-boot": "-DCLOCK=CLOCK_MONOTONIC"}[source])
			for _, treatment := range []Treatment{nil, {"pause": "1h"}, {"pause": "1h", "clock": "-777h"}} {
				from := time.Now()
				got := says(t, treatment, program, "plain")
				if took := time.Since(from); strings.Contains(got, "failed") || strings.Count(got, " ok ") < 5 || took < 350*time.Millisecond || took > atMost/2 {
					t.Errorf("%v: %v\n%s", treatment, took, got)
				}
			}
		})
	}
}

// All processes are ahead by the same.
func TestPauseIsOneForAll(t *testing.T) {
	need(t, "python3")
	const script = `
import os, time
last = time.monotonic()
for _ in range(3):
    r, w = os.pipe()
    if os.fork() == 0: os.write(w, str(time.monotonic()).encode()); os._exit(0)
    now = float(os.read(r, 100)); os.wait()
    assert now >= last + 3600, (last, now)
    last = time.monotonic()
    assert last >= now + 3600, (last, now)
print("ok")`
	if got := says(t, Treatment{"pause": "1h"}, "python3", "-c", script); got != "ok" {
		t.Error(got)
	}
}

// A clock that is frozen stays so; one that is shifted is ahead, too.
func TestPauseBesideClock(t *testing.T) {
	r := try(t, Treatment{"pause": "30ms", "clock": DefaultInstant}, "date", "+%s%N")
	if r.out != "1741064767089012345\n" || r.Paused < 30*time.Millisecond || r.Reads["clock"] < 1 {
		t.Errorf("%q, %+v", r.out, r.Report)
	}
	from := time.Now()
	r = try(t, Treatment{"pause": "10h", "clock": "+5h"}, "date", "+%s")
	n, err := strconv.ParseInt(strings.TrimSpace(r.out), 10, 64)
	got := time.Unix(n, 0).Add(-r.Paused - 5*time.Hour)
	if err != nil || got.Before(from.Add(-time.Second)) || got.After(time.Now()) {
		t.Errorf("%q, %+v", r.out, r.Report)
	}
}
