package pipeline

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Stopping and starting edits one value of a file that people wrote.
func TestSwitchedKeepsWhatPeopleWrote(t *testing.T) {
	for _, c := range []struct {
		name, src, want string
		on              bool
	}{
		{"no file", "", "pipeline:\n  enabled: false\n", false},
		{"only comments", "# ours", "# ours\npipeline:\n  enabled: false\n", false},
		{"no section", "agents: {default: stub} # ü\n", "agents: {default: stub} # ü\npipeline:\n  enabled: false\n", false},
		{"an empty section", "pipeline: {}\nagents: {default: stub}\n", "pipeline: {enabled: false}\nagents: {default: stub}\n", false},
		{"a section without it", "pipeline:\n    # long\n    stage_timeout: 2h\n", "pipeline:\n    # long\n    enabled: false\n    stage_timeout: 2h\n", false},
		{"a value", "pipeline:\n  stage_timeout: 2h # why\n  enabled: true # on call: ü\n", "pipeline:\n  stage_timeout: 2h # why\n  enabled: false # on call: ü\n", false},
		{"a value behind wide letters", "pipeline: {human_gates: [release], enabled: true} # ü\n", "pipeline: {human_gates: [release], enabled: false} # ü\n", false},
		{"braces without it", "# ü\npipeline: {stage_timeout: 2h}\n", "# ü\npipeline: {enabled: false, stage_timeout: 2h}\n", false},
		{"on again", "pipeline:\n  enabled: false # since Monday\n", "pipeline:\n  enabled: true # since Monday\n", true},
		{"as it is", "pipeline: {enabled: false}\n", "pipeline: {enabled: false}\n", false},
		{"as it is by default", "agents: {default: stub}\n", "agents: {default: stub}\n", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := switched("config.yml", []byte(c.src), c.on)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, string(got)); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
	if out, err := switched("config.yml", []byte("pipeline: [\n"), false); err == nil {
		t.Errorf("a broken file was made %q", out)
	}
}
