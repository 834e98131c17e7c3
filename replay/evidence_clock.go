package replay

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// slack is how far outside its run a reading may lie. It covers a reading that was rounded
// up to the second, a file system's coarse clock, and a database on a host nearby.
const slack = 2 * time.Second

// Without circumstances, a clock reading is assumed to be one that some run of these years
// could have made.
var (
	assumedStart = time.Date(2015, 1, 1, 0, 0, 0, 0, time.UTC)
	assumedEnd   = time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC)
)

// assumedApart is how far apart two bare epochs may lie without a name that agrees: two
// random 32-bit numbers are that close once in 800 pairs.
const assumedApart = 31 * 24 * time.Hour

// window is when one side's readings can have been made.
type window struct {
	start, end time.Time
	assumed    bool
}

func windowOf(c *Circumstances) window {
	if c == nil || c.Start.IsZero() {
		return window{assumedStart, assumedEnd, true}
	}
	end := c.End
	if end.Before(c.Start) {
		end = c.Start
	}
	return window{c.Start, end, false}
}

// holds reports whether something at t, precise to p, can have been read in w.
func (w window) holds(t time.Time, p time.Duration) bool {
	return t.Add(p).After(w.start.Add(-slack)) && t.Before(w.end.Add(slack))
}

// where says where t lies, for people.
func (w window) where(t time.Time) string {
	if w.assumed {
		if w.holds(t, 0) {
			return fmt.Sprintf("between %d and %d, as any run is assumed to", w.start.Year(), w.end.Year())
		}
		return fmt.Sprintf("not between %d and %d", w.start.Year(), w.end.Year())
	}
	start := w.start.UTC().Format("2006-01-02T15:04:05.000Z")
	switch d := t.Sub(w.start); {
	case d < 0:
		return fmt.Sprintf("%s before its run's start %s", roughly(-d), start)
	case t.After(w.end):
		return fmt.Sprintf("%s after its run's end, which was %s after its start %s",
			roughly(t.Sub(w.end)), roughly(w.end.Sub(w.start)), start)
	default:
		return fmt.Sprintf("%s after its run's start %s", roughly(d), start)
	}
}

// roughly shortens a duration to about three digits.
func roughly(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d days", d/(24*time.Hour))
	case d >= time.Minute:
		return d.Round(time.Second).String()
	case d >= time.Second:
		return d.Round(10 * time.Millisecond).String()
	case d >= time.Millisecond:
		return d.Round(10 * time.Microsecond).String()
	}
	return d.String()
}

// offsets are the zones that a stamp without one may be in: UTC first, then the quarter
// hours between -12:00 and +14:00.
var offsets = func() []time.Duration {
	all := []time.Duration{0}
	for o := -12 * time.Hour; o <= 14*time.Hour; o += 15 * time.Minute {
		if o != 0 {
			all = append(all, o)
		}
	}
	return all
}()

// stamps explains two textual stamps: each must lie in its own run, in the same zone.
func (x *examiner) stamps(want, got stamp, w, g string) explanation {
	if want.zoned != got.zoned || want.noDate != got.noDate || want.noYear != got.noYear {
		return unexplained("%q and %q are dates in different forms", w, g)
	}
	tries := offsets
	long := x.wantWindow.end.Sub(x.wantWindow.start) > time.Minute || x.gotWindow.end.Sub(x.gotWindow.start) > time.Minute
	if want.zoned || want.noDate && long || x.wantWindow.assumed || x.gotWindow.assumed {
		// A time of day in any of a hundred zones says nothing about a run of minutes.
		tries = offsets[:1]
	}
	if want.noDate && (x.wantWindow.assumed || x.gotWindow.assumed) {
		return x.assumedTimes(w, g)
	}
	for _, o := range tries {
		tw, okw := want.in(x.wantWindow, o)
		tg, okg := got.in(x.gotWindow, o)
		if okw && okg {
			zone := ""
			if !want.zoned && o != 0 {
				zone = fmt.Sprintf(", taken as local time %s off UTC", o)
			}
			return explained(natureClock, "%q lies %s; %q %s%s", w, x.wantWindow.where(tw), g, x.gotWindow.where(tg), zone)
		}
	}
	tw, okw := want.in(x.wantWindow, 0)
	tg, okg := got.in(x.gotWindow, 0)
	switch {
	case !okw:
		return unexplained("%q looks like a clock reading but lies %s", w, x.wantWindow.where(tw))
	case !okg:
		return unexplained("%q looks like a clock reading but lies %s", g, x.gotWindow.where(tg))
	}
	return unexplained("%q and %q are no clock readings of one zone", w, g)
}

// assumedTimes explains two times of day about which nothing is known.
func (x *examiner) assumedTimes(w, g string) explanation {
	return explained(natureClock, "%q and %q are assumed to be readings of the time of day: when the runs were is not known", w, g)
}

// in returns the instant that s means in w if its zone is o off UTC, and whether w holds it.
func (s stamp) in(w window, o time.Duration) (time.Time, bool) {
	at := s.at.Add(-o)
	switch {
	case s.noDate:
		return s.nearest(w, at, func(y, m, d int) time.Time {
			return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC).Add(at.Sub(time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)))
		})
	case s.noYear:
		return s.nearest(w, at, func(y, _, _ int) time.Time { return at.AddDate(y, 0, 0) })
	}
	return at, w.holds(at, s.precision)
}

// nearest tries the days around the start and the end of w.
func (s stamp) nearest(w window, at time.Time, on func(y, m, d int) time.Time) (time.Time, bool) {
	for _, edge := range []time.Time{w.start, w.end} {
		for _, days := range []int{0, -1, 1} {
			day := edge.UTC().AddDate(0, 0, days)
			if t := on(day.Year(), int(day.Month()), day.Day()); w.holds(t, s.precision) {
				return t, true
			}
		}
	}
	y, m, d := w.start.UTC().Date()
	return on(y, int(m), d), false
}

// epochUnits are the units in which programs count from 1970.
var epochUnits = []struct {
	name string
	unit time.Duration
}{{"s", time.Second}, {"ms", time.Millisecond}, {"µs", time.Microsecond}, {"ns", time.Nanosecond}}

// epochs explains two numbers as counts since 1970, in the same unit.
func (x *examiner) epochs(w, g string, name words) (explanation, bool) {
	vw, errw := strconv.ParseFloat(w, 64)
	vg, errg := strconv.ParseFloat(g, 64)
	if errw != nil || errg != nil {
		return explanation{}, false
	}
	near := ""
	for _, u := range epochUnits {
		tw, okw := fromEpoch(vw, u.unit)
		tg, okg := fromEpoch(vg, u.unit)
		if !okw || !okg {
			continue
		}
		p := max(u.unit, time.Microsecond) // a float64 is no finer today
		if strings.ContainsAny(w, ".eE") {
			p = time.Microsecond
		}
		inw, ing := x.wantWindow.holds(tw, p), x.gotWindow.holds(tg, p)
		if inw && ing {
			assumed := x.wantWindow.assumed || x.gotWindow.assumed
			if assumed && tw.Sub(tg).Abs() > assumedApart && !name.sayClock() {
				return unexplained("%s and %s could be epochs in %s, but are months apart, and when the runs were is not known", w, g, u.name), true
			}
			return explained(natureClock, "%s, in %s since 1970, lies %s; %s %s", w, u.name,
				x.wantWindow.where(tw), g, x.gotWindow.where(tg)), true
		}
		if eraHolds(tw) && eraHolds(tg) && near == "" {
			off, t, win := w, tw, x.wantWindow
			if inw {
				off, t, win = g, tg, x.gotWindow
			}
			near = fmt.Sprintf("%s could be an epoch in %s but lies %s", off, u.name, win.where(t))
		}
	}
	if near != "" {
		return explanation{why: near}, false
	}
	return explanation{}, false
}

func eraHolds(t time.Time) bool { return t.After(assumedStart) && t.Before(assumedEnd) }

func fromEpoch(v float64, unit time.Duration) (time.Time, bool) {
	seconds := v * unit.Seconds()
	if seconds < 1e8 || seconds > 1e10 { // 1973 … 2286
		return time.Time{}, false
	}
	whole := int64(seconds)
	return time.Unix(whole, int64((seconds-float64(whole))*1e9)).UTC(), true
}

// monotonic explains two readings of a clock that counts from boot: between the runs it
// must have moved as far as the wall clock did. Only readings with room for doubt are
// taken: above 1,000 s with a fraction, or in ns.
func (x *examiner) monotonic(w, g string) (explanation, bool) {
	if x.wantWindow.assumed || x.gotWindow.assumed || x.in.Want.Host != x.in.Got.Host {
		return explanation{}, false
	}
	vw, errw := strconv.ParseFloat(w, 64)
	vg, errg := strconv.ParseFloat(g, 64)
	if errw != nil || errg != nil {
		return explanation{}, false
	}
	moved := x.gotWindow.start.Sub(x.wantWindow.start).Seconds()
	tolerance := max(x.wantWindow.end.Sub(x.wantWindow.start), x.gotWindow.end.Sub(x.gotWindow.start)).Seconds() + 0.05
	for _, u := range []struct {
		name  string
		unit  float64
		least float64
	}{{"s", 1, 1e3}, {"ns", 1e-9, 1e12}} {
		if u.unit == 1 && !(strings.Contains(w, ".") && strings.Contains(g, ".")) {
			continue
		}
		d := (vg - vw) * u.unit
		if vw >= u.least && vg >= u.least && d-moved < tolerance && moved-d < tolerance && tolerance < vw*u.unit/100 {
			return explained(natureMonotonic, "from %s to %s is %.3f s if in %s, and the clock moved %.3f s between the runs' starts", w, g, d, u.name, moved), true
		}
	}
	return explanation{}, false
}
