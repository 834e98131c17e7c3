package cmd

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/soak"
)

// configName is the configuration that is read where none is named.
const configName = "shadowrun.yaml"

// state returns the state folder, absolute.
func (a *app) state() (string, error) {
	if a.stateFlag != "" {
		return filepath.Abs(a.stateFlag)
	}
	return soak.DefaultState()
}

// configFlags are the flags that lie over the configuration.
type configFlags struct {
	workflows    []string
	variants     []string
	seed         uint64
	workers      int
	runsPerCycle int
	interval     time.Duration
	failOn       string

	plans bool // what is configured is going to be run, or planned
}

// addChoice adds the flags that choose workflows.
func (f *configFlags) addChoice(c *cobra.Command, a *app) {
	flags := c.Flags()
	flags.StringVar(&a.configFlag, "config", "", "configuration `file` (default "+configName+" if it is there, else the built-in workflows)")
	flags.StringSliceVarP(&f.workflows, "workflow", "w", nil, "only the workflows of these `names`")
	flags.SetNormalizeFunc(otherNames)
}

// addPlan adds the flags that the plan depends on.
func (f *configFlags) addPlan(c *cobra.Command, a *app) {
	f.addChoice(c, a)
	f.plans = true
	flags := c.Flags()
	flags.StringSliceVar(&f.variants, "variant", nil, "replay under these `variants`: again, loaded, resumed")
	flags.Uint64Var(&f.seed, "seed", harness.DefaultSeed, "base seed, from which every other follows")
	flags.IntVar(&f.runsPerCycle, "runs-per-cycle", harness.DefaultRunsPerCycle, "runs in a cycle")
}

// addAll adds all of them.
func (f *configFlags) addAll(c *cobra.Command, a *app) {
	f.addPlan(c, a)
	flags := c.Flags()
	flags.IntVar(&f.workers, "workers", harness.DefaultWorkers, "runs at once")
	flags.Var(&secondsOrDuration{&f.interval}, "interval", "from a cycle's start to the next's, such as 30s; 0 for none (default 30s)")
	flags.StringVar(&f.failOn, "fail-on", "violation", "what makes a soak FAIL: `violation`, or leak too")
}

// otherNames lets old scripts' flags stand for ours.
func otherNames(_ *pflag.FlagSet, name string) pflag.NormalizedName {
	switch name {
	case "workflows-per-cycle":
		name = "runs-per-cycle"
	case "cycle-interval":
		name = "interval"
	case "summary-dir":
		name = "dir"
	}
	return pflag.NormalizedName(name)
}

// secondsOrDuration is a duration that may be a bare number of seconds, as old scripts say it.
type secondsOrDuration struct{ d *time.Duration }

func (s *secondsOrDuration) String() string {
	if s.d == nil || *s.d == 0 {
		return ""
	}
	return s.d.String()
}
func (s *secondsOrDuration) Type() string { return "duration" }

func (s *secondsOrDuration) Set(text string) error {
	if seconds, err := strconv.ParseFloat(text, 64); err == nil {
		*s.d = time.Duration(seconds * float64(time.Second))
	} else if *s.d, err = time.ParseDuration(text); err != nil {
		return err
	}
	if *s.d < 0 {
		return errors.New("less than nothing")
	}
	return nil
}

// config returns the configuration with the flags laid over it, complete and valid.
func (a *app) config(c *cobra.Command, f *configFlags) (harness.Config, error) {
	config, err := a.readConfig()
	if err != nil {
		return config, err
	}
	if err := config.CheckRuleWorkflows(); err != nil { // before some are chosen
		return config, fmt.Errorf("%s: %w", a.configSource(), err)
	}
	set := c.Flags().Changed
	for _, name := range []string{"seed", "workers", "runs-per-cycle"} {
		if set(name) && (f.plans || name != "seed") && c.Flag(name).Value.String() == "0" {
			return config, fmt.Errorf("--%s 0: want 1 or more", name) // 0 in a configuration stands for the default
		}
	}
	if f.plans && set("seed") { // another command's --seed is not the base seed
		config.Seed = f.seed
	}
	if set("workers") {
		config.Workers = f.workers
	}
	if set("runs-per-cycle") {
		config.RunsPerCycle = f.runsPerCycle
	}
	if set("interval") {
		interval := harness.Duration(f.interval)
		config.Interval = &interval
	}
	if set("fail-on") {
		config.FailOn = f.failOn
	}
	if config.Workflows, err = choose(config.Workflows, f.workflows); err != nil {
		return config, err
	}
	if a.builtIn && f.plans && len(f.workflows) == 0 {
		config.Workflows = slices.DeleteFunc(config.Workflows, func(w harness.WorkflowConfig) bool { return a.runsOnlyNamed(w.Name) })
	}
	if set("variant") {
		layVariants(&config, f.variants)
	}
	config = config.Defaults()
	if err := config.Validate(); err != nil {
		return config, fmt.Errorf("%s: %w", a.configSource(), err)
	}
	return config, a.known(config)
}

// known reports a workflow that is neither a command nor one of this binary's.
func (a *app) known(config harness.Config) error {
	var names []string
	for _, w := range a.workflows {
		names = append(names, w.Name())
	}
	for _, w := range config.Workflows {
		if w.Command == nil && !slices.Contains(names, w.Name) {
			return hinted(fmt.Errorf("%s: workflow %s: it has no command, and this binary has no Go workflow of that name; it has %s",
				a.configSource(), w.Name, strings.Join(names, ", ")),
				"'command: [PROGRAM, ARGUMENT]' runs a program; a Go engine makes a binary of its own with cmd.Main")
		}
	}
	return nil
}

// layVariants lays --variant over every workflow; one that can't be resumed is left its others.
func layVariants(config *harness.Config, names []string) {
	var variants []harness.Variant
	for _, v := range names {
		variants = append(variants, harness.Variant(v))
	}
	for i := range config.Workflows {
		w := &config.Workflows[i]
		w.Variants = slices.Clone(variants)
		if len(variants) > 1 && !w.Checkpoints {
			w.Variants = slices.DeleteFunc(w.Variants, func(v harness.Variant) bool { return v == harness.VariantResumed })
		}
	}
}

func choose(all []harness.WorkflowConfig, names []string) ([]harness.WorkflowConfig, error) {
	if len(names) == 0 {
		return all, nil
	}
	var known []string
	for _, w := range all {
		known = append(known, w.Name)
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("--workflow %s: there is no such workflow; want one of %s", name, strings.Join(known, ", "))
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(w harness.WorkflowConfig) bool { return !slices.Contains(names, w.Name) }), nil
}

// configSource names where the configuration is from, for messages.
func (a *app) configSource() string {
	switch {
	case a.configFlag != "":
		return a.configFlag
	case fileExists(configName):
		return configName
	default:
		return "built-in configuration"
	}
}

func fileExists(name string) bool {
	_, err := os.Stat(name)
	return !errors.Is(err, fs.ErrNotExist)
}

// readConfig reads the configuration file, or makes a configuration of the workflows that this
// binary has. A Go workflow that declares checkpoints need not say so again.
func (a *app) readConfig() (harness.Config, error) {
	var config harness.Config
	var err error
	if a.configFlag != "" || fileExists(configName) {
		config, err = harness.LoadConfig(a.configSource())
	} else {
		config.Dir, err = os.Getwd()
	}
	if err != nil {
		return config, err
	}
	if config.Workflows == nil {
		if a.configFlag != "" || fileExists(configName) {
			a.warn("%s names no workflows: the built-in ones are meant", a.configSource())
		}
		a.builtIn = true
		for _, w := range a.workflows {
			config.Workflows = append(config.Workflows, harness.WorkflowConfig{Name: w.Name()})
		}
	}
	for i := range config.Workflows {
		c := &config.Workflows[i]
		for _, w := range a.workflows {
			if _, resumable := w.(harness.Resumable); resumable && c.Command == nil && c.Name == w.Name() {
				c.Checkpoints = true
			}
		}
	}
	return config, nil
}
