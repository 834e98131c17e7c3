package scenarios_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/runbook"
	"github.com/shadowrun/shadowrun/scenarios"
)

func TestDeploymentsThatAreRefused(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"a key that there isn't", "version: 1\nname: p\nhealth: http://x\n", "p.yaml:3: unknown field \"health\""},
		{"no version", "name: p\n", "p.yaml: version: 0: want 1"},
		{"no name", "version: 1\n", "p.yaml: name: it is empty"},
		{"not of its kind", "version: 1\nname: p\ntold: 3\n", "p.yaml:3: "},
		{"an unknown step that is allowed", "version: 1\nname: p\nallowed: [tabletop-heath]\n", `allowed: there is no step "tabletop-heath"; there are tabletop-health,`},
		{"a stop that nothing lifts", "version: 1\nname: p\nallowed: [tabletop-stop-on]\n", "would leave everything stopped"},
		{"an unknown step that is to print", "version: 1\nname: p\nexpect: {health: [ok]}\n", `expect: there is no step "health"`},
		{"a pattern that is none", "version: 1\nname: p\nexpect: {tabletop-health: ['(']}\n", "expect: tabletop-health: `(` is no pattern of a line"},
		{"two words on what is stopped", "version: 1\nname: p\nfolder: /srv\nstop: {file: /srv/stop}\n", "folder and stop: want one of them"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := scenarios.ParseDeployment("p.yaml", []byte(test.text))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("err = %v, want %q in it", err, test.want)
			}
		})
	}
}

// What is carried out on a deployment follows from what it allows, a scenario a step.
func TestStepsOfADeployment(t *testing.T) {
	d, err := scenarios.ParseDeployment("/srv/drills/p.yaml", []byte(`version: 1
name: production
allowed: [tabletop-checkpoints, tabletop-stop-on, tabletop-stop-off, tabletop-redis]
stop: {file: engine.stop}
expect: {tabletop-checkpoints: ['it''s [0-9]{3,}$']}
`))
	if err != nil {
		t.Fatal(err)
	}
	for _, destructive := range []bool{false, true} {
		steps, err := d.Steps(books(t), destructive)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, s := range steps {
			got[s.Step.ID] = s.Refused
		}
		const notAllowed, notSaid = "production does not allow it", "it is destructive, and --allow destructive was not said"
		want := map[string]string{
			"tabletop-health": notAllowed, "tabletop-quick": notAllowed, "tabletop-sanity": notAllowed, "tabletop-stop-on": notSaid,
			"tabletop-stop-status": notAllowed, "tabletop-stop-off": notSaid, "tabletop-golden": notAllowed, "tabletop-alerts": notAllowed,
			"tabletop-checkpoints": "", "tabletop-redis": "",
		}
		if destructive {
			want["tabletop-stop-on"], want["tabletop-stop-off"] = "", ""
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("destructive %v (-want +got):\n%s", destructive, diff)
		}
		_, step, err := runbook.FindStep(books(t), "tabletop-checkpoints")
		if err != nil {
			t.Fatal(err)
		}
		script := "step tabletop-checkpoints " + step.Digest + "\nstdout '^[0-9]+$'\nstdout 'it''s [0-9]{3,}$'\n-- shadowrun.yaml --\nstop:\n  file: /srv/drills/engine.stop\nversion: 1\n"
		if diff := cmp.Diff(script, string(steps[8].Scenario.Text)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}
