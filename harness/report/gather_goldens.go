package report

import (
	"fmt"
	"strings"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness/soak"
)

// goldens verifies the store, which soaks share, and parts what is wrong with this one's goldens from what is wrong with others'.
func (g *gathering) goldens() error {
	problems, stats, err := soak.Verify(g.state)
	if err != nil {
		return err
	}
	figures, err := g.state.Ledger.Store(g.soak.ID)
	if err != nil {
		return err
	}
	g.Store = Store{Goldens: figures.Goldens, Traces: figures.Got, InStore: stats.Goldens, Segments: stats.Segments, Bytes: stats.Bytes, Problems: []string{}}
	if stats.Problems == 0 {
		return nil
	}
	ours, err := g.places()
	if err != nil {
		return err
	}
	for _, p := range problems {
		if !ours.concern(p) {
			g.Store.Elsewhere++
			continue
		}
		if len(g.Store.Problems) < maxEntries {
			g.Store.Problems = append(g.Store.Problems, fmt.Sprintf("%s: %s: %s", p.Golden, p.Kind, p.Detail))
		}
	}
	// Those that were found and are not listed count here: nobody can say whose they are.
	g.Store.Wrong = int(stats.Problems) - g.Store.Elsewhere
	return nil
}

// places are where goldens of this soak and of others are.
type places struct {
	ours, others map[string]bool
	segments     map[string]bool // in which there is one of ours
}

func (g *gathering) places() (places, error) {
	p := places{map[string]bool{}, map[string]bool{}, map[string]bool{}}
	for x, err := range g.state.Ledger.Goldens(0) {
		if err != nil {
			return p, err
		}
		if x.Run.Soak != g.soak.ID {
			p.others[x.Place] = true
			continue
		}
		p.ours[x.Place] = true
		p.segments[segmentOf(x.Place)] = true
	}
	return p, nil
}

// concern reports whether what is wrong may be wrong with ours: only what is known to be another soak's is not.
func (p places) concern(x golden.Problem) bool {
	if p.ours[x.Golden] {
		return true
	}
	return !p.others[x.Golden] && p.segments[segmentOf(x.Golden)]
}

// segmentOf returns the number of the segment in a place, or in the name of a segment's file.
func segmentOf(golden string) string {
	number, _, _ := strings.Cut(golden, ":")
	if name, file := strings.CutPrefix(golden, "seg-"); file {
		number, _, _ = strings.Cut(name, ".")
		number = strings.TrimLeft(number, "0")
	}
	return number
}
