// Package scenarios holds the drills of this tool's own runbooks: each a testscript that sets a situation up,
// carries steps out, and asserts what they printed or changed.
//
// Its test is the certification: 'go test ./scenarios -count=1'. Servers that a scenario asks for by
// their variables, SHADOWRUN_DRILL_…_URL, are its own and on loopback; see package runbook/drill for the commands.
package scenarios

import (
	"embed"
	"io/fs"

	"github.com/shadowrun/shadowrun/runbook/drill"
)

// Files are the scenarios, NAME.txtar.
//
//go:embed *.txtar
var Files embed.FS

// All returns the scenarios of a folder, in the order of their names.
func All(folder fs.FS) ([]drill.Scenario, error) {
	names, err := fs.Glob(folder, "*.txtar")
	if err != nil {
		return nil, err
	}
	var all []drill.Scenario
	for _, name := range names {
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, err
		}
		all = append(all, drill.Scenario{File: name, Text: text})
	}
	return all, nil
}

// Tabletop are the ten steps without which nothing is certified.
var Tabletop = []string{
	"tabletop-health", "tabletop-quick", "tabletop-sanity", "tabletop-stop-on", "tabletop-stop-status",
	"tabletop-stop-off", "tabletop-golden", "tabletop-alerts", "tabletop-checkpoints", "tabletop-redis",
}
