package cmd

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/shadowrun/shadowrun/harness"
)

func (a *app) writeConfig(w harness.WorkflowConfig, output string) error {
	command, err := yamlList(w.Command)
	if err != nil {
		return err
	}
	fingerprint := ""
	if len(w.Fingerprint) > 0 {
		list, err := yamlList(w.Fingerprint)
		if err != nil {
			return err
		}
		fingerprint = "    fingerprint: " + list + " # what else it is made of: by these a change is told from a violation\n"
	}
	var text bytes.Buffer
	fmt.Fprintf(&text, `# Written by 'shadowrun init'. 'shadowrun --quick' tries it, 'shadowrun --duration 24h' soaks it.
version: 1
workflows:
  - name: %s
    command: %s
    output: %s
    timeout: %s
%s# A difference that is meant to be is covered by a rule, which needs a reason:
# rules:
#   - volatile: /created_at
#     reason: the time of the booking; nothing reads it back
`, w.Name, command, w.Output, time.Duration(w.Timeout), fingerprint)
	if _, err := harness.ParseConfig(output, text.Bytes()); err != nil {
		return fmt.Errorf("what would be written can't be read back: %w", err)
	}
	return writeFile(output, &text)
}

func yamlList(words []string) (string, error) {
	quoted := make([]string, len(words))
	for i, word := range words {
		text, err := yaml.MarshalWithOptions(word, yaml.Flow(true), yaml.JSON())
		if err != nil {
			return "", err
		}
		quoted[i] = strings.TrimSpace(string(text))
	}
	return "[" + strings.Join(quoted, ", ") + "]", nil
}
