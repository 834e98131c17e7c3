package project_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// TestConfigErrorsHaveTheNearestPlace: an element of a list has its own, what is not there has that of what it is missing in.
func TestConfigErrorsHaveTheNearestPlace(t *testing.T) {
	for _, c := range []struct{ name, src, place string }{
		{"a list's first", "pipeline:\n  human_gates: [deploy, plan]\n", "c.yml:2:17"},
		{"a list's last", "pipeline:\n  human_gates:\n    - plan\n    - deploy\n", "c.yml:4:7"},
		{"a single key", "agents:\n  default: 7\n", "c.yml:2:3"},
		{"one key of many", "agents:\n  default: stub\nerror_handling:\n  retries: 1\n  debugger: 5\n", "c.yml:5:3"},
		{"a syntax error", "agents: [\n", "c.yml:1:"},
		{"a number that JSON lacks", "quality_gates: {verify: .inf}\n", "c.yml:1:"},
		{"no number", "quality_gates: {verify: {coverage: .nan}}\n", "c.yml:1:"},
		{"a key that is a list", "? [a]\n: b\n", "c.yml:2:1: found an invalid key"},
		{"a key that is written as another", "quality_gates: {verify: {0x1: -1}}\n", "c.yml:1:14: "},
		{"another key that is", "quality_gates: {verify: {0x1: {}}}\n", "c.yml:1:17: quality_gates.verify.1: minProperties: got 0, want 1"},
		{"a duration too long", "pipeline: {stage_timeout: 99999999999999h}\n", "c.yml:1:9: time: invalid duration"},
		{"nothing but a list", "- - a\n", "c.yml:1:1: want keys and values"},
		{"a list's element in a list", "monitoring: {notifications: {notify_on: [error_occurred, soon]}}\n", "c.yml:1:58: monitoring.notifications.notify_on.1: "},
		{"too much", strings.Repeat("#", 256<<10) + "\n", "c.yml: it has 262145 bytes: want 262144 at most"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := project.ParseConfig("c.yml", []byte(c.src))
			if err == nil || !strings.HasPrefix(err.Error(), c.place) {
				t.Errorf("want it at %s, got %v", c.place, err)
			}
		})
	}
	if _, err := project.ParseConfig("c.yml", []byte(strings.Repeat("#", 256<<10-1)+"\n")); err != nil {
		t.Errorf("as much as may be: %v", err)
	}
}

// TestAFileThatSaysSomeSettingsOnly: sections replace those defaults that would otherwise not be got rid of, and no others.
func TestAFileThatSaysSomeSettingsOnly(t *testing.T) {
	defaults := project.Config{}.Defaults()
	for _, c := range []struct {
		name, src string
		change    func(*project.Config)
	}{
		{"no gates", "quality_gates: {}\n", func(c *project.Config) { c.QualityGates = nil }},
		{"no stage's time-out", "pipeline: {stage_timeouts: {}}\n", func(c *project.Config) { c.Pipeline.StageTimeouts = nil }},
		{"a pipeline without time-outs", "pipeline: {enabled: false}\n", func(c *project.Config) { c.Pipeline.Enabled = false }},
		{"no notifications", "monitoring: {notifications: {enabled: false, notify_on: []}}\n", func(c *project.Config) {
			c.Monitoring.Notifications.Enabled, c.Monitoring.Notifications.NotifyOn = false, nil
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := defaults
			c.change(&want)
			got, err := project.ParseConfig("c.yml", []byte(c.src))
			if err != nil {
				t.Fatal(err)
			}
			if len(got.QualityGates) == 0 {
				got.QualityGates = nil
			}
			if len(got.Pipeline.StageTimeouts) == 0 {
				got.Pipeline.StageTimeouts = nil
			}
			if len(got.Monitoring.Notifications.NotifyOn) == 0 {
				got.Monitoring.Notifications.NotifyOn = nil
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
