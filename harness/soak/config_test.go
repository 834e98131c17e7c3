package soak

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness"
)

// A soak of Go workflows that was resumed, and a replay of one of its runs, took them for
// commands without a program.
func TestConfigIsReadFromTheLedgerAsItWasStored(t *testing.T) {
	want := harness.Config{Dir: "/flows", Workflows: []harness.WorkflowConfig{
		{Name: "in-go"},
		{Name: "command", Command: []string{"sh", "flow.sh", "{seed}"}, Output: "text"},
	}}.Defaults()
	text, _, err := storeConfig(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ReadConfig(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := got.Validate(); err != nil {
		t.Errorf("what was read is not valid: %v", err)
	}
	var commands [][]string
	for _, w := range got.Workflows {
		commands = append(commands, w.Command)
	}
	if diff := cmp.Diff([][]string{nil, {"sh", "flow.sh", "{seed}"}}, commands); diff != "" {
		t.Errorf("commands (-want +got):\n%s", diff)
	}
}

func envConfig(secret string) harness.Config {
	return harness.Config{Dir: "/flows", Redact: []string{"TOKEN", "OTHER"}, Env: map[string]string{"TOKEN": secret, "MODE": "fast"},
		Workflows: []harness.WorkflowConfig{{Name: "w", Command: []string{"sh", "flow.sh"}, Output: "text", Env: map[string]string{"OTHER": secret}}},
	}.Defaults()
}

// What is redacted is not in the ledger, and comes from the configuration at hand when the soak
// is resumed; all else is as the soak began.
func TestRedactedValuesAreRestored(t *testing.T) {
	text, _, err := storeConfig(envConfig("hunter22"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(text, "hunter22") {
		t.Errorf("the secret is in what is stored:\n%s", text)
	}
	at := envConfig("another one")
	at.Seed, at.Env["MODE"] = 7, "slow"
	got, err := RestoreConfig(text, at)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(changedKeys(envConfig("another one"), got), []string(nil)); diff != "" {
		t.Errorf("keys that differ (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string{"seed", "env"}, changedKeys(got, at)); diff != "" {
		t.Errorf("keys that the one at hand differs in (-want +got)\n%s", diff)
	}
	for _, c := range []struct{ name, want string }{{"TOKEN", "env: TOKEN was redacted"}, {"OTHER", "workflow w: env: OTHER was redacted"}} {
		at := envConfig("another one")
		delete(at.Env, c.name)
		delete(at.Workflows[0].Env, c.name)
		if _, err := RestoreConfig(text, at); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "--config FILE") {
			t.Errorf("without %s: %v, want %s", c.name, err, c.want)
		}
	}
}

func TestDigestOfAConfiguration(t *testing.T) {
	_, one, err1 := storeConfig(envConfig("hunter22"))
	_, two, err2 := storeConfig(envConfig("another one"))
	other := envConfig("hunter22")
	other.Workers = 17
	_, three, err3 := storeConfig(other)
	if err1 != nil || err2 != nil || err3 != nil || one != two || one == three {
		t.Errorf("%.8s, with another secret %.8s, with other workers %.8s", one, two, three)
	}
}
