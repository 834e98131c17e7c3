package soak

import (
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
