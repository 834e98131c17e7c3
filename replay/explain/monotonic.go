package explain

import (
	"context"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/shadowrun/shadowrun/replay"
)

// monotonic has the clocks stand still that count from the machine's start, for what varies though everything else
// is pinned: generators that nobody seeded start from them. It is the last resort, and not among what is pinned with
// everything: who waits by such a clock is held up.
func (e *experiment) monotonic(ctx context.Context) error {
	l := levelOf("monotonic")
	if !e.available(l.Factor) || e.unread(l.Factor) {
		return nil
	}
	lost := func(g *group) bool {
		return !e.rarely(g) && !slices.ContainsFunc(e.pinsFor(g), func(a *arm) bool { return g.promises(a, e.untreated()) })
	}
	if a := e.pinArm(l); a.Runs == 0 && !a.dead {
		if !slices.ContainsFunc(e.openGroups(), lost) || !e.affords(2*step+reserved) {
			return nil
		}
		if err := e.play(ctx, []wanted{{a, step}, {e.untreated(), step}}); err != nil {
			return err
		}
		e.refresh()
		if err := e.single(ctx); err != nil {
			return err
		}
	}
	return e.moveMonotonic(ctx, l)
}

// moveMonotonic has these clocks stand still elsewhere, too: what is the same there depends on how long something took.
func (e *experiment) moveMonotonic(ctx context.Context, l Level) error {
	var held []string
	for path, p := range e.proven {
		if p.factor == l.Factor && p.class == replay.ClassViolation && len(p.with) == 0 {
			held = append(held, path)
		}
	}
	other := e.varyArm(l, l.Vary[0])
	if len(held) == 0 || other.Runs > 0 || other.dead {
		return nil
	}
	err := e.play(ctx, []wanted{{other, doseRuns}})
	e.refresh()
	if len(other.runs) == 0 {
		return err
	}
	arms := []*arm{e.pinArm(l), other}
	for _, path := range held {
		c := e.t.byPath[path]
		if c == nil {
			continue
		}
		p := e.proven[path]
		switch texts, at := e.standing(c, arms); {
		case e.sameAtAll(c, arms):
			p.cause = replay.CauseDuration
			p.text += "; it is the same wherever that clock stands, so that it depends on how long something takes"
		case len(texts) > 0 && isMoved(texts, at):
			p.class = replay.ClassVolatile
			p.text += "; it moves as that clock is moved"
		default:
			p.text += "; it changes with what that clock says, but not as a reading does"
		}
	}
	return err
}

// standing returns the values of a field where a clock stood still, and where that was; nothing where some are no scalars.
func (e *experiment) standing(c *column, arms []*arm) (texts []jsontext.Value, at []time.Time) {
	for _, a := range arms {
		level, _ := time.ParseDuration(a.Treatment[a.factor])
		for _, r := range a.runs {
			v := e.t.scalar(c.path, r)
			if v == nil {
				return nil, nil
			}
			texts, at = append(texts, v), append(at, time.Time{}.Add(level))
		}
	}
	return texts, at
}

func isMoved(texts []jsontext.Value, at []time.Time) bool {
	if sameTexts(texts) {
		return false
	}
	_, ok := movesWith(texts, at)
	return ok
}

// pinsFor returns the pinned arms that may still settle a group: where it varies though everything is pinned, those of factors
// that are not among that.
func (e *experiment) pinsFor(g *group) []*arm {
	pins := e.pinArms()
	if e.beyondPins(g) {
		pins = slices.DeleteFunc(pins, func(a *arm) bool { _, among := e.pinned.Treatment[a.factor]; return among })
	}
	return pins
}
