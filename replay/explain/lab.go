package explain

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/replay"
)

// Lab runs the workflow that is to be explained. It is never called twice at once: a run beside
// another would be an experiment on scheduling that nobody asked for.
type Lab interface {
	// Run runs the workflow once with a seed under a treatment. What keeps a run from being
	// compared goes into [Observation.Err]; an error ends the explanation.
	Run(ctx context.Context, seed uint64, t Treatment) (Observation, error)
}

// Treatment is what is done to the world of a run: factor → level, as [Levels] has them. A factor
// that is not in it is left as it is. A treatment without factors is a placebo: the run is traced
// and nothing is changed. Nil is a run outside the lab, where that is possible.
type Treatment map[string]string

// String returns the factors and levels in order: clock=2025-03-04T05:06:07Z pid=300.
func (t Treatment) String() string {
	var b strings.Builder
	for i, name := range slices.Sorted(maps.Keys(t)) {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(name + "=" + t[name])
	}
	return b.String()
}

// Observation is what one run showed.
type Observation struct {
	Trace         []byte                // canonical lines; must not be modified later
	Digest        golden.Digest         // of Trace
	Circumstances *replay.Circumstances // as the run saw them: Start and End are the frozen instant where its clock stood still
	Reads         map[string]int64      // factor → how often the run asked for it; nil: not known. A factor that is missing is not known either
	Besides       int                   // runs that it took besides: they count, and show nothing
	Stderr        []byte                // the end of it, for people; it is not compared
	Err           error                 // why the run cannot be compared; it is tried once more
}

// Factor is something about the world that an experiment can pin or vary.
type Factor struct {
	Name      string `json:"name"`
	Available bool   `json:"available"`
	Why       string `json:"why,omitempty"` // why it is not available
}
