package cmd

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/gate"
	"github.com/shadowrun/shadowrun/replay"
)

// rule asks for a rule that covers the first difference of a result, adds it to the configuration, and opens
// the gate anew, by that.
func (r *review) rule(result gate.Result) error {
	if r.app.builtIn && !fileExists(r.app.configSource()) {
		return hinted(errors.New("there is no configuration to add a rule to"), "'shadowrun init' writes one")
	}
	rule, err := r.askRule(result)
	if err != nil {
		return err
	}
	path := r.app.configSource()
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	amended, err := gate.AddRule(path, text, rule)
	if err != nil {
		return err
	}
	if err := writeFile(path, bytes.NewReader(amended)); err != nil {
		return err
	}
	fmt.Fprintf(r.app.out, "added to %s\n", path)
	r.rules++
	r.stale[result.Workflow] = true
	r.done()
	r.gate, r.done = nil, func() {}
	return r.open()
}

func (r *review) askRule(result gate.Result) (harness.RuleConfig, error) {
	rule := harness.RuleConfig{Workflow: result.Workflow}
	first, _ := gate.First(result)
	path := replay.Pattern(first.Path)
	kind, err := r.askKind()
	if err != nil {
		return rule, err
	}
	where, _ := r.question(fmt.Sprintf("path? (%s)", printable(path)))
	path = cmp.Or(where, path)
	switch kind {
	case "volatile":
		rule.Volatile = path
	case "ignore":
		rule.Ignore = path
	case "unordered":
		rule.Unordered = path
	case "within":
		rule.Within = path
		rule.By, _ = r.question("by how much, as a number or a percentage?")
	}
	reason, _ := r.question("why is that meant to be?")
	if reason == "" {
		return rule, errors.New("no rule without a reason")
	}
	rule.Reason = reason
	return rule, nil
}

// askKind asks for a rule's kind until it is one, or the input ends.
func (r *review) askKind() (string, error) {
	for {
		kind, ok := r.question("volatile, ignore, unordered or within? (volatile)")
		if !ok {
			return "", errors.New("no rule without a kind")
		}
		switch kind = cmp.Or(kind, "volatile"); kind {
		case "volatile", "ignore", "unordered", "within":
			return kind, nil
		}
		fmt.Fprintf(r.app.out, "%q is no kind of rule\n", printable(kind))
	}
}
