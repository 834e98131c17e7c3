package soak

import (
	"encoding/json"
	"fmt"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/replay"
)

// sightings returns what a replay adds to the soak's findings.
func (r *record) sightings(p harness.ReplayResult) []ledger.Sighting {
	at := replay.Sighting{RunID: p.ID, Seed: p.Seed, Time: p.Started, Size: p.TraceSize}
	var seen []ledger.Sighting
	for _, f := range replay.Group(p.Workflow, at, p.Checked.Differences) {
		f.Example.Want, f.Example.Got = short(f.Example.Want), short(f.Example.Got)
		example, err := json.Marshal(f.Example)
		if err != nil {
			example = nil // the values are JSON; without them the finding still counts
		}
		sight := ledger.Sight{Run: r.key(p.Position), At: p.Started}
		seen = append(seen, ledger.Sighting{
			Key: f.Key, Workflow: f.Workflow, Cause: f.Cause, Class: f.Class, Pattern: f.Pattern, Count: 1,
			First: sight, Last: sight, Example: example, Shortest: sight.Run, Size: p.TraceSize,
			Reproduction: r.reproduction(p),
		})
	}
	return seen
}

// maxExample is how large a value of a finding's example may be, in bytes.
const maxExample = 1 << 10

func short(v []byte) []byte {
	if len(v) <= maxExample {
		return v
	}
	return fmt.Appendf(nil, "%q", fmt.Sprintf("(%d bytes)", len(v)))
}

// reproduction is a command to paste that replays a run as it was when it differed.
func (r *record) reproduction(p harness.ReplayResult) string {
	command := "shadowrun replay " + p.ID + " -n 10"
	if p.Variant != harness.VariantAgain {
		command += " --variant " + string(p.Variant)
	}
	return command + StateFlag(r.o.Dir)
}
