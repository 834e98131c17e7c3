package serve

import (
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/monitor"
	"github.com/shadowrun/shadowrun/harness/soak"
)

// maxPoints is how many points a soak's course is told by: more than a plot has room for.
const maxPoints = 600

// Progress is how a soak went so far.
type Progress struct {
	monitor.Status
	Course    []ledger.Checkpoint // the first and the last among them, oldest first
	Workflows []Workflow          // by name
}

func readProgress(seen *sight) (Progress, error) {
	s, err := seen.count()
	if err != nil {
		return Progress{}, err
	}
	l, err := ledger.View(soak.LedgerPath(s.Dir))
	if err != nil {
		return Progress{}, err
	}
	defer l.Close()
	course, err := l.Course(s.Soak.ID, maxPoints)
	return Progress{s.Status, course, s.workflows}, err
}
