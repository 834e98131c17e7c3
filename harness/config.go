package harness

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/replay"
)

// Config is a soak's configuration: shadowrun.yaml, with flags laid over it. The zero value
// of every field means its default, filled in by [Config.Defaults].
type Config struct {
	Version      int               `yaml:"version"`
	Seed         uint64            `yaml:"seed"`           // base seed; default 1
	Workers      int               `yaml:"workers"`        // runs at once; default 3
	RunsPerCycle int               `yaml:"runs_per_cycle"` // default 9
	Interval     *Duration         `yaml:"interval"`       // from a cycle's start to the next's; default 30s, 0 for none
	Timeout      Duration          `yaml:"timeout"`        // of one run; default 60s
	Grace        Duration          `yaml:"grace"`          // for what is in flight at the first SIGINT or SIGTERM; default 10s
	Recheck      *int              `yaml:"recheck"`        // older runs replayed again in each cycle; default 1
	Again        int               `yaml:"again"`          // further replays before anyone is blamed; default 5
	Variants     []Variant         `yaml:"variants"`       // default: again, and resumed where checkpoints are declared
	FailOn       string            `yaml:"fail_on"`        // violation (default) or leak
	UnknownRate  *float64          `yaml:"unknown_rate"`   // tolerated share of unknown verdicts; default 0.001
	Env          map[string]string `yaml:"env"`
	PassEnv      []string          `yaml:"pass_env"`
	Redact       []string          `yaml:"redact"` // variables whose values are kept out of goldens, logs and ledger
	Workflows    []WorkflowConfig  `yaml:"workflows"`
	Rules        []RuleConfig      `yaml:"rules"`

	// Dir is the configuration's folder, absolute: where commands run. Not a key.
	Dir string `yaml:"-"`
}

// WorkflowConfig is one entry of workflows: a command, or a Go workflow of this binary by name.
type WorkflowConfig struct {
	Name         string            `yaml:"name"`
	Command      []string          `yaml:"command"`
	Output       golden.Output     `yaml:"output"`  // json, jsonl, text or bytes
	Trace        string            `yaml:"trace"`   // stdout (default), or file: the output is what is written to SHADOWRUN_TRACE
	Workdir      string            `yaml:"workdir"` // the configuration's folder (default), another below it, or fresh
	Files        []string          `yaml:"files"`   // copied into a fresh workdir
	Stdin        string            `yaml:"stdin"`   // a file; default /dev/null
	Env          map[string]string `yaml:"env"`
	PassEnv      []string          `yaml:"pass_env"`
	Before       [][]string        `yaml:"before"` // commands that reset what a run uses
	After        [][]string        `yaml:"after"`
	Artifacts    *bool             `yaml:"artifacts"`   // files in SHADOWRUN_OUT belong to the trace; default true
	Checkpoints  bool              `yaml:"checkpoints"` // it can be killed and resumed
	Variants     []Variant         `yaml:"variants"`
	Timeout      Duration          `yaml:"timeout"`
	Weight       int               `yaml:"weight"`        // share of the runs; default 1
	MaxOutput    Size              `yaml:"max_output"`    // default 64MB
	MaxEvents    int               `yaml:"max_events"`    // default 2,000,000
	MaxProcesses int               `yaml:"max_processes"` // at once; default 256
	Fingerprint  []string          `yaml:"fingerprint"`   // further files whose content is the build's
	External     string            `yaml:"external"`      // live: outside calls are made
}

// RuleConfig is one entry of rules: exactly one of the four actions names the paths.
type RuleConfig struct {
	Ignore    string `yaml:"ignore"`
	Volatile  string `yaml:"volatile"`
	Unordered string `yaml:"unordered"`
	Within    string `yaml:"within"`
	By        string `yaml:"by"` // with within: an absolute number, or a percentage
	Workflow  string `yaml:"workflow"`
	Reason    string `yaml:"reason"`
}

// Variant names a way to replay.
type Variant string

const (
	VariantAgain     Variant = "again"     // the same once more
	VariantLoaded    Variant = "loaded"    // beside CPU burners
	VariantResumed   Variant = "resumed"   // killed after a checkpoint, then resumed
	VariantPerturbed Variant = "perturbed" // one factor changed
)

// Defaults of the keys that have one.
const (
	DefaultSeed         = 1
	DefaultWorkers      = 3
	DefaultRunsPerCycle = 9
	DefaultInterval     = 30 * time.Second
	DefaultTimeout      = time.Minute
	DefaultGrace        = 10 * time.Second
	DefaultRecheck      = 1
	DefaultAgain        = 5
	DefaultUnknownRate  = 0.001
	DefaultMaxOutput    = 64 << 20
	DefaultMaxEvents    = 2_000_000
	DefaultMaxProcesses = 256
	maxTotalWeight      = 10_000
)

var workflowName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// Defaults returns a copy of c with every unset field filled in.
func (c Config) Defaults() Config {
	setDefault(&c.Version, 1)
	setDefault(&c.Seed, DefaultSeed)
	setDefault(&c.Workers, DefaultWorkers)
	setDefault(&c.RunsPerCycle, DefaultRunsPerCycle)
	if c.Interval == nil {
		interval := Duration(DefaultInterval)
		c.Interval = &interval
	}
	setDefault(&c.Timeout, Duration(DefaultTimeout))
	setDefault(&c.Grace, Duration(DefaultGrace))
	if c.Recheck == nil {
		recheck := DefaultRecheck
		c.Recheck = &recheck
	}
	setDefault(&c.Again, DefaultAgain)
	setDefault(&c.FailOn, string(replay.VerdictViolation))
	if c.UnknownRate == nil {
		rate := DefaultUnknownRate
		c.UnknownRate = &rate
	}
	c.Workflows = slices.Clone(c.Workflows)
	for i := range c.Workflows {
		c.Workflows[i].defaults(c)
	}
	return c
}

func (w *WorkflowConfig) defaults(c Config) {
	if w.Command == nil {
		setDefault(&w.Output, golden.OutputSteps)
	}
	setDefault(&w.Trace, "stdout")
	if w.Artifacts == nil {
		yes := true
		w.Artifacts = &yes
	}
	if w.Variants == nil {
		w.Variants = c.Variants
	}
	if w.Variants == nil {
		w.Variants = []Variant{VariantAgain}
		if w.Checkpoints {
			w.Variants = []Variant{VariantAgain, VariantResumed}
		}
	}
	setDefault(&w.Timeout, c.Timeout)
	setDefault(&w.Weight, 1)
	setDefault(&w.MaxOutput, DefaultMaxOutput)
	setDefault(&w.MaxEvents, DefaultMaxEvents)
	setDefault(&w.MaxProcesses, DefaultMaxProcesses)
	setDefault(&w.External, "live")
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Validate says what is wrong with a configuration whose defaults are filled in.
func (c Config) Validate() error {
	switch {
	case c.Version != 1:
		return fmt.Errorf("version: %d is not known; this shadowrun reads version 1", c.Version)
	case c.Workers < 1 || c.Workers > 4096:
		return fmt.Errorf("workers: %d is out of range; want 1 to 4096", c.Workers)
	case c.RunsPerCycle < 1 || c.RunsPerCycle > 100_000:
		return fmt.Errorf("runs_per_cycle: %d is out of range; want 1 to 100000", c.RunsPerCycle)
	case *c.Interval < 0, c.Timeout < 0, c.Grace < 0:
		return fmt.Errorf("interval, timeout and grace can't be negative")
	case *c.Recheck < 0 || *c.Recheck > 1000:
		return fmt.Errorf("recheck: %d is out of range; want 0 to 1000", *c.Recheck)
	case c.Again < 1 || c.Again > 100:
		return fmt.Errorf("again: %d is out of range; want 1 to 100", c.Again)
	case c.FailOn != string(replay.VerdictViolation) && c.FailOn != string(replay.VerdictLeak):
		return fmt.Errorf("fail_on: %q is not known; want violation or leak", c.FailOn)
	case *c.UnknownRate < 0 || *c.UnknownRate > 1:
		return fmt.Errorf("unknown_rate: %v is out of range; want 0 to 1", *c.UnknownRate)
	case len(c.Workflows) == 0:
		return fmt.Errorf("workflows: none is named; want at least one")
	}
	total := 0
	seen := map[string]bool{}
	for i, w := range c.Workflows {
		if err := w.validate(); err != nil {
			return fmt.Errorf("workflows[%d] %q: %w", i, w.Name, err)
		}
		if seen[w.Name] {
			return fmt.Errorf("workflows[%d]: the name %q is taken by an earlier one", i, w.Name)
		}
		seen[w.Name] = true
		total += w.Weight
	}
	if total > maxTotalWeight {
		return fmt.Errorf("workflows: the weights add up to %d; want at most %d", total, maxTotalWeight)
	}
	_, err := c.RuleSet("")
	return err
}

func (w WorkflowConfig) validate() error {
	switch {
	case !workflowName.MatchString(w.Name):
		return fmt.Errorf("name: want 1 to 64 letters, digits, dots, dashes or underscores, the first a letter or digit")
	case w.Weight < 1:
		return fmt.Errorf("weight: %d is out of range; want 1 or more", w.Weight)
	case w.Timeout < 0, w.MaxOutput < 0, w.MaxEvents < 0, w.MaxProcesses < 0:
		return fmt.Errorf("limits can't be negative")
	case w.External != "live":
		return fmt.Errorf("external: %q is not known; want live", w.External)
	}
	for _, v := range w.Variants {
		switch v {
		case VariantAgain, VariantLoaded:
		case VariantResumed:
			if !w.Checkpoints {
				return fmt.Errorf("variants: resumed needs checkpoints: true, and a command that resumes from SHADOWRUN_CHECKPOINT")
			}
		default:
			return fmt.Errorf("variants: %q is not known; want again, loaded or resumed", v)
		}
	}
	if w.Command == nil {
		return nil
	}
	if len(w.Command) == 0 || w.Command[0] == "" {
		return fmt.Errorf("command: want the program and its arguments, as in [python3, flow.py, \"{seed}\"]")
	}
	switch w.Output {
	case golden.OutputJSON, golden.OutputJSONL, golden.OutputText, golden.OutputBytes:
	case "":
		return fmt.Errorf("output: want json, jsonl, text or bytes; 'shadowrun init -- COMMAND' finds out which")
	default:
		return fmt.Errorf("output: %q is not known; want json, jsonl, text or bytes", w.Output)
	}
	if w.Trace != "stdout" && w.Trace != "file" {
		return fmt.Errorf("trace: %q is not known; want stdout, or file for what is written to SHADOWRUN_TRACE", w.Trace)
	}
	if len(w.Files) > 0 && w.Workdir != "fresh" {
		return fmt.Errorf("files: these are copied into a fresh folder only; add workdir: fresh")
	}
	for _, f := range w.Files {
		if !filepath.IsLocal(f) {
			return fmt.Errorf("files: %q leaves the configuration's folder", f)
		}
	}
	return nil
}

// RuleSet compiles the rules that hold for one workflow; for "", all of them.
func (c Config) RuleSet(workflow string) (*replay.RuleSet, error) {
	var rules []replay.Rule
	for i, r := range c.Rules {
		rule, err := r.Rule()
		if err != nil {
			return nil, fmt.Errorf("rules[%d]: %w", i, err)
		}
		if workflow == "" || rule.Workflow == "" || rule.Workflow == workflow {
			rules = append(rules, rule)
		}
	}
	return replay.NewRuleSet(rules)
}
