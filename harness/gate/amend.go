package gate

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/replay"
)

// AddRule returns a configuration's text with one more rule at the end of rules:, and all else, comments too, as it is. It works on
// lines: a YAML library would write the whole document anew. What comes out is read again, and refused unless it is the
// same configuration with that rule; then the error has the text to add by hand.
func AddRule(name string, text []byte, rule harness.RuleConfig) ([]byte, error) {
	if err := CheckRule(rule); err != nil {
		return nil, fmt.Errorf("no such rule: %w", err)
	}
	before, err := harness.ParseConfig(name, text)
	if err != nil {
		return nil, err
	}
	item, err := ruleLines(rule)
	if err != nil {
		return nil, err
	}
	byHand := func(why error) error {
		first, _, _ := strings.Cut(why.Error(), "\n") // what comes after it shows the place
		return fmt.Errorf("%s: the rule can't be added to it: %s; add it by hand, under rules:\n%s", name, first, indented(item, "  "))
	}
	out, err := insertRule(text, item)
	if err != nil {
		return nil, byHand(err)
	}
	after, err := harness.ParseConfig(name, out)
	if err != nil {
		return nil, byHand(err)
	}
	before.Rules = append(slices.Clone(before.Rules), rule)
	if !reflect.DeepEqual(before, after) {
		return nil, byHand(errors.New("its rules are not written as a list of their own"))
	}
	return out, nil
}

// CheckRule says what is wrong with a rule on its own.
func CheckRule(rule harness.RuleConfig) error {
	r, err := rule.Rule()
	if err == nil {
		_, err = replay.NewRuleSet([]replay.Rule{r})
	}
	if err != nil {
		return errors.New(strings.TrimPrefix(err.Error(), "rule 1 "))
	}
	return nil
}

// ruleLines returns a rule as the lines of a list's item.
func ruleLines(rule harness.RuleConfig) ([]string, error) {
	var lines []string
	for field, value := range reflect.ValueOf(rule).Fields() {
		if value.IsZero() {
			continue
		}
		scalar, err := yaml.MarshalWithOptions(value.String(), yaml.Flow(true), yaml.JSON())
		if err != nil {
			return nil, err
		}
		indent := "  "
		if len(lines) == 0 {
			indent = "- "
		}
		lines = append(lines, indent+field.Tag.Get("yaml")+": "+strings.TrimSpace(string(scalar)))
	}
	return lines, nil
}

func indented(lines []string, indent string) string {
	var out strings.Builder
	for _, line := range lines {
		out.WriteString(indent + line + "\n")
	}
	return out.String()
}

// insertRule puts an item's lines after the last of rules:, or makes that key at the end.
func insertRule(text []byte, item []string) ([]byte, error) {
	if len(text) > 0 && !bytes.HasSuffix(text, []byte("\n")) {
		text = append(slices.Clone(text), '\n')
	}
	lines := slices.Collect(strings.Lines(string(text)))
	key := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "rules:") })
	if key < 0 {
		return append(slices.Clone(text), "rules:\n"+indented(item, "  ")...), nil
	}
	if rest := strings.TrimSpace(strings.TrimPrefix(lines[key], "rules:")); rest != "" && !strings.HasPrefix(rest, "#") {
		return nil, fmt.Errorf("line %d: rules: goes on in its own line", key+1)
	}
	indent, end := "", key+1
	for i := key + 1; i < len(lines); i++ {
		bare := strings.TrimLeft(lines[i], " ")
		blank := strings.TrimSpace(bare) == "" || strings.HasPrefix(bare, "#")
		if !blank && len(bare) == len(lines[i]) && !strings.HasPrefix(bare, "- ") {
			break // the next key of the configuration
		}
		if blank {
			continue
		}
		if end == key+1 {
			indent = lines[i][:len(lines[i])-len(bare)]
		}
		end = i + 1
	}
	if end == key+1 {
		indent = "  "
	}
	return []byte(strings.Join(slices.Insert(lines, end, indented(item, indent)), "")), nil
}
