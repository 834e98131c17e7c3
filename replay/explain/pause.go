package explain

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/shadowrun/shadowrun/replay"
)

// pauses are the doses for durations: at each reading, clocks are ahead by so much more.
func pauses() []time.Duration {
	var out []time.Duration
	for _, level := range levelOf("pause").Vary {
		d, err := time.ParseDuration(level)
		if err != nil {
			panic("the table of levels: " + err.Error())
		}
		out = append(out, d)
	}
	return out
}

// pauseArms returns the arms that pause, the shorter pause first.
func (e *experiment) pauseArms() []*arm {
	var arms []*arm
	for _, level := range levelOf("pause").Vary {
		arms = append(arms, e.arm("pause="+level, "pause", Treatment{"pause": level}))
	}
	return arms
}

// mayPause reports whether pausing could say something: a number varies that no pin settles so
// far, or that looks like a duration.
func (e *experiment) mayPause(groups []*group) bool {
	if !e.available("pause") || e.unread("pause") {
		return false
	}
	return slices.ContainsFunc(groups, func(g *group) bool {
		return slices.ContainsFunc(g.columns, func(c *column) bool {
			if _, ok := e.t.measured(c.path, e.untreated()); !ok {
				return false
			}
			return e.beyondPins(g) || e.t.all(c.path, func(k classified) bool { return k.cause == replay.CauseDuration })
		})
	})
}

// maxPaused bounds the fields that are tested for a shift, each by itself: a line for each of a
// thousand steps says no more.
const maxPaused = 200

// pausable are the fields whose pausing was begun and has not settled them.
func (e *experiment) pausable() []*column {
	arms := e.pauseArms()
	if len(arms[0].runs) == 0 || len(arms[1].runs) == 0 {
		return nil
	}
	var out []*column
	for _, c := range e.t.columns {
		if len(out) == maxPaused {
			break
		}
		if c.group.varies && e.roots[c.path] == nil && !e.t.readsClock(c.path) && !e.clockMay(c) {
			out = append(out, c)
		}
	}
	return out
}

// planPauses grows the pauses while a field that nothing else settles goes along with them.
func (e *experiment) planPauses(sizes map[*arm]int) (due bool) {
	columns := e.pausable()
	threshold := lookAlpha(e.o.Alpha*shares.pause, e.looks.pause+1) / float64(max(1, len(columns)))
	for _, c := range columns {
		if e.proven[c.path] != nil || !e.isOpen(c.group) {
			continue
		}
		p, _ := e.pauseP(c)
		if p > 0.2 || p <= threshold && e.looks.pause > 0 {
			continue
		}
		for n := 3; n <= 8; n++ {
			if p/choose(3*n, n)/2 <= threshold || n == 8 {
				for _, a := range e.pauseArms() {
					sizes[a] = max(sizes[a], n)
				}
				due = true
				break
			}
		}
	}
	return due
}

// readsClock reports whether a field looks like a reading of a clock in every run. A run that is
// paused ends later, and so do its readings: that makes them no durations.
func (t *table) readsClock(path string) bool {
	return t.all(path, func(k classified) bool { return k.class == replay.ClassVolatile && k.cause == replay.CauseClock })
}

// clockMay reports whether a frozen clock may turn out to settle a field: then that it moves
// with a pause says nothing, unless it is the same at all instants.
func (e *experiment) clockMay(c *column) bool {
	a := e.named["pin clock"]
	return a != nil && !e.still[c.path] && c.group.promises(a, e.untreated())
}

func (e *experiment) pausedText(g *group) string {
	a := e.pauseArms()[1]
	most, of := g.modal(a)
	_, runs := g.modal(e.untreated())
	return fmt.Sprintf("one value in %d of %d runs in which clocks pause for %s at each reading, %s in %d without", most, of,
		a.Treatment["pause"], countOf(len(g.distinct(e.untreated())), "value"), runs)
}

// pauseP tests whether pausing shifts a field, both doses taken together; without measurements,
// whether the longer makes it constant.
func (e *experiment) pauseP(c *column) (float64, map[*run]float64) {
	arms := e.pauseArms()
	values, ok := e.t.measured(c.path, e.untreated(), arms[0], arms[1])
	if !ok { // a choice that depends on how long something took comes out one way when all takes long
		if !c.group.promises(arms[1], e.untreated()) {
			return 1, nil
		}
		return constantP(c.group.strata(e.untreated(), arms[1])), nil
	}
	rounds := map[int]*rankStratum{}
	at := func(r *run) *rankStratum {
		if rounds[r.round] == nil {
			rounds[r.round] = &rankStratum{}
		}
		return rounds[r.round]
	}
	for _, r := range e.runs {
		v, ok := values[r]
		switch {
		case !ok || r.round == 0:
		case r.arm == e.untreated():
			at(r).control = append(at(r).control, v)
		default:
			at(r).treated = append(at(r).treated, v)
		}
	}
	var strata []rankStratum
	for n := range e.round + 1 {
		if s := rounds[n]; s != nil && len(s.control) > 0 && len(s.treated) > 0 {
			strata = append(strata, *s)
		}
	}
	if len(strata) == 0 {
		return 1, nil
	}
	return shiftP(strata), values
}

// judgePauses settles the fields that pausing shifts: one that grows with the pause in some unit
// of time is a duration, another depends on one.
func (e *experiment) judgePauses(alpha float64) {
	columns := e.pausable()
	var ps []float64
	var values []map[*run]float64
	for _, c := range columns {
		p, of := e.pauseP(c)
		ps, values = append(ps, p), append(values, of)
	}
	for i, rejected := range holm(ps, len(columns), alpha) {
		c := columns[i]
		if !rejected {
			continue
		}
		if old := e.proven[c.path]; old != nil && old.factor != "cputime" && !e.still[c.path] {
			continue // another factor makes it constant: that is more
		}
		if values[i] == nil {
			e.proven[c.path] = &proof{class: replay.ClassViolation, cause: replay.CauseDuration, factor: "pause", p: ps[i],
				text: e.pausedText(c.group)}
			continue
		}
		if text, ok := e.grows(values[i]); ok {
			e.proven[c.path] = &proof{class: replay.ClassVolatile, cause: replay.CauseDuration, factor: "pause", p: ps[i], text: text}
		} else if e.proven[c.path] == nil {
			e.proven[c.path] = &proof{class: replay.ClassViolation, cause: replay.CauseDuration, factor: "pause", p: ps[i],
				text: "it shifts where clocks pause at each reading, and not in proportion to the pause"}
		}
	}
}

// mostPauses bounds the readings of a clock, other threads' included, that may lie between two of a program's.
const mostPauses = 64

// byMultiples reports whether measurements, in one of the units in which durations are written, lie above untreated ones by
// whole multiples of a pause, three of four of them at least. Where untreated ones differ by a tenth of the
// pause that says nothing.
func byMultiples(untreated []float64, pause time.Duration, paused []float64) bool {
	for _, u := range clockUnits {
		unit := float64(pause) / float64(u.unit)
		if u.unit > time.Second || untreated[len(untreated)-1]-untreated[0] > 0.1*unit {
			continue
		}
		fit := 0
		for _, v := range paused {
			times := (v - untreated[len(untreated)/2]) / unit
			if n := math.Round(times); n >= 1 && n <= mostPauses && math.Abs(times-n) <= 0.15 {
				fit++
			}
		}
		if 4*fit >= 3*len(paused) {
			return true
		}
	}
	return false
}

// grows reports whether a field grows by what clocks were paused: by the shorter pause at least, in
// the finest unit that it may be in, and by the longer in proportion. How many readings lie between
// two that a program subtracts is its own business, so that the growth may be any multiple; other
// threads' readings and a busy machine add to it now and then, so that the least of each arm's runs is
// looked at.
func (e *experiment) grows(values map[*run]float64) (string, bool) {
	arms, held := e.pauseArms(), pauses()
	sorted := func(a *arm) (all []float64) {
		for _, r := range a.runs {
			if v, ok := values[r]; ok {
				all = append(all, v)
			}
		}
		slices.Sort(all)
		return all
	}
	untreated, short, long := sorted(e.untreated()), sorted(arms[0]), sorted(arms[1])
	if len(untreated) == 0 || len(short) == 0 || len(long) == 0 {
		return "", false
	}
	if byMultiples(untreated, held[0], short) && byMultiples(untreated, held[1], long) {
		return fmt.Sprintf("it grows by whole multiples of the pause at each reading of a clock, of %s and of %s", held[0], held[1]), true
	}
	a, b := short[0]-untreated[0], long[0]-untreated[0]
	// A second is the coarsest unit in which durations are written.
	if a < 0.7*held[0].Seconds() {
		return "", false
	}
	ratio, want := b/a, held[1].Seconds()/held[0].Seconds()
	if ratio < 0.5*want || ratio > 1.8*want {
		return "", false
	}
	return fmt.Sprintf("it grows with the pause at each reading of a clock: by %.3g for %s, by %.3g for %s", a, held[0], b, held[1]), true
}
