package drill

import (
	"fmt"

	"github.com/rogpeppe/go-internal/testscript"
)

// pipeline operates the reference pipeline in the scenario's folder, as exec shadowrun pipeline does: pipeline ARGUMENT …
// It can be negated.
func (r *run) pipeline(ts *testscript.TestScript, negated bool, args []string) {
	r.ts = ts
	if len(args) == 0 {
		ts.Fatalf("%v", usage("pipeline ARGUMENT …"))
	}
	err := ts.Exec("shadowrun", append([]string{"pipeline"}, args...)...)
	if err != nil {
		err = fmt.Errorf("pipeline %s: %w", args[0], err)
	}
	ts.Check(negate(err, negated, "pipeline "+args[0]))
}
