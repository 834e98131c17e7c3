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
	if errors.Is(err, errBack) {
		return nil
	} else if err != nil {
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

// errBack means that somebody would rather decide otherwise.
var errBack = errors.New("no rule")

// back is the answer that leads back from each question about a rule.
const back = "back"

func (r *review) askRule(result gate.Result) (harness.RuleConfig, error) {
	first, _ := gate.First(result)
	rule, err := r.askWhat(replay.Pattern(first.Path))
	if err != nil {
		return rule, err
	}
	reason, _ := r.question("why is that meant to be?")
	switch reason {
	case "":
		return rule, errors.New("no rule without a reason")
	case back:
		return rule, errBack
	}
	rule.Workflow, rule.Reason = result.Workflow, reason
	return rule, nil
}

// askWhat asks what a rule does and where, until that can be a rule.
func (r *review) askWhat(path string) (harness.RuleConfig, error) {
	kind, err := r.askKind()
	for err == nil {
		rule := harness.RuleConfig{Reason: "not asked yet"}
		where, ok := r.question(fmt.Sprintf("path? (%s)", printable(path)))
		if !ok || where == back {
			return rule, errBack
		}
		switch where = cmp.Or(where, path); kind {
		case "volatile":
			rule.Volatile = where
		case "ignore":
			rule.Ignore = where
		case "unordered":
			rule.Unordered = where
		case "within":
			rule.Within = where
			if rule.By, _ = r.question("by how much, as a number or a percentage?"); rule.By == back {
				return rule, errBack
			}
		}
		wrong := gate.CheckRule(rule)
		if wrong == nil {
			return rule, nil
		}
		fmt.Fprintf(r.app.out, "%s; %q leads back\n", printable(wrong.Error()), back)
	}
	return harness.RuleConfig{}, err
}

// askKind asks for a rule's kind until it is one, or the input ends.
func (r *review) askKind() (string, error) {
	for {
		kind, ok := r.question("volatile, ignore, unordered, within or back? (volatile)")
		if !ok {
			return "", errBack
		}
		switch kind = cmp.Or(kind, "volatile"); kind {
		case "volatile", "ignore", "unordered", "within":
			return kind, nil
		case back:
			return "", errBack
		}
		fmt.Fprintf(r.app.out, "%q is no kind of rule\n", printable(kind))
	}
}
