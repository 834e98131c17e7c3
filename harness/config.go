package harness

import (
	"fmt"
	"slices"
	"time"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/replay"
	"github.com/shadowrun/shadowrun/replay/external"
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
	Explain      string            `yaml:"explain"`        // never (default), or on-mismatch: each new finding once, beside the soak
	Budget       Budget            `yaml:"explain_budget"` // of one explanation: runs, a duration, or both; default 240,10m
	Env          map[string]string `yaml:"env"`
	PassEnv      []string          `yaml:"pass_env"`
	Redact       []string          `yaml:"redact"` // variables whose values are kept out of goldens, logs and ledger
	Stop         StopConfig        `yaml:"stop"`   // of an emergency stop
	Workflows    []WorkflowConfig  `yaml:"workflows"`
	Rules        []RuleConfig      `yaml:"rules"`
	Monitor      MonitorConfig     `yaml:"monitor"` // from when on those who watch the soak are told
	Gate         GateConfig        `yaml:"gate"`    // of pull requests

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
	External     external.Mode     `yaml:"external"`      // record (default): a replay's outside calls are answered from the run's; live: made; block
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
	VariantAgain   Variant = "again"   // the same once more
	VariantLoaded  Variant = "loaded"  // beside CPU burners
	VariantResumed Variant = "resumed" // killed after a checkpoint, then resumed
)

// freshWorkdir is the workdir: of which each execution has its own.
const freshWorkdir = "fresh"

// What a soak does about a new finding.
const (
	ExplainNever      = "never"
	ExplainOnMismatch = "on-mismatch"
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
	setDefault(&c.Explain, ExplainNever)
	c.Budget = c.Budget.Defaults()
	c.Stop.defaults()
	c.Monitor = c.Monitor.Defaults()
	c.Gate = c.Gate.Defaults()
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
	if len(w.Variants) == 0 {
		w.Variants = c.Variants
	}
	if len(w.Variants) == 0 {
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
	setDefault(&w.External, external.Record)
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
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
