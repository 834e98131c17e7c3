package replay

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A duration is any positive number, so the value alone never makes one: 0.42 and 0.57 in
// a run of 1.2 s are an unseeded score as well. The decision:
//
//	unit in the text   name           fits both runs   so
//	yes                says other     –                unexplained
//	yes                anything else  yes              duration
//	no                 says duration  yes              duration
//	no                 anything else  –                unexplained
//	–                  –              no               unexplained
//
// "Fits" is positive, or zero on one side at most, and at most the run's duration, up to
// the last digit written: a clock that shows whole seconds shows 1 s for 0.6 s.
var spanPattern = regexp.MustCompile(`^(?:(?:\d+h)?(?:\d+m)?\d+(?:\.\d+)?(?:[eE]-?\d{1,3})?(?:ms|us|µs|μs|ns|s)` +
	`|\d+(?:\.\d+)? (?:milliseconds?|microseconds?|nanoseconds?|seconds?|minutes?|millis|secs?|ms|us|µs|μs|ns|s)` +
	`|\d:\d{2}:\d{2}(?:\.\d{1,9})?)`)

// spanUnits are the units of spanPattern, the longer spelling of two first.
var spanUnits = []struct {
	name string
	unit float64 // seconds
}{
	{"milliseconds", 1e-3}, {"millisecond", 1e-3}, {"microseconds", 1e-6}, {"microsecond", 1e-6},
	{"nanoseconds", 1e-9}, {"nanosecond", 1e-9}, {"seconds", 1}, {"second", 1}, {"minutes", 60}, {"minute", 60},
	{"millis", 1e-3}, {"secs", 1}, {"sec", 1}, {"ms", 1e-3}, {"us", 1e-6}, {"µs", 1e-6}, {"μs", 1e-6}, {"ns", 1e-9}, {"s", 1},
}

// assumedLongest is the longest run that is assumed where no circumstances say.
const assumedLongest = 24 * time.Hour

func (x *examiner) longest(c *Circumstances) (time.Duration, bool) {
	if c == nil || c.Start.IsZero() {
		return assumedLongest, true
	}
	return c.Duration(), false
}

// fits reports whether d seconds, precise to p seconds, can have passed in both runs.
func (x *examiner) fits(dw, pw, dg, pg float64) (explanation, bool) {
	lw, assumedw := x.longest(x.in.Want)
	lg, assumedg := x.longest(x.in.Got)
	switch {
	case dw < 0 || dg < 0 || dw == 0 && dg == 0:
		return unexplained("not positive"), false
	case dw-pw > lw.Seconds():
		return unexplained("%s s does not fit into its run of %s", seconds(dw), roughly(lw)), false
	case dg-pg > lg.Seconds():
		return unexplained("%s s does not fit into its run of %s", seconds(dg), roughly(lg)), false
	case assumedw || assumedg:
		return explained(natureDuration, "%s s and %s s; how long the runs took is not known, assumed below %s", seconds(dw), seconds(dg), assumedLongest), true
	}
	return explained(natureDuration, "%s s fits into its run of %s; %s s into its own of %s", seconds(dw), roughly(lw), seconds(dg), roughly(lg)), true
}

func seconds(s float64) string { return strconv.FormatFloat(s, 'g', 4, 64) }

// spans explains two texts that name their unit.
func (x *examiner) spans(w, g string, name words) explanation {
	if name.denyDuration() {
		return unexplained("%q and %q have a unit of time, but the name %s says that it is not measured", w, g, name)
	}
	dw, pw, okw := parseSpan(w)
	dg, pg, okg := parseSpan(g)
	if !okw || !okg {
		return unexplained("%q and %q are no durations", w, g)
	}
	e, _ := x.fits(dw, pw, dg, pg)
	return e
}

// parseSpan returns a span and its precision, both in seconds.
func parseSpan(s string) (d, precision float64, ok bool) {
	if strings.Contains(s, ":") {
		f := strings.Split(s, ":")
		h, _ := strconv.ParseFloat(f[0], 64)
		m, _ := strconv.ParseFloat(f[1], 64)
		sec, err := strconv.ParseFloat(f[2], 64)
		return h*3600 + m*60 + sec, precisionOf(f[2]), err == nil && m < 60 && sec < 60
	}
	if clean, err := time.ParseDuration(s); err == nil {
		return clean.Seconds(), 0, true
	}
	for _, u := range spanUnits {
		if n, found := strings.CutSuffix(s, u.name); found {
			n = strings.TrimSpace(n)
			v, err := strconv.ParseFloat(n, 64)
			return v * u.unit, precisionOf(n) * u.unit, err == nil
		}
	}
	return 0, 0, false
}

// precisionOf returns what one in the last digit of a plain number is worth.
func precisionOf(n string) float64 {
	if strings.ContainsAny(n, "eE") {
		return 0
	}
	p := 1.0
	if _, fraction, ok := strings.Cut(n, "."); ok {
		for range fraction {
			p /= 10
		}
	}
	return p
}

// durations explains two bare numbers whose name says that they are durations.
func (x *examiner) durations(w, g string, name words) (explanation, bool) {
	if !name.sayDuration() {
		return explanation{}, false
	}
	vw, errw := strconv.ParseFloat(w, 64)
	vg, errg := strconv.ParseFloat(g, 64)
	if errw != nil || errg != nil {
		return explanation{}, false
	}
	units := []float64{1, 1e-3, 1e-6, 1e-9}
	if u := unitOf(name); u != 0 {
		units = []float64{u}
	} else if strings.ContainsAny(w+g, ".eE") {
		units = units[:2] // fractions of a µs are written by programs that say so
	}
	var e explanation
	for _, u := range units {
		var ok bool
		if e, ok = x.fits(vw*u, precisionOf(w)*u, vg*u, precisionOf(g)*u); ok {
			e.why += ", and the name " + name.String() + " agrees"
			return e, true
		}
	}
	e.why = "the name " + name.String() + " says a duration, but " + e.why
	return e, false
}

// unitOf returns the unit in seconds that a name ends in, 0 if none.
func unitOf(name words) float64 {
	switch name[len(name)-1] {
	case "s", "sec", "secs", "seconds":
		return 1
	case "ms", "millis", "milliseconds":
		return 1e-3
	case "us", "micros", "microseconds":
		return 1e-6
	case "ns", "nanos", "nanoseconds":
		return 1e-9
	}
	return 0
}
