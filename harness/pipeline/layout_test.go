package pipeline

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestLayoutsThatAreNotEdited: a file in which the switch could not be set is left to people.
func TestLayoutsThatAreNotEdited(t *testing.T) {
	const byHand = "config.yml: pipeline.enabled could not be set to false in this layout: set it by hand"
	for _, c := range []struct{ name, src, says string }{
		{"no YAML", "pipeline: [\n", "config.yml:1:"},
		{"a slip", "pipeline: {enabeld: true}\n", "enabeld"},
		{"a document in braces", "{agents: {default: stub}}\n", byHand},
		{"the end of a document", "agents: {default: stub}\n...\n", byHand},
		{"a key with a mark", "? pipeline\n: {stage_timeout: 2h}\n", byHand},
		{"nothing, as a word", "null\n", byHand},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := switched("config.yml", []byte(c.src), false)
			if err == nil || !strings.Contains(err.Error(), c.says) || got != nil {
				t.Errorf("want an error that says %q, got %q, %v", c.says, got, err)
			}
		})
	}
}

// TestLayoutsThatAreEdited: those that people and programs write, besides the ones that are as in our own file.
func TestLayoutsThatAreEdited(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"a beginning that is marked", "---\nagents: {default: stub}\n", "---\nagents: {default: stub}\npipeline:\n  enabled: false\n"},
		{"braces over lines", "pipeline: {\n  stage_timeout: 2h\n}\n", "pipeline: {\n  enabled: false, stage_timeout: 2h\n}\n"},
		{"one letter", "#", "#\npipeline:\n  enabled: false\n"},
		{"JSON", `{"pipeline": {"enabled": true}}`, `{"pipeline": {"enabled": false}}`},
		{"JSON without it", `{"pipeline": {"stage_timeout": "2h"}}`, `{"pipeline": {enabled: false, "stage_timeout": "2h"}}`},
		{"a space in braces", "pipeline: { }\n", "pipeline: {enabled: false }\n"},
		{"a comment behind the key", "pipeline: # ü\n  stage_timeout: 2h\n", "pipeline: # ü\n  enabled: false\n  stage_timeout: 2h\n"},
		{"a value on a line of its own", "pipeline:\n  enabled:\n    true\n", "pipeline:\n  enabled:\n    false\n"},
		{"a value behind empty lines", "# ü\n\npipeline:\n\n  # ü\n  enabled:   true   # ü\n", "# ü\n\npipeline:\n\n  # ü\n  enabled:   false   # ü\n"},
		{"another line's end", "pipeline:\r\n  enabled: true\r\n", "pipeline:\r\n  enabled: false\r\n"},
		{"no end of its last line", "pipeline:\n  enabled: true", "pipeline:\n  enabled: false"},
		{"sections before and behind", "agents: {default: stub}\npipeline:\n  enabled: true\nerror_handling: {retries: 1}\n",
			"agents: {default: stub}\npipeline:\n  enabled: false\nerror_handling: {retries: 1}\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			src := []byte(c.src)
			got, err := switched("config.yml", src, false)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, string(got)); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
			if string(src) != c.src {
				t.Errorf("what was given was written over: %q", src)
			}
			back, err := switched("config.yml", got, true)
			if err != nil {
				t.Fatal(err)
			}
			if again, err := switched("config.yml", back, false); err != nil || string(again) != c.want {
				t.Errorf("on and off again: %q, %v", again, err)
			}
		})
	}
}
