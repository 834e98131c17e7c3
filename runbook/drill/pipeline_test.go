package drill_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shadowrun/shadowrun/runbook"
	"github.com/shadowrun/shadowrun/runbook/drill"
)

// The pipeline is operated in the scenario's folder, and what it prints is there for the lines that follow.
func TestPipelineIsOperated(t *testing.T) {
	program := filepath.Join(t.TempDir(), "operated")
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho \"$@\" >>said\necho \"$@\"\necho in $(basename \"$PWD\") >&2\n[ \"$2\" = run ]\n"), 0o777); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, script string
		want         runbook.Verdict
		why          string
	}{
		{"it succeeds", "mkdir shed\ncd shed\npipeline run project-1 'a b'\nstdout '^pipeline run project-1 a b$'\nstderr '^in shed$'\nexists said\n", runbook.Pass, ""},
		{"it is refused", "! pipeline approve project-1\nstdout '^pipeline approve project-1$'\nstderr '^in '\n", runbook.Pass, ""},
		{"in time", "eventually 5s pipeline run project-1\nstdout 'run project-1'\neventually 5s ! pipeline approve project-1\n", runbook.Pass, ""},
		{"it fails", "pipeline approve project-1\n", runbook.Fail, "drills/pump.txtar:1: pipeline approve: exit status 1"},
		{"it should not succeed", "! pipeline run project-1\n", runbook.Fail, "pipeline run succeeded, and should not"},
		{"no argument", "pipeline\n", runbook.Fail, "usage: pipeline ARGUMENT …"},
		{"in no time", "eventually 50ms pipeline approve project-1\n", runbook.Fail, "not within 50ms"},
	} {
		t.Run(test.name, func(t *testing.T) {
			result, _, _ := carryOut(t, test.script+"step open\nstdout open\n", drill.Options{Program: program})
			if result.Verdict != test.want || !strings.Contains(result.Why, test.why) {
				t.Errorf("want %s that says %q, got %s: %s", test.want, test.why, result.Verdict, result.Why)
			}
		})
	}
}
