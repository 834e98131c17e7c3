package explain

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/shadowrun/shadowrun/replay"
)

// shifts are how far the clock's further doses lie from the first. They are no multiples of a
// unit of time or of each other, and change every part of a date and of a time of day.
var shifts = []time.Duration{0, 9487*time.Hour + 41*time.Minute + 29*time.Second + 345678901, 33333*time.Hour + 17*time.Minute + 46*time.Second + 567890123}

// instant is the n-th instant at which the clock is frozen, as a level.
func (e *experiment) instant(n int) string {
	return e.o.Base.Add(shifts[n]).UTC().Format(time.RFC3339Nano)
}

const doseRuns = 2 // at each further instant

func (e *experiment) clockArms() []*arm {
	arms := []*arm{e.pinArm(levelOf("clock"))}
	for n := 1; n < len(shifts); n++ {
		arms = append(arms, e.arm("clock="+e.instant(n), "clock", Treatment{"clock": e.instant(n)}))
	}
	return arms
}

// doses decides of the fields that the clock settles whether each is a reading of it or depends on
// it. One that is the same at all instants depends on how long something took by that clock, or on
// that it moves: pausing tells, and so it may of what nothing has settled.
func (e *experiment) doses(ctx context.Context) error {
	if err := e.freeze(ctx); err != nil {
		return err
	}
	if !e.available("pause") || e.unread("pause") {
		return nil
	}
	fields := len(e.still)
	if a := e.named["pause="+levelOf("pause").Vary[0]]; a == nil || len(a.runs) == 0 {
		for _, g := range e.openGroups() {
			if !e.rarely(g) {
				fields += len(g.columns)
			}
		}
	}
	if fields == 0 {
		return nil
	}
	return e.pauseMore(ctx, fields)
}

// rarely reports whether a group differs in so few untreated runs that a few paused ones could
// say nothing about it.
func (e *experiment) rarely(g *group) bool {
	most, of := g.modal(e.untreated())
	return 4*most > 3*of
}

// freeze freezes the clock at further instants for the fields that it settles.
func (e *experiment) freeze(ctx context.Context) error {
	var clocked []*column
	for _, c := range e.t.columns {
		if p := e.proven[c.path]; p != nil && p.factor == "clock" && p.class == replay.ClassViolation && len(p.with) == 0 {
			clocked = append(clocked, c)
		}
	}
	if len(clocked) == 0 {
		return nil
	}
	arms := e.clockArms()
	var plan []wanted
	for _, a := range arms[1:] {
		plan = append(plan, wanted{a, doseRuns})
	}
	err := e.play(ctx, plan)
	e.refresh()
	for _, old := range clocked {
		c := e.t.byPath[old.path]
		if c == nil {
			continue
		}
		p := e.proven[c.path]
		switch how, reading := e.isReading(c, arms); {
		case reading:
			p.class = replay.ClassVolatile
			p.text += "; " + how
		case e.sameAtAll(c, arms):
			e.still[c.path] = true
		default:
			p.text += "; it changes with the instant, but not as a reading does"
		}
	}
	return err
}

// pauseMore makes a round of pauses that is large enough for so many fields.
func (e *experiment) pauseMore(ctx context.Context, fields int) error {
	alpha := lookAlpha(e.o.Alpha*shares.pause, e.looks.pause+1) / float64(fields)
	n := 3
	for n < longest/2 && 2/choose(3*n, n) > alpha {
		n++
	}
	for _, g := range e.openGroups() { // a choice that comes out one way takes more than a number that shifts
		if _, number := e.t.measured(g.columns[0].path, e.untreated()); !number && !e.rarely(g) {
			n = max(n, min(longest, g.need(e.untreated(), e.pauseArms()[1], alpha)))
		}
	}
	plan := []wanted{{e.untreated(), n}}
	for _, a := range e.pauseArms() {
		plan = append(plan, wanted{a, n})
	}
	if !e.affords(3 * n) {
		return nil
	}
	err := e.play(ctx, plan)
	e.refresh()
	e.looks.pause++
	e.judgePauses(lookAlpha(e.o.Alpha*shares.pause, e.looks.pause))
	return err
}

func (e *experiment) sameAtAll(c *column, arms []*arm) bool {
	values := map[int]bool{}
	for _, a := range arms {
		for v := range c.group.distinct(a) {
			values[v] = true
		}
	}
	return len(values) == 1
}

// isReading reports whether a field that is constant at each instant is a reading of the clock:
// it moves by what the clock was moved in some unit of time, or each part of it that differs is that
// part of the instant, or both runs' clocks agree with it wherever it was looked at.
func (e *experiment) isReading(c *column, arms []*arm) (string, bool) {
	var texts []jsontext.Value
	var at []time.Time
	for n, a := range arms {
		for _, r := range a.runs {
			v := e.t.scalar(c.path, r)
			if v == nil {
				return "", false
			}
			texts, at = append(texts, v), append(at, e.o.Base.Add(shifts[n]).UTC())
		}
	}
	if len(texts) == 0 || sameTexts(texts) {
		return "", false
	}
	inDoses, volatile := 0, 0
	e.t.each(c.path, func(r *run, k classified) {
		if r.arm.factor == "clock" {
			inDoses++
			if k.class == replay.ClassVolatile && k.cause == replay.CauseClock {
				volatile++
			}
		}
	})
	if inDoses >= 3 && inDoses == volatile {
		return "it reads as the time of its own run at each instant at which the clock was frozen", true
	}
	if unit, ok := movesWith(texts, at); ok {
		return "it moves as the clock is moved, in " + unit, true
	}
	if isCalendar(texts, at) {
		return "it is that part of the date or time of the instant at which the clock was frozen", true
	}
	return "", false
}

func sameTexts(texts []jsontext.Value) bool {
	return !slices.ContainsFunc(texts, func(v jsontext.Value) bool { return string(v) != string(texts[0]) })
}

// clockUnits are those in which a reading may count; weeks and days give coarse ones.
var clockUnits = []struct {
	name string
	unit time.Duration
}{
	{"nanoseconds", time.Nanosecond}, {"hundreds of nanoseconds", 100 * time.Nanosecond}, {"microseconds", time.Microsecond},
	{"milliseconds", time.Millisecond}, {"seconds", time.Second}, {"minutes", time.Minute}, {"hours", time.Hour}, {"days", 24 * time.Hour},
}

// movesWith reports whether the one number that differs moves by what the clock does, whatever it
// counts from.
func movesWith(texts []jsontext.Value, at []time.Time) (string, bool) {
	first, ok := quantitiesOf(texts[0])
	if !ok {
		return "", false
	}
	var numbers [][]float64
	differs := -1
	for _, v := range texts {
		q, ok := quantitiesOf(v)
		if !ok || q.rest != first.rest || len(q.numbers) != len(first.numbers) {
			return "", false
		}
		for i := range q.numbers {
			if q.numbers[i] != first.numbers[i] {
				if differs >= 0 && differs != i {
					return "", false
				}
				differs = i
			}
		}
		numbers = append(numbers, q.numbers)
	}
	for _, u := range clockUnits {
		fits := true
		for i := range texts {
			moved := float64(at[i].Sub(at[0])) / float64(u.unit)
			value := numbers[i][differs]
			// A count is cut off to a whole number; a float64 has 53 bits.
			slack := 1 + 4*math.Abs(value)/(1<<52)
			if math.Abs(value-first.numbers[differs]-moved) > slack {
				fits = false
				break
			}
		}
		if fits {
			return u.name, true
		}
	}
	return "", false
}
