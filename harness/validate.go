package harness

import (
	"cmp"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/replay"
	"github.com/shadowrun/shadowrun/replay/external"
)

var workflowName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// keyError says what is wrong with the value of a key.
type keyError struct {
	path   string // workflows[1].weight
	reason string
}

func (e *keyError) Error() string { return e.path + ": " + e.reason }

func badKey(path, format string, args ...any) error {
	return &keyError{path, fmt.Sprintf(format, args...)}
}

// Validate says what is wrong with a configuration whose defaults are filled in.
func (c Config) Validate() error {
	if err := c.check(); err != nil {
		return err
	}
	if len(c.Workflows) == 0 {
		return badKey("workflows", "none is named; want at least one")
	}
	return nil
}

// check says what is wrong with what there is.
func (c Config) check() error {
	switch {
	case c.Version != 1:
		return badKey("version", "%d is not known; this shadowrun reads version 1", c.Version)
	case c.Workers < 1 || c.Workers > 4096:
		return badKey("workers", "%d is out of range; want 1 to 4096", c.Workers)
	case c.RunsPerCycle < 1 || c.RunsPerCycle > 100_000:
		return badKey("runs_per_cycle", "%d is out of range; want 1 to 100000", c.RunsPerCycle)
	case *c.Interval < 0:
		return badKey("interval", "%s is negative", c.Interval)
	case c.Timeout < 0:
		return badKey("timeout", "%s is negative", c.Timeout)
	case c.Grace < 0:
		return badKey("grace", "%s is negative", c.Grace)
	case *c.Recheck < 0 || *c.Recheck > 1000:
		return badKey("recheck", "%d is out of range; want 0 to 1000", *c.Recheck)
	case c.Again < 1 || c.Again > 100:
		return badKey("again", "%d is out of range; want 1 to 100", c.Again)
	case c.FailOn != string(replay.VerdictViolation) && c.FailOn != string(replay.VerdictLeak):
		return badKey("fail_on", "%q is not known; want violation or leak", c.FailOn)
	case !(*c.UnknownRate >= 0 && *c.UnknownRate <= 1): // so that NaN is none
		return badKey("unknown_rate", "%v is out of range; want 0 to 1", *c.UnknownRate)
	case c.Explain != ExplainNever && c.Explain != ExplainOnMismatch:
		return badKey("explain", "%q is not known; want never or on-mismatch", c.Explain)
	}
	return cmp.Or(checkVariables("", c.Env, c.PassEnv), checkNames("redact", c.Redact), c.Stop.check(), c.checkWorkflows(), c.checkRules(), c.Monitor.check("monitor."), c.Gate.check())
}

func (c Config) checkWorkflows() error {
	total := 0
	seen := map[string]bool{}
	for i, w := range c.Workflows {
		at := fmt.Sprintf("workflows[%d].", i)
		if err := w.check(at); err != nil {
			return err
		}
		if seen[w.Name] {
			return badKey(at+"name", "%q is taken by an earlier workflow", w.Name)
		}
		seen[w.Name] = true
		if total += w.Weight; total > maxTotalWeight {
			return badKey(at+"weight", "the weights add up to %d; want at most %d", total, maxTotalWeight)
		}
	}
	return nil
}

func (c Config) checkRules() error {
	for i, r := range c.Rules {
		at := fmt.Sprintf("rules[%d]", i)
		rule, err := r.Rule()
		if err == nil {
			_, err = replay.NewRuleSet([]replay.Rule{rule})
		}
		if err != nil {
			return badKey(at, "%s", strings.TrimPrefix(err.Error(), "rule 1 "))
		}
	}
	return nil
}

// CheckRuleWorkflows refuses a rule for a workflow that there is not: it would never match. It refuses such a one
// of the gate, too. It is for a configuration with all its workflows, none of which a flag
// has left out.
func (c Config) CheckRuleWorkflows() error {
	var names []string
	for _, w := range c.Workflows {
		names = append(names, w.Name)
	}
	for i, r := range c.Rules {
		if r.Workflow == "" || slices.Contains(names, r.Workflow) {
			continue
		}
		at := fmt.Sprintf("rules[%d].workflow", i)
		if near := nearest(r.Workflow, names); near != "" {
			return badKey(at, "there is no workflow %q; did you mean %q?", r.Workflow, near)
		}
		return badKey(at, "there is no workflow %q; want one of %s", r.Workflow, strings.Join(names, ", "))
	}
	return c.Gate.checkWorkflows(names)
}

func (w WorkflowConfig) check(at string) error {
	if !workflowName.MatchString(w.Name) {
		return badKey(at+"name", "%q: want 1 to 64 letters, digits, dots, dashes or underscores, the first a letter or digit", w.Name)
	}
	switch {
	case w.Timeout < 0:
		return badKey(at+"timeout", "%s is negative", w.Timeout)
	case w.MaxOutput < 0:
		return badKey(at+"max_output", "%d is negative", int64(w.MaxOutput))
	case w.MaxEvents < 0:
		return badKey(at+"max_events", "%d is negative", w.MaxEvents)
	case w.MaxProcesses < 0:
		return badKey(at+"max_processes", "%d is negative", w.MaxProcesses)
	case w.Weight < 1 || w.Weight > maxTotalWeight:
		return badKey(at+"weight", "%d is out of range; want 1 to %d", w.Weight, maxTotalWeight)
	case w.External != external.Record && w.External != external.Live && w.External != external.Block:
		return badKey(at+"external", "%q is not known; want record, live or block", w.External)
	}
	for i, v := range w.Variants {
		if err := w.checkVariant(fmt.Sprintf("%svariants[%d]", at, i), v); err != nil {
			return err
		}
	}
	if err := checkVariables(at, w.Env, w.PassEnv); err != nil {
		return err
	}
	if w.Command == nil {
		return nil
	}
	return w.checkCommand(at)
}

func (w WorkflowConfig) checkVariant(at string, v Variant) error {
	switch v {
	case VariantAgain, VariantLoaded:
		return nil
	case VariantResumed:
		if !w.Checkpoints {
			return badKey(at, "resumed needs checkpoints: true, and a command that resumes from SHADOWRUN_CHECKPOINT")
		}
		return nil
	}
	return badKey(at, "%q is not known; want again, loaded or resumed", v)
}

func (w WorkflowConfig) checkCommand(at string) error {
	if len(w.Command) == 0 || w.Command[0] == "" {
		return badKey(at+"command", "want the program and its arguments, as in [python3, flow.py, \"{seed}\"]")
	}
	if err := cmp.Or(checkHooks(at+"before", w.Before), checkHooks(at+"after", w.After)); err != nil {
		return err
	}
	switch w.Output {
	case golden.OutputJSON, golden.OutputJSONL, golden.OutputText, golden.OutputBytes:
	case "":
		return badKey(at+"output", "want json, jsonl, text or bytes; 'shadowrun init -- COMMAND' finds out which")
	default:
		return badKey(at+"output", "%q is not known; want json, jsonl, text or bytes", w.Output)
	}
	if w.Trace != "stdout" && w.Trace != "file" {
		return badKey(at+"trace", "%q is not known; want stdout, or file for what is written to SHADOWRUN_TRACE", w.Trace)
	}
	if len(w.Files) > 0 && w.Workdir != freshWorkdir {
		return badKey(at+"files", "these are copied into a fresh folder only; add workdir: fresh")
	}
	for i, f := range w.Files {
		if !filepath.IsLocal(f) {
			return badKey(fmt.Sprintf("%sfiles[%d]", at, i), "%q leaves the configuration's folder", f)
		}
	}
	for i, pattern := range w.Fingerprint {
		if _, err := filepath.Match(pattern, ""); err != nil {
			return badKey(fmt.Sprintf("%sfingerprint[%d]", at, i), "%q: %v", pattern, err)
		}
	}
	return nil
}

func checkHooks(at string, hooks [][]string) error {
	for i, hook := range hooks {
		if len(hook) == 0 || hook[0] == "" {
			return badKey(fmt.Sprintf("%s[%d]", at, i), "want a program and its arguments, as in [[./reset.sh, \"{seed}\"]]")
		}
	}
	return nil
}

// checkVariables refuses what no environment can hold.
func checkVariables(at string, env map[string]string, pass []string) error {
	for _, name := range slices.Sorted(maps.Keys(env)) {
		if name == "" || strings.ContainsAny(name, "=\x00") {
			return badKey(at+"env", "%q can't be a variable's name", name)
		}
		if strings.Contains(env[name], "\x00") {
			return badKey(at+"env."+name, "a variable can't hold a NUL byte")
		}
	}
	return checkNames(at+"pass_env", pass)
}

func checkNames(at string, names []string) error {
	for i, name := range names {
		if name == "" || strings.ContainsAny(name, "=\x00") {
			return badKey(fmt.Sprintf("%s[%d]", at, i), "%q can't be a variable's name; its value is not said here", name)
		}
	}
	return nil
}
