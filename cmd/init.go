package cmd

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/soak"
)

func (a *app) initCommand() *cobra.Command {
	var name, output string
	var force bool
	var timeout time.Duration
	c := &cobra.Command{
		Use:   "init [flags] -- COMMAND [ARGUMENT …]",
		Short: "Write a configuration for a command of yours, having tried it",
		Long: `Runs the command three times, with the seeds 1, 1 and 2, finds out the format of its output, and writes
shadowrun.yaml. {seed} in an argument stands for the seed; it is also in SHADOWRUN_SEED.`,
		Example: "  shadowrun init -- python3 flow.py {seed}\n  shadowrun init --name orders -- ./engine run orders.yaml --seed {seed}",
		Args:    arguments(1, math.MaxInt),
		RunE: func(c *cobra.Command, args []string) error {
			if fileExists(output) && !force {
				return hinted(fmt.Errorf("%s is there already", output), "--force overwrites it, --output FILE writes another")
			}
			w := harness.WorkflowConfig{Name: name, Command: args, Timeout: harness.Duration(timeout)}
			if name == "" {
				w.Name = nameOf(args)
			}
			return a.init(c.Context(), w, output)
		},
	}
	flags := c.Flags()
	flags.SetInterspersed(false) // what comes after the command's name is the command's
	flags.StringVar(&name, "name", "", "of the workflow (default from the command)")
	flags.StringVarP(&output, "output", "o", configName, "the `file` to write")
	flags.BoolVar(&force, "force", false, "overwrite it")
	flags.DurationVar(&timeout, "timeout", time.Minute, "how long a run may take")
	return c
}

var notInName = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

// nameOf makes a workflow's name of its command: of the first argument that looks like a
// program of the user's, else of the program.
func nameOf(argv []string) string {
	best := argv[0]
	for _, word := range argv[1:] {
		if isFile(word) {
			best = word
			break
		}
	}
	name := filepath.Base(best)
	name = strings.TrimSuffix(name, filepath.Ext(name))
	name = strings.TrimLeft(notInName.ReplaceAllString(name, "-"), "._-")
	if name == "" {
		return "workflow"
	}
	return name[:min(len(name), 64)]
}

// trial is one execution of the command that is tried.
type trial struct {
	harness.Execution
	raw    []byte // its output
	events []byte // its trace but for the header, which names the seed
}

func (a *app) init(ctx context.Context, w harness.WorkflowConfig, output string) error {
	state, err := a.state()
	if err != nil {
		return err
	}
	a.warnStopped(state)
	dir, err := os.MkdirTemp("", "shadowrun-init-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	var trials []trial
	for _, seed := range []uint64{1, 1, 2} {
		t, err := a.try(ctx, w, seed, dir)
		if err != nil {
			return err
		}
		defer t.Close()
		trials = append(trials, t)
	}
	w.Output = formatOfOutput(trials)
	w.Fingerprint = sourcesBeside(w.Command)
	if err := a.writeConfig(w, output); err != nil {
		return err
	}
	found := newInitJSON(w, trials, output)
	a.tell(found)
	if a.json {
		return a.printJSON(found)
	}
	return nil
}

func (a *app) try(ctx context.Context, w harness.WorkflowConfig, seed uint64, dir string) (trial, error) {
	here, err := os.Getwd()
	if err != nil {
		return trial{}, err
	}
	e, raw, err := harness.Try(ctx, harness.Config{Dir: here}, w, seed, dir)
	if err != nil {
		return trial{}, err
	}
	if e.Trace == nil || e.Status != golden.StatusOK {
		e.Close()
		err := fmt.Errorf("tried with seed %d: %s%s", seed, e.Message, indented(e.Stderr))
		return trial{}, hinted(err, "it has to run by itself, in this folder, with the environment PATH, HOME and what pass_env: names")
	}
	text, err := e.Trace.Bytes()
	if err != nil {
		e.Close()
		return trial{}, err
	}
	_, events, _ := bytes.Cut(text, []byte("\n"))
	return trial{e, raw, events}, nil
}

func indented(stderr []byte) string {
	text := ""
	lines := strings.Split(strings.TrimSpace(string(stderr)), "\n")
	for _, line := range lines[max(0, len(lines)-10):] {
		if line != "" {
			text += "\n  " + printable(line)
		}
	}
	return text
}

// formatOfOutput guesses the format that all outputs have.
func formatOfOutput(trials []trial) golden.Output {
	all := func(is func([]byte) bool) bool {
		return !slices.ContainsFunc(trials, func(t trial) bool { return !is(t.raw) })
	}
	switch {
	case all(isJSON):
		return golden.OutputJSON
	case all(isJSONLines):
		return golden.OutputJSONL
	case all(func(b []byte) bool { return utf8.Valid(b) && bytes.IndexByte(b, 0) < 0 }):
		return golden.OutputText
	default:
		return golden.OutputBytes
	}
}

// initJSON is what the trials showed.
type initJSON struct {
	Version     int           `json:"version"`
	File        string        `json:"file"`
	Workflow    string        `json:"workflow"`
	Command     []string      `json:"command"`
	Output      golden.Output `json:"output"`
	Fingerprint []string      `json:"fingerprint"` // patterns of what else the program is made of
	Seconds     float64       `json:"seconds"`
	Silent      bool          `json:"silent"` // it left nothing to compare
	Steady      bool          `json:"steady"` // twice with one seed, it did the same
	Seeded      bool          `json:"seeded"` // with another seed, it did something else
}

func newInitJSON(w harness.WorkflowConfig, trials []trial, output string) initJSON {
	again, other := trials[0].sameAs(trials[1]), trials[0].sameAs(trials[2])
	return initJSON{jsonVersion, output, w.Name, w.Command, w.Output, append([]string{}, w.Fingerprint...), trials[0].Circumstances.Duration().Seconds(),
		len(trials[0].raw) == 0 && trials[0].Trace.Events() == 0, again, !other}
}

// sameAs compares all but the seed: output, artifacts and how it ended.
func (t trial) sameAs(u trial) bool { return bytes.Equal(t.events, u.events) }

// tell says what the trials showed.
func (a *app) tell(j initJSON) {
	a.say("%s: workflow %s, output %s, %v a run", j.File, j.Workflow, j.Output,
		time.Duration(j.Seconds*float64(time.Second)).Round(time.Millisecond))
	switch {
	case j.Silent:
		a.warn("it printed nothing and left no artifact: there is nothing to compare")
		a.hint("print what matters, or write it into the folder $SHADOWRUN_OUT or, as JSON lines, to $SHADOWRUN_TRACE (trace: file)")
		return
	case !j.Steady:
		a.warn("twice with seed 1, it did not do the same; a soak says what differs and why")
	case !j.Seeded:
		a.warn("seed 2 made no difference: does it take the seed? {seed} in an argument, or SHADOWRUN_SEED")
	}
	a.hint("next: shadowrun --quick%s", configHint(j.File))
}

func configHint(output string) string {
	if output == configName {
		return ""
	}
	return " --config " + soak.ShellQuote(output)
}
