package cmd_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/shadowrun/shadowrun/harness"
)

var yamlBlock = regexp.MustCompile("(?s)```yaml\n(.*?)```")

// TestReadmeConfigurations reads every configuration of the README as a user's would be.
func TestReadmeConfigurations(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := yamlBlock.FindAllStringSubmatch(string(text), -1)
	if len(blocks) < 2 {
		t.Fatalf("%d blocks of YAML; the README has more", len(blocks))
	}
	for _, b := range blocks {
		config, err := harness.ParseConfig("README.md", []byte(b[1]))
		if err != nil {
			t.Errorf("%v\n%s", err, b[1])
			continue
		}
		if strings.Contains(b[1], "rules:") {
			if _, err := config.RuleSet(""); err != nil {
				t.Error(err)
			}
		}
	}
}
