//go:build linux && amd64

package lab

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// How often each way is timed; loops of calls less often, which are long. The ways take turns, so that what else the machine does meets
// all of them.
const costRounds, callRounds = 31, 5

// medians times programs in turn.
func medians(rounds int, starts []func()) []time.Duration {
	times := make([][]time.Duration, len(starts))
	for range rounds {
		for i, start := range starts {
			from := time.Now()
			start()
			times[i] = append(times[i], time.Since(from))
		}
	}
	var middle []time.Duration
	for _, t := range times {
		slices.Sort(t)
		middle = append(middle, t[len(t)/2])
	}
	return middle
}

// measureCosts returns what the lab costs.
func measureCosts(t *testing.T) string {
	b := &strings.Builder{}
	ways := startWays()
	load, _ := os.ReadFile("/proc/loadavg")
	fmt.Fprintf(b, costHead, runtime.NumCPU(), strings.Fields(string(load) + " unknown")[0], costRounds, callRounds)
	const children = 50
	shell := func(n int) []string {
		return []string{"sh", "-c", fmt.Sprintf("i=0; while [ $i -lt %d ]; do /bin/true; i=$((i+1)); done", n)}
	}
	names := []string{"`true`", "50 ms of Python", "50 ms of Node"}
	for i, program := range startPrograms() {
		writeCost(b, names[i], medians(costRounds, eachWay(t, ways, program)), 1)
	}
	few, many := medians(costRounds, eachWay(t, ways, shell(0))), medians(costRounds, eachWay(t, ways, shell(children)))
	writeCost(b, "each further program that a shell starts", less(many, few), children)

	loop := compile(t, "loop")
	b.WriteString(callHead)
	nothing := medians(callRounds, eachWay(t, ways[:3], []string{loop, "nothing"}))
	about := map[string]string{"clock": "`clock_gettime` of the wall clock", "getrandom": "`getrandom` of 16 bytes", "open": "`open` and `close` of another file",
		"device": "`open` and `close` of /dev/urandom", "getppid": "`getppid`, which nothing is about"}
	for _, kind := range loopKinds {
		cost := less(medians(callRounds, eachWay(t, ways[:3], []string{loop, kind})), nothing)
		fmt.Fprintf(b, "| %s | %.2f | %.2f | %.1f |\n", about[kind], micros(cost[0]), micros(cost[1]), micros(cost[2]))
	}
	return b.String()
}

func micros(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e3 / loopCalls }

func eachWay(t *testing.T, ways []way, argv []string) (starts []func()) {
	for _, w := range ways {
		starts = append(starts, w.start(t, argv...))
	}
	return starts
}

func less(a, b []time.Duration) (difference []time.Duration) {
	for i := range a {
		difference = append(difference, max(a[i]-b[i], 0))
	}
	return difference
}

func writeCost(b *strings.Builder, what string, times []time.Duration, by float64) {
	fmt.Fprintf(b, "| %s |", what)
	for _, d := range times {
		fmt.Fprintf(b, " %.1f |", float64(d.Microseconds())/1e3/by)
	}
	b.WriteString("\n")
}
