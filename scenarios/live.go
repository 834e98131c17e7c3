package scenarios

import (
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/shadowrun/shadowrun/runbook"
	"github.com/shadowrun/shadowrun/runbook/drill"
)

// printed are patterns that what a step prints must have wherever it is carried out.
var printed = map[string][]string{
	"tabletop-health":      {`.`},
	"tabletop-quick":       {`^PASS: [1-9][0-9]* replays`},
	"tabletop-sanity":      {`^OK: `},
	"tabletop-stop-on":     {`^emergency stop: ON`},
	"tabletop-stop-status": {`^emergency stop: ON`},
	"tabletop-stop-off":    {`^emergency stop: off`},
	"tabletop-golden":      {`^PASS: [1-9][0-9]* replays`},
	"tabletop-alerts":      {`"status":"success"`},
	"tabletop-checkpoints": {`^[0-9]+$`},
	"tabletop-redis":       {`^PONG$`},
}

// Live is one of the ten steps on a deployment.
type Live struct {
	Book *runbook.Book
	Step *runbook.Step
	// Scenario carries it out, and nothing else: a step that fails must not keep the stop from being lifted.
	Scenario drill.Scenario
	Refused  string // why it is not carried out; "": it is
}

// Steps returns the ten steps as they are to be carried out. Destructive says that steps which a runbook marks so are allowed.
// A digest is the one that was reviewed for the tabletop scenario.
func (d *Deployment) Steps(books []*runbook.Book, destructive bool) ([]Live, error) {
	reviewed, err := reviewedDigests()
	if err != nil {
		return nil, err
	}
	var all []Live
	for _, id := range Tabletop {
		book, step, err := runbook.FindStep(books, id)
		if err != nil {
			return nil, err
		}
		l := Live{Book: book, Step: step}
		switch {
		case step.Destructive && !destructive:
			l.Refused = "it is destructive, and --allow destructive was not said"
		case d.Allowed != nil && !slices.Contains(d.Allowed, id):
			l.Refused = fmt.Sprintf("%s does not allow it", d.Name)
		}
		var text strings.Builder
		if d.Folder != "" {
			fmt.Fprintf(&text, "cd %s\n", quoted(d.Folder))
		}
		fmt.Fprintf(&text, "step %s %s\n", id, reviewed[id])
		for _, pattern := range append(printed[id], d.Expect[id]...) {
			fmt.Fprintf(&text, "stdout %s\n", quoted(pattern))
		}
		if d.Stop != nil {
			config, err := yaml.Marshal(map[string]any{"version": 1, "stop": *d.Stop})
			if err != nil {
				return nil, err
			}
			fmt.Fprintf(&text, "-- shadowrun.yaml --\n%s", config)
		}
		l.Scenario = drill.Scenario{File: id + ".txtar", Text: []byte(text.String())}
		all = append(all, l)
	}
	return all, nil
}

// quoted is a word of a testscript.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

func reviewedDigests() (map[string]string, error) {
	text, err := Files.ReadFile("tabletop.txtar")
	if err != nil {
		return nil, err
	}
	scanned, err := runbook.ScanScenario("tabletop", text)
	if err != nil {
		return nil, err
	}
	digests := map[string]string{}
	for _, u := range scanned.Uses {
		digests[u.Name] = u.Reviewed
	}
	return digests, nil
}
