package cmd

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/replay/lab"
)

type labFlags struct {
	pin, vary []string
	factors   bool
	report    string
	verbose   bool
}

func (a *app) labCommand() *cobra.Command {
	var f labFlags
	c := &cobra.Command{
		Use:   "lab [--pin FACTOR[=LEVEL],…] [--vary FACTOR[=LEVEL],…] -- COMMAND [ARGUMENT …]",
		Short: "Run a command with parts of its world pinned or varied",
		Long: `Runs any command under a treatment: the wall clock frozen, randomness from a seed, another host name, and so
on. What is not named is left as it is. 'shadowrun lab --factors' lists what there is, with the default
levels of --pin and --vary; 'shadowrun doctor' says what works on this machine. What does not is an error before
anything is run.

Standard input, output and error are the command's own. Its descendants end with it.

Exit status: the command's; 128 and the signal's number where a signal ended it; 127 no such command, 126 it
can't be executed, 125 the lab failed, 2 nothing was run.`,
		Example: `  shadowrun lab --pin clock,entropy -- python3 flow.py
  shadowrun lab --pin clock=2024-02-29T23:59:59Z --vary tz=Asia/Kathmandu -- date
  shadowrun lab --vary readdir,cpus=64 -v -- node build.js
  shadowrun lab --factors`,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error { return a.lab(c, args, &f) },
	}
	flags := c.Flags()
	flags.SetInterspersed(false) // what follows the command is the command's
	flags.StringArrayVar(&f.pin, "pin", nil, "hold these `factors` constant; may be given again")
	flags.StringArrayVar(&f.vary, "vary", nil, "make these `factors` other than they are; may be given again")
	flags.BoolVar(&f.factors, "factors", false, "list the factors with their levels, and run nothing")
	flags.StringVar(&f.report, "report", "", "leave what the lab saw of the run in this `file`, as JSON")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "say on standard error what is treated, and what was seen of it")
	return c
}

func (a *app) lab(c *cobra.Command, args []string, f *labFlags) error {
	switch {
	case f.factors && len(args) > 0:
		return errors.New("--factors runs nothing: leave the command out")
	case f.factors:
		return a.listFactors()
	case a.json:
		return hinted(errors.New("--json: standard output is the command's"), "--report FILE leaves what the lab saw as JSON")
	case len(args) == 0:
		return hinted(errors.New("no command; want one behind --"), helpHint(c))
	}
	t, err := lab.ParseTreatment(split(f.pin), split(f.vary))
	if err != nil {
		return hinted(err, "'shadowrun lab --factors' lists them with their levels")
	}
	if _, ok := t["external"]; ok {
		return errors.New("external: outside calls are a workflow's, and recorded with its run; set external in the configuration")
	}
	b, clear, err := newBench("lab")
	if err != nil {
		return err
	}
	defer clear()
	if err := a.available(c, t, b.self, filepath.Join(b.scratch, "probe")); err != nil {
		return err
	}
	return a.treat(args, t, b.self, filepath.Join(b.scratch, "run"), f)
}

// split takes lists apart at their commas. No level holds one.
func split(lists []string) (items []string) {
	for _, list := range lists {
		items = append(items, strings.Split(list, ",")...)
	}
	return items
}

// available refuses a treatment that this machine can't give.
func (a *app) available(c *cobra.Command, t lab.Treatment, self []string, scratch string) error {
	if len(t) == 0 {
		return nil
	}
	if err := os.Mkdir(scratch, 0o700); err != nil {
		return err
	}
	probed := lab.Probe(c.Context(), self, scratch, slices.Sorted(maps.Keys(t))...)
	var why []error
	for _, missing := range t.Unavailable(probed) {
		why = append(why, fmt.Errorf("%s is not available here: %s", missing.Factor, missing.Why))
	}
	if len(why) > 0 {
		return hinted(errors.Join(why...), "nothing was run; 'shadowrun doctor' says what works here")
	}
	return nil
}

// treat runs the command and ends as it does.
func (a *app) treat(args []string, t lab.Treatment, self []string, scratch string, f *labFlags) error {
	if err := os.Mkdir(scratch, 0o700); err != nil {
		return err
	}
	reportFile := f.report
	if reportFile == "" {
		reportFile = filepath.Join(scratch, "report.json")
	}
	task := lab.Task{Treatment: t, Argv: args, Env: os.Environ(), Scratch: scratch, Report: reportFile}
	if f.report != "" {
		os.Remove(f.report) // one of an earlier run would pass for this one's
	}
	if f.verbose {
		a.sayTreatment(t)
	}
	argv, env, err := task.Command(self)
	if err != nil {
		return err
	}
	status, err := a.pass(argv, env)
	if err != nil {
		return err
	}
	report, err := lab.ReadReport(reportFile)
	if err != nil {
		return failure{err, status, nil}
	}
	if f.verbose {
		a.sayReport(report)
	}
	for _, escaped := range report.Uncovered {
		a.warn("not covered: %s", printable(escaped))
	}
	if report.Error != "" {
		return failure{fmt.Errorf("the lab failed, so the run says nothing: %s", strings.TrimPrefix(report.Error, "lab: ")), exitLab, nil}
	}
	if status != 0 {
		return exitError(status)
	}
	return nil
}

// exitLab is the exit status where the lab failed, as env(1) has it.
const exitLab = 125

// passed are the signals that go on to the command.
var passed = []os.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGUSR1, syscall.SIGUSR2}

// pass runs a process that has this one's standard streams and gets its signals, and returns its exit status. It is in
// a group of its own, so that what a terminal sends comes once.
func (a *app) pass(argv, env []string) (status int, err error) {
	runtime.LockOSThread() // it dies with the thread that started it
	defer runtime.UnlockOSThread()
	c := exec.Command(argv[0], argv[1:]...)
	c.Env, c.Stdin, c.Stdout, c.Stderr, c.SysProcAttr = env, a.stdin, a.out, a.voice.err, dependent()
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, passed...)
	defer signal.Stop(signals)
	if err := c.Start(); err != nil {
		return 0, err
	}
	ended, joined := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(joined)
		for {
			select {
			case s := <-signals:
				c.Process.Signal(s)
			case <-ended:
				return
			}
		}
	}()
	err = c.Wait()
	close(ended)
	<-joined
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		if s := exit.Sys().(syscall.WaitStatus); s.Signaled() {
			return 128 + int(s.Signal()), nil
		}
		return exit.ExitCode(), nil
	}
	return 0, err
}
