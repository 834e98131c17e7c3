package cmd

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness/pipeline"
	"github.com/shadowrun/shadowrun/harness/pipeline/project"
	"github.com/shadowrun/shadowrun/harness/soak"
)

// pipelineFlags are what the commands of the pipeline share.
type pipelineFlags struct {
	root, reason, who string
	dryRun            bool
}

func (a *app) pipelineCommand() *cobra.Command {
	f := &pipelineFlags{}
	c := group(&cobra.Command{
		Use:   "pipeline",
		Short: "The reference pipeline: run it, watch it, break it and mend it",
		Long: `A pipeline takes projects through eleven stages: intake, specify, plan, decompose, implement, verify,
integrate, harden, release, operate, analyze. Each project is a folder below .somas/projects, which can be
killed at any instant and goes on where it was.

  to begin             init, create, run
  to look              status, list, history, health, backups
  when it failed       restart, resume, dead-letters
  when it waits        approve, reject, breaker, unstick
  agents and gates     agent, gate
  when it is damaged   doctor, restore, reconstruct, rollback
  in an emergency      stop-all, start-all, escalate, incident

What changes a project is an entry in its audit log, with who did it and why: --reason is asked for.
--dry-run says what would be done, and changes nothing.`,
		Example: `  shadowrun pipeline init
  shadowrun pipeline create --seed 7
  shadowrun pipeline run project-1 --watch
  shadowrun pipeline status project-1
  shadowrun pipeline restart project-1 --from implement --reason "the compiler is back"`,
	})
	c.PersistentFlags().StringVar(&f.root, "root", ".", "the `folder` that has .somas")
	c.AddCommand(a.pipelineInitCommand(f), a.pipelineCreateCommand(f), a.pipelineRunCommand(f),
		a.pipelineStatusCommand(f), a.pipelineListCommand(f), a.pipelineHistoryCommand(f), a.pipelineHealthCommand(f),
		a.pipelineRestartCommand(f), a.pipelineResumeCommand(f), a.pipelineUnstickCommand(f), a.pipelineApproveCommand(f), a.pipelineRejectCommand(f),
		a.pipelineBreakerCommand(f), a.pipelineLettersCommand(f), a.pipelineAgentCommand(f), a.pipelineGateCommand(f),
		a.pipelineDoctorCommand(f), a.pipelineBackupsCommand(f), a.pipelineRestoreCommand(f), a.pipelineReconstructCommand(f), a.pipelineRollbackCommand(f),
		a.pipelineStopAllCommand(f), a.pipelineStartAllCommand(f), a.pipelineEscalateCommand(f), a.pipelineIncidentCommand(f))
	return c
}

// addChange adds the flags of a command that changes something.
func (f *pipelineFlags) addChange(c *cobra.Command, reason string) {
	flags := c.Flags()
	flags.StringVar(&f.reason, "reason", "", reason)
	flags.StringVar(&f.who, "who", "", "on whose behalf (default the user, before any sudo)")
	flags.BoolVar(&f.dryRun, "dry-run", false, "say what would be done, and change nothing")
}

// why is what --reason is, of most commands.
const why = "why, for the audit log"

// reader is an operator who only looks.
func (f *pipelineFlags) reader() (pipeline.Operator, error) {
	info, err := os.Stat(f.root)
	if err == nil && !info.IsDir() {
		err = errors.New("it is no folder")
	}
	if err != nil {
		return pipeline.Operator{}, hinted(fmt.Errorf("--root %s: %w", f.root, err), "--root DIR names the folder that has .somas")
	}
	return pipeline.Operator{Root: f.root, Now: time.Now}, nil
}

// operator is one who changes something, and so says why. Of a dry run nothing is kept, and no reason is asked for.
func (f *pipelineFlags) operator(c *cobra.Command) (pipeline.Operator, error) {
	o, err := f.reader()
	if err != nil {
		return o, err
	}
	o.Actor, o.Reason, o.DryRun = f.actor(), strings.TrimSpace(f.reason), f.dryRun
	if o.Reason == "" && f.dryRun {
		o.Reason = "dry run"
	}
	if o.Reason == "" {
		usage := c.Flag("reason").Usage
		return o, hinted(fmt.Errorf("'%s' is entered in the audit log: --reason is missing", c.CommandPath()),
			"--reason TEXT says "+usage, "--dry-run says what would be done, and changes nothing")
	}
	return o, nil
}

func (f *pipelineFlags) actor() string { return cmp.Or(f.who, who(), "uid "+strconv.Itoa(os.Getuid())) }

// paste is a command that can be typed as it stands, in this root.
func (f *pipelineFlags) paste(command string) string {
	rest, ours := strings.CutPrefix(command, "shadowrun pipeline ")
	if !ours || f.root == "." {
		return command
	}
	return "shadowrun pipeline --root " + soak.ShellQuote(f.root) + " " + rest
}

// changed carries out what an operator asks for, and prints what came of it.
func (a *app) changed(c *cobra.Command, f *pipelineFlags, change func(pipeline.Operator) (pipeline.Done, error)) error {
	o, err := f.operator(c)
	if err != nil {
		return err
	}
	d, err := change(o)
	return a.finish(f, d, err)
}

// finish prints what an operation did. What failed after something was done is said after that.
func (a *app) finish(f *pipelineFlags, d pipeline.Done, err error) error {
	if err != nil && len(d.Did) == 0 {
		return f.refused(err)
	}
	if d.Next == "" && d.Project != "" && d.Status != project.Completed {
		d.Next = "shadowrun pipeline status " + d.Project
	}
	d.Next = f.paste(d.Next)
	if printed := a.printDone(d); printed != nil {
		return printed
	}
	if err != nil {
		var refused failure
		err = f.refused(err)
		errors.As(err, &refused)
		return failure{err, exitFail, append([]string{"not all of it was done: put right what is named here, then once more"}, refused.hints...)}
	}
	return nil
}
