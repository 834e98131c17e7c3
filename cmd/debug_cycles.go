package cmd

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/monitor"
	"github.com/shadowrun/shadowrun/harness/soak"
)

// slowest is how many of the slowest cycles are shown.
const slowest = 5

// cyclesJSON is how long a soak's cycles took.
type cyclesJSON struct {
	Version  int             `json:"version"`
	Soak     int64           `json:"soak"`
	Cycles   int             `json:"cycles"`
	Overruns int             `json:"overruns"`
	Interval float64         `json:"interval_seconds"`
	Min      float64         `json:"min_seconds"`
	Median   float64         `json:"median_seconds"`
	P95      float64         `json:"p95_seconds"`
	Max      float64         `json:"max_seconds"`
	Slowest  []cycleTimeJSON `json:"slowest"`
	Hours    []hourJSON      `json:"hours"`

	hours []ledger.Hour
}

type cycleTimeJSON struct {
	Cycle   int       `json:"cycle"`
	Started time.Time `json:"started"`
	Seconds float64   `json:"seconds"`
	Overrun float64   `json:"overrun_seconds"`
}

func cyclesIn(s *soak.State, of ledger.Soak) (debugView, error) {
	config, err := soak.ReadConfig(of.Config)
	if err != nil {
		return nil, err
	}
	var cycles []ledger.Cycle
	for c, err := range s.Ledger.Cycles(of.ID) {
		if err != nil {
			return nil, err
		}
		cycles = append(cycles, c)
	}
	hours, err := s.Ledger.Hourly(of.ID)
	if err != nil {
		return nil, err
	}
	return cyclesOf(of.ID, time.Duration(*config.Defaults().Interval), cycles, hours), nil
}

func cyclesOf(id ledger.SoakID, interval time.Duration, cycles []ledger.Cycle, hours []ledger.Hour) cyclesJSON {
	v := cyclesJSON{Version: jsonVersion, Soak: int64(id), Cycles: len(cycles), Interval: interval.Seconds(),
		Slowest: []cycleTimeJSON{}, Hours: []hourJSON{}, hours: hours}
	for _, h := range hours {
		v.Hours = append(v.Hours, hourJSON{h.N + 1, h.Start, newCountersJSON(h.Done), newCountersJSON(h.Total)})
	}
	times := make([]cycleTimeJSON, 0, len(cycles))
	for _, c := range cycles {
		if c.Overrun > 0 {
			v.Overruns++
		}
		times = append(times, cycleTimeJSON{c.N, c.Started, c.Ended.Sub(c.Started).Seconds(), c.Overrun.Seconds()})
	}
	if len(times) == 0 {
		return v
	}
	slices.SortStableFunc(times, func(a, b cycleTimeJSON) int { return cmp.Compare(a.Seconds, b.Seconds) })
	// The nearest rank: a time that a cycle really took.
	rank := func(percent int) float64 { return times[max(0, (len(times)*percent+99)/100-1)].Seconds }
	v.Min, v.Median, v.P95, v.Max = rank(0), rank(50), rank(95), rank(100)
	slices.SortStableFunc(times, func(a, b cycleTimeJSON) int { return cmp.Or(cmp.Compare(b.Seconds, a.Seconds), a.Cycle-b.Cycle) })
	v.Slowest = times[:min(slowest, len(times))]
	return v
}

// seconds is a length of time as people read it.
func seconds(s float64) time.Duration {
	d := time.Duration(s * float64(time.Second))
	if d < 100*time.Millisecond {
		return d.Round(10 * time.Microsecond)
	}
	return monitor.Rounded(d)
}

func (v cyclesJSON) write(out io.Writer) {
	fmt.Fprintf(out, "soak %d: %s", v.Soak, quantity(v.Cycles, "cycle"))
	if v.Interval > 0 {
		fmt.Fprintf(out, ", %d of which took longer than the interval of %v", v.Overruns, seconds(v.Interval))
	}
	fmt.Fprintln(out)
	if v.Cycles == 0 {
		return
	}
	fmt.Fprintf(out, "  took  at least %v, half of them at most %v, 95 %% at most %v, all at most %v\n",
		seconds(v.Min), seconds(v.Median), seconds(v.P95), seconds(v.Max))
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nslowest\ttook\tbegun\tover the interval")
	for _, c := range v.Slowest {
		over := "-"
		if c.Overrun > 0 {
			over = seconds(c.Overrun).String()
		}
		fmt.Fprintf(w, "%d\t%v\t%s\t%s\n", c.Cycle, seconds(c.Seconds), c.Started.Format(time.RFC3339), over)
	}
	w.Flush()
	writeHours(out, soak.Summary{Hours: v.hours})
}
