package explain

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/shadowrun/shadowrun/replay"
)

// Names of the arms that treat no single factor. Others are "pin F", "vary F", "vary F=level",
// "release F" and "clock=…".
const (
	outside   = "outside the lab"
	allPinned = "everything pinned"
	allVaried = "everything varied"
)

// experiment is one explanation in the making.
type experiment struct {
	*session
	t      *table
	proven map[string]*proof // by field
	roots  map[string][]string
	still  map[string]bool // fields that the clock settles and that are the same at all instants
	looks  struct{ pin, latent, pause, release, search int }
	pinned *arm

	// Of the report.
	folded    map[string]bool
	positions map[string]int
}

// proof is what the experiments say about one field.
type proof struct {
	class  replay.Class
	cause  replay.Cause
	factor string
	with   []replay.Cause
	p      float64
	text   string
}

// run carries out all stages. What is spent ends them, and is no error. A rare difference that
// turns up late is explained as the others were.
func (e *experiment) run(ctx context.Context) error {
	explain := []stage{{"treat one factor", e.single}, {"release one factor", e.release}, {"weigh doses", e.doses},
		{"hold the clock from the start", e.monotonic}}
	err := e.stages(ctx, []stage{{"compare untreated runs", e.baseline}})
	if err == nil && e.silent() && len(e.t.columns) == 0 {
		return nil // nothing to experiment on
	}
	if err == nil {
		err = e.stages(ctx, explain)
	}
	if err == nil {
		err = e.stages(ctx, []stage{{"try other seeds", e.seeds}, {"look for rare differences", e.rare}})
	}
	if err == nil && len(e.openGroups()) > 0 {
		err = e.stages(ctx, explain)
	}
	if err == nil && len(e.openGroups()) > 0 {
		err = e.stages(ctx, []stage{{"look for what sets it off", e.search}})
	}
	if errors.Is(err, errEnded) && e.reference != nil {
		return nil
	}
	return err
}

type stage struct {
	name string
	do   func(context.Context) error
}

func (e *experiment) stages(ctx context.Context, all []stage) error {
	for _, s := range all {
		e.stage = s.name
		err := s.do(ctx)
		e.refresh()
		if err != nil {
			return err
		}
	}
	return nil
}

// enough is how many runs that should agree it takes to miss a field that differs in one of ten
// once in a hundred times: 0.9^44 is below 0.01.
const enough = 44

// rare makes more untreated runs where there were few that should agree. Pinned ones count, unless a
// field differs in some arm only: untreated runs have to say whether it does so by itself.
func (e *experiment) rare(ctx context.Context) error {
	alike := len(e.untreated().runs)
	if !slices.ContainsFunc(e.t.groups, func(g *group) bool { return !g.varies && e.t.suspect(g) && e.unproven(g) }) {
		for _, a := range e.pinArms() {
			alike += len(a.runs)
		}
	}
	if n := min(enough-alike, e.left()); n > 0 {
		return e.play(ctx, []wanted{{e.untreated(), n}})
	}
	return nil
}

// refresh takes in what the last round showed.
func (e *experiment) refresh() {
	if e.reference == nil {
		return
	}
	e.t = e.table()
	e.roots = e.t.derived()
	e.open = 0
	for _, g := range e.openGroups() {
		e.open += len(g.columns)
	}
}

// isOpen reports whether a group varies and nothing explains it yet.
func (e *experiment) isOpen(g *group) bool {
	if !g.varies {
		return false
	}
	for _, c := range g.columns {
		if e.proven[c.path] == nil && e.roots[c.path] == nil {
			return true
		}
	}
	return false
}

func (e *experiment) openGroups() []*group {
	var open []*group
	for _, g := range e.t.groups {
		if e.isOpen(g) {
			open = append(open, g)
		}
	}
	return open
}

// How many runs the first rounds have. Untreated ones are in every round.
const (
	baselineRuns = 7 // beside the reference
	outsideRuns  = 2
	pinnedRuns   = 3
	worlds       = 3 // in which everything is varied
)

// baseline makes the reference, then runs that should agree (A/A), beside the two extremes:
// everything pinned and everything varied.
func (e *experiment) baseline(ctx context.Context) error {
	untreated := e.untreated()
	for range 3 {
		untreated.dead = false
		r, err := e.once(ctx, untreated)
		if err != nil {
			if errors.Is(err, errEnded) {
				return fmt.Errorf("%w within the budget: %w", ErrNothing, e.cannot())
			}
			return err
		}
		if r != nil {
			break
		}
	}
	if e.reference == nil {
		return fmt.Errorf("%w: %w", ErrNothing, e.cannot())
	}
	e.pinned = e.everythingPinned("")
	plan := []wanted{{untreated, baselineRuns}, {e.outside(), outsideRuns}}
	if len(e.pinned.Treatment) > 0 {
		plan = append(plan, wanted{e.pinned, pinnedRuns})
	}
	for world := range worlds {
		if t := e.world(world); len(t) > 0 {
			plan = append(plan, wanted{e.arm(fmt.Sprintf("%s (%d)", allVaried, world+1), "", t), 1})
		}
	}
	err := e.play(ctx, plan)
	e.refresh()
	if a := e.outside(); a.dead {
		return fmt.Errorf("%w: %s", ErrNothing, a.Why) // in the lab, a program that cannot be started seems to have failed
	}
	return err
}

// ErrNothing is what [Explain] returns where no run could be compared.
var ErrNothing = errors.New("no run can be compared")

func (e *experiment) cannot() error {
	if e.lastErr != nil {
		return e.lastErr
	}
	return errEnded
}

// explains are the factors that can make runs differ on one machine without anyone's doing.
var explains = "cputime hash-seed at-random entropy external pid clock readdir workdir address scheduling"

// changes are those that another machine would change.
var changes = "clock hostname tz locale env home workdir tmpdir umask user cpus pid readdir scheduling"

// usable returns the levels of those factors in the list that an experiment can treat, and that
// the program is not known never to ask for.
func (e *experiment) usable(list string) []Level {
	var out []Level
	for _, l := range levels {
		if strings.Contains(" "+list+" ", " "+l.Factor+" ") && e.available(l.Factor) && !e.unread(l.Factor) {
			out = append(out, l)
		}
	}
	return out
}

// everythingPinned is the arm in which all is pinned that can be, but one factor.
func (e *experiment) everythingPinned(but string) *arm {
	t := Treatment{}
	var without []string
	for _, l := range levels {
		if !strings.Contains(" "+explains+" ", " "+l.Factor+" ") || !e.available(l.Factor) || l.Factor == but {
			continue
		}
		if a := e.named["pin "+l.Factor]; a != nil && a.dead {
			without = append(without, l.Factor)
			continue
		}
		t[l.Factor] = e.pin(l)
	}
	switch but { // one that contains the released one would go on holding it
	case "at-random", "hash-seed":
		delete(t, "entropy")
		if but == "hash-seed" {
			delete(t, "at-random")
		}
	}
	name := allPinned
	if but != "" {
		name = "release " + but
	} else if len(without) > 0 {
		name += " but " + strings.Join(without, ", ")
	}
	return e.arm(name, but, t)
}

// pin returns the level at which a factor is pinned.
func (e *experiment) pin(l Level) string {
	if l.Factor == "clock" {
		return e.instant(0)
	}
	return l.Pin
}

// world is a treatment in which everything is varied; there are several, as a locale that
// changes nothing says little about the next.
func (e *experiment) world(n int) Treatment {
	t := Treatment{}
	for _, l := range levels {
		if strings.Contains(" "+changes+" ", " "+l.Factor+" ") && e.available(l.Factor) {
			t[l.Factor] = l.Vary[n%len(l.Vary)]
		}
	}
	return t
}
