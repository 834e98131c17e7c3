// Package cmd is the command line: a file a subcommand.
//
// An engine that is written in Go makes a binary of its own, whose main function is
//
//	func main() { cmd.Main(mine, another) }
//
// and has every command for its workflows.
package cmd

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/pipeline"
	"github.com/shadowrun/shadowrun/harness/reference"
	"github.com/shadowrun/shadowrun/harness/soak"
)

// Main runs the command line with these workflows, or the reference ones if there are none,
// and exits with its status.
func Main(workflows ...harness.Workflow) {
	if len(workflows) == 0 {
		workflows = append(reference.Workflows(), onlyNamed{pipeline.NewWorkflow(nil)})
	}
	harness.RunChild(workflows...)
	os.Exit(Run(context.Background(), workflows, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// Exit statuses. Those of a soak's outcome are [soak.Outcome.ExitStatus].
const (
	exitOK           = 0
	exitFail         = 1
	exitUsage        = 2
	exitInconclusive = 3
	exitInterrupted  = 4
)

// Run runs one command and returns its exit status. It does not exit, and leaves nothing
// running.
func Run(ctx context.Context, workflows []harness.Workflow, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := &app{voice: newVoice(stderr), workflows: workflows, stdin: stdin, out: stdout}
	root := a.root()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	return a.status(err)
}

// app is what the commands share.
type app struct {
	voice
	workflows []harness.Workflow
	stdin     io.Reader
	out       io.Writer // for data

	stateFlag  string
	configFlag string
	json       bool
	builtIn    bool   // the configuration is made of this binary's workflows, since none names others
	soakFlag   string // names the soak in commands to paste, where there are several
}

// exitError ends a command with a status; what there is to say has been said.
type exitError int

func (exitError) Error() string { return "" }

// failure is an error that ends a command with another status than that of usage.
type failure struct {
	error
	status int
	hints  []string
}

func (f failure) Unwrap() error { return f.error }

// hinted is an error with what to do about it.
func hinted(err error, hints ...string) error { return failure{err, exitUsage, hints} }

// status reports an error and turns it into an exit status.
func (a *app) status(err error) int {
	var exit exitError
	var fail failure
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &exit):
		return int(exit)
	case errors.As(err, &fail):
		a.fail(err, fail.hints...)
		return fail.status
	case errors.Is(err, soak.ErrNoSoak):
		a.fail(err, "'shadowrun --quick' runs one; --state DIR names another folder")
		return exitUsage
	default:
		a.fail(err)
		return exitUsage
	}
}

func (a *app) root() *cobra.Command {
	root := a.runCommand()
	root.Use = "shadowrun"
	root.Short = "Does it do the same thing again, given the same seed?"
	root.SilenceErrors, root.SilenceUsage = true, true
	root.Args = unknownCommand
	root.PersistentPreRunE = noEmptyFlag
	root.SetFlagErrorFunc(wrongFlag)
	root.PersistentFlags().StringVar(&a.stateFlag, "state", "", "state `folder` (default $XDG_STATE_HOME/shadowrun)")
	root.PersistentFlags().BoolVar(&a.json, "json", false, "print the facts as JSON")
	root.CompletionOptions.HiddenDefaultCmd = false
	run := a.runCommand()
	run.Use = "run"
	root.AddCommand(run, a.planCommand(), a.listCommand(), a.initCommand(), a.replayCommand(), a.showCommand(),
		a.explainCommand(), a.labCommand(), a.doctorCommand(), a.diffCommand(), a.summaryCommand(), a.findingsCommand(), a.rulesCommand(), a.goldenCommand(), a.stopCommand(), a.versionCommand(),
		a.statusCommand(), a.checkCommand(), a.sanityCommand())
	root.AddCommand(a.debugCommand(), a.captureCommand(), a.deployCommand(), a.monitorCommand(), a.runbookCommand(), a.tabletopCommand(), a.verifyCommand())
	root.AddCommand(a.pipelineCommand(), a.reportCommand(), a.gateCommand())
	return root
}
