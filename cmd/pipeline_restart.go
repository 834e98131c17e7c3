package cmd

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness/pipeline"
	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

func (a *app) pipelineRestartCommand(f *pipelineFlags) *cobra.Command {
	var from string
	var fresh bool
	var seed uint64
	c := &cobra.Command{
		Use:   "restart ID --from STAGE | --fresh",
		Short: "Let a project begin anew, from a stage or altogether",
		Long: `--from lets a stage and those after it begin anew; those before it stay completed, and their artifacts are
checked first. --fresh moves the whole project into .somas/archive and begins it again with the same seed: also one
whose files are past mending, where --seed has to say it. One that is cut off half-way goes on with the next command
that changes the project. A restart starts no engine: 'run' does.`,
		Example: `  shadowrun pipeline restart project-1 --from implement --reason "the compiler is back"
  shadowrun pipeline restart project-1 --fresh --reason "the log is lost" --dry-run`,
		Args: arguments(1, 1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := errors.Join(oneOf(c, "from", "fresh"), oneOf(c, "from", "seed")); err != nil {
				return err
			}
			if from == "" && !fresh {
				return hinted(errors.New("where is it to begin? --from STAGE, or --fresh"),
					"the stages are "+names(project.Stages), "'"+f.paste("shadowrun pipeline status "+args[0])+"' shows which are completed")
			}
			return a.changed(c, f, func(o pipeline.Operator) (pipeline.Done, error) {
				if fresh && c.Flags().Changed("seed") {
					return o.RestartFresh(args[0], &seed)
				}
				if fresh {
					d, err := o.RestartFresh(args[0], nil)
					if damage, _ := damageOf(err); len(damage) > 0 {
						err = hinted(fmt.Errorf("%s: it is damaged, and so its seed is not known: say it, with --seed N", args[0]),
							"'"+f.paste("shadowrun pipeline doctor "+args[0])+"' says what is wrong with it, and what mends it")
					}
					return d, err
				}
				return o.RestartFrom(args[0], project.Stage(from))
			})
		},
	}
	f.addChange(c, why)
	c.Flags().StringVar(&from, "from", "", "the `stage` that begins anew, and those after it")
	c.Flags().BoolVar(&fresh, "fresh", false, "archive the project, and begin it again")
	c.Flags().Uint64Var(&seed, "seed", 0, "with --fresh: another seed than before")
	return c
}

func (a *app) pipelineResumeCommand(f *pipelineFlags) *cobra.Command {
	var checkpoint string
	c := &cobra.Command{
		Use:   "resume ID",
		Short: "Let a project go on after a checkpoint",
		Long: `Lets the stages after a checkpoint begin anew: after the last one, unless --checkpoint names another. Every
completed stage is a checkpoint. What the completed stages made is checked first. 'run' goes on from there.`,
		Example: `  shadowrun pipeline resume project-1 --reason "the service answers again"
  shadowrun pipeline status project-1 --json | jq -r '.checkpoints[].id'
  shadowrun pipeline resume project-1 --checkpoint checkpoint-7 --reason "verify was wrong"`,
		Args: arguments(1, 1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.changed(c, f, func(o pipeline.Operator) (pipeline.Done, error) { return o.Resume(args[0], checkpoint) })
		},
	}
	f.addChange(c, why)
	c.Flags().StringVar(&checkpoint, "checkpoint", "", "the checkpoint's `id` (default the last one)")
	return c
}

func (a *app) pipelineUnstickCommand(f *pipelineFlags) *cobra.Command {
	return a.pipelineChange(f, &cobra.Command{
		Use:   "unstick ID",
		Short: "Let a stage begin anew at which nobody works any more",
		Long: `Resets a stage that is in progress though its engine is dead. An engine that is at work holds the project, and
is named; end it first (kill PID) where it hangs.`,
		Example: `  shadowrun pipeline unstick project-1 --reason "its host was rebooted"`,
	}, pipeline.Operator.Unstick)
}

func (a *app) pipelineApproveCommand(f *pipelineFlags) *cobra.Command {
	return a.pipelineChange(f, &cobra.Command{
		Use: "approve ID", Short: "Let the stage begin that waits for a person",
		Example: `  shadowrun pipeline approve project-1 --reason "reviewed, CHG-118" --who ada`,
	}, pipeline.Operator.Approve)
}

func (a *app) pipelineRejectCommand(f *pipelineFlags) *cobra.Command {
	return a.pipelineChange(f, &cobra.Command{
		Use: "reject ID", Short: "Refuse the stage that waits for a person: the project fails",
		Long:    "Fails a project at its human gate. 'restart --from' lets it begin anew from any stage.",
		Example: `  shadowrun pipeline reject project-1 --reason "the migration is missing"`,
	}, pipeline.Operator.Reject)
}

// pipelineChange makes a command of an operation that is about a project and nothing else.
func (a *app) pipelineChange(f *pipelineFlags, c *cobra.Command, change func(pipeline.Operator, string) (pipeline.Done, error)) *cobra.Command {
	c.Args = arguments(1, 1)
	c.RunE = func(c *cobra.Command, args []string) error {
		return a.changed(c, f, func(o pipeline.Operator) (pipeline.Done, error) { return change(o, args[0]) })
	}
	f.addChange(c, why)
	return c
}
