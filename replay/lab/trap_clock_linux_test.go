//go:build linux && amd64

package lab

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const instant = 1741064767089012345 // DefaultInstant

// readers print the wall clock in nanoseconds since 1970, as exactly as they can.
var readers = []struct {
	name string
	argv []string
	unit int64 // of what it prints, ns
}{
	{"Python", []string{"python3", "-c", "import time; print(time.time_ns())"}, 1},
	{"Python datetime", []string{"python3", "-c", "import datetime as d; print(int(d.datetime.now(d.timezone.utc).timestamp()))"}, 1e9},
	{"Node", []string{"node", "-e", "console.log(Date.now())"}, 1e6},
	{"Perl", []string{"perl", "-e", "print time, qq(\\n)"}, 1e9},
	{"Perl HiRes", []string{"perl", "-MTime::HiRes=time", "-e", "printf qq(%d\\n), time*1e3"}, 1e6},
	{"shell", []string{"sh", "-c", "date +%s%N"}, 1},
	{"bash", []string{"bash", "-c", "echo ${EPOCHSECONDS}"}, 1e9},
	{"exec of exec", []string{"sh", "-c", "exec env sh -c 'exec date +%s%N'"}, 1},
	{"Java", []string{"java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "testdata/Clock.java"}, 1e3},
}

func TestClockIsFrozen(t *testing.T) {
	for _, r := range readers {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			need(t, r.argv[0])
			want := strconv.FormatInt(instant/r.unit, 10)
			if got := says(t, Treatment{"clock": DefaultInstant}, r.argv...); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

func TestClockIsShifted(t *testing.T) {
	const shift = 400*time.Hour + 7*time.Minute + 11*time.Second
	for _, r := range readers {
		for _, sign := range []int64{1, -1} {
			t.Run(fmt.Sprint(r.name, sign), func(t *testing.T) {
				t.Parallel()
				need(t, r.argv[0])
				shift := time.Duration(sign) * shift
				level := shift.String()
				if sign > 0 {
					level = "+" + level
				}
				before := time.Now().Add(shift).UnixNano() / r.unit
				got, err := strconv.ParseInt(says(t, Treatment{"clock": level}, r.argv...), 10, 64)
				after := time.Now().Add(shift).UnixNano() / r.unit
				if err != nil || got < before || got > after {
					t.Errorf("got %d (%v), want between %d and %d", got, err, before, after)
				}
			})
		}
	}
}

func TestClockOfCompiledPrograms(t *testing.T) {
	const all = "realtime 1741064767089012345\ncoarse 1741064767089012345\ntimeofday 1741064767089012\ntime 1741064767\nslept 1"
	for _, test := range []struct {
		name, source string
		flags        []string
		want         string
	}{
		{"C", "clocks", nil, all},
		{"C, static", "clocks", []string{"-static"}, all},
		{"Go, static", "clocks.go", nil, "realtime 1741064767089012345\nslept true"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, says(t, Treatment{"clock": DefaultInstant}, compile(t, test.source, test.flags...))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// A program that waits for a frozen clock to go on comes to an end.
func TestClockGoesOnAfterTenThousandReadings(t *testing.T) {
	need(t, "python3")
	const script = `
import time
from_ = time.time_ns()
n = 1
while (now := time.time_ns()) == from_: n += 1
print(from_, n, now - from_)`
	if got, want := says(t, Treatment{"clock": DefaultInstant}, "python3", "-S", "-c", script), "1741064767089012345 10000 1000000"; got != want {
		// The interpreter reads the clock itself as it starts.
		var from, n, step int64
		fmt.Sscan(got, &from, &n, &step)
		if from != instant || n > patience || n < patience-100 || step != tick {
			t.Errorf("got %q, want about %q", got, want)
		}
	}
}

func TestClockReadingsAreCounted(t *testing.T) {
	task := task(t, Treatment{"clock": DefaultInstant}, "date", "+%s")
	if r := finish(t, command(t, task), task); r.Reads["clock"] < 1 || len(r.PIDs) != 1 {
		t.Errorf("%+v", r.Report)
	}
	task.Treatment = nil
	if r := finish(t, command(t, task), task); len(r.Reads) != 0 {
		t.Errorf("%+v", r.Report)
	}
}

func TestBadPointersStayTheProgramsFault(t *testing.T) {
	need(t, "python3")
	const script = `
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
for nr, args in ((228, (0, 8)), (96, (8, 0)), (201, (8,)), (318, (8, 16, 0)), (98, (0, 8)), (100, (8,))):
    print(nr, libc.syscall(nr, *args), errno.errorcode[ctypes.get_errno()])`
	want := strings.TrimSpace(`
228 -1 EFAULT
96 -1 EFAULT
201 -1 EFAULT
318 -1 EFAULT
98 -1 EFAULT
100 -1 EFAULT`)
	got := says(t, Treatment{"clock": DefaultInstant, "entropy": "1", "cputime": "zero"}, "python3", "-c", script)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestWallRefusesYearsThatDoNotFit(t *testing.T) {
	for _, level := range []string{"1969-12-31T23:59:59Z", "3000-01-01T00:00:00Z"} {
		if w, err := newWall(newTracer(&Task{}, &Report{}), level); err == nil {
			t.Errorf("%s: %+v", level, w)
		}
	}
}
