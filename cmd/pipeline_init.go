package cmd

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness/pipeline"
)

// starterConfig is what init writes: every setting with its default.
const starterConfig = `# The pipeline's configuration. Each setting here is the default; what is left out has it too.
pipeline:
  enabled: true                 # false: no stage is started ('shadowrun pipeline stop-all' writes it)
  stage_timeout: 1h             # how long an attempt at a stage may take
  stage_timeouts:
    implement: 4h
  human_gates: [release]        # a person lets these begin: 'shadowrun pipeline approve'

error_handling:
  retries: 3                    # of a stage that failed, after its first attempt
  debugger: debugger            # the agent that looks at validation failures
  circuit_breaker:              # each project has one for each service
    failure_threshold: 5        # failures in a row that open it
    recovery_timeout: 60        # seconds that it stays open
    half_open_requests: 3       # test calls that have to succeed before it closes

quality_gates:                  # what a stage's measures have to be: {min: 80}, {max: 0}, or both
  verify:
    coverage: {min: 80}
    failed_tests: {max: 0}

monitoring:
  alerts:                       # 'shadowrun pipeline health' judges by these
    enabled: true
    thresholds:                 # above these it is critical; it warns earlier
      pipeline_duration_hours: 72
      error_rate_percent: 20
      human_wait_time_hours: 48
      dead_letters: 10
      stage_retries: 3
  notifications:
    enabled: true
    notify_on: [stage_completed, human_gate_opened, error_occurred, pipeline_completed]
    # Whom to tell; each that is set is told. Without one nobody is.
    # command: [./notify.sh]    # gets the notice as JSON on standard input
    # webhook: https://chat.example.com/hooks/pipeline
    # file: notices.jsonl

# Who works at the stages. An agent is a file such as .somas/agents/coder.yml:
#   stages: [implement, integrate]
#   command: [python3, coder.py]  # gets the task as JSON on standard input, answers as JSON
#   service: ai_api               # whose circuit breaker guards it
#   credentials: [AI_API_KEY]     # environment variables that it needs
#   timeout: 10m
agents:
  default: stub                 # works at every stage that no file names; built in, and seeded
`

func (a *app) pipelineInitCommand(f *pipelineFlags) *cobra.Command {
	var dryRun bool
	c := &cobra.Command{
		Use:   "init",
		Short: "Write a configuration to begin with: .somas/config.yml, with comments",
		Long: `Writes .somas/config.yml, in which every setting has its default and says what it is for. A
configuration that is there is never written over.`,
		Example: "  shadowrun pipeline init\n  shadowrun pipeline init --root /srv/builds",
		Args:    arguments(0, 0),
		RunE: func(*cobra.Command, []string) error {
			d := pipeline.Done{Operation: "init", DryRun: dryRun, Did: []string{}, Next: f.paste("shadowrun pipeline create")}
			path := pipeline.ConfigPath(f.root)
			if fileExists(path) {
				return hinted(fmt.Errorf("%s is there already", path), "'"+f.paste("shadowrun pipeline create")+"' begins a project; to begin with the defaults, move the file away")
			}
			d.Did = append(d.Did, "wrote "+path)
			if dryRun {
				return a.printDone(d)
			}
			if err := os.MkdirAll(filepath.Join(filepath.Dir(path), "agents"), 0o755); err != nil {
				return err
			}
			if err := writeFile(path, strings.NewReader(starterConfig)); err != nil {
				return err
			}
			return a.printDone(d)
		},
	}
	c.Flags().BoolVar(&dryRun, "dry-run", false, "say what would be done, and change nothing")
	return c
}

func (a *app) pipelineCreateCommand(f *pipelineFlags) *cobra.Command {
	var seed uint64
	c := &cobra.Command{
		Use:   "create [ID]",
		Short: "Begin a project",
		Long: `Begins a project, with the next number that is free unless an id is given (project-N). The built-in agent's
work, and where it fails, follows from the seed.`,
		Example: "  shadowrun pipeline create\n  shadowrun pipeline create project-12 --seed 7",
		Args:    arguments(0, 1),
		RunE: func(_ *cobra.Command, args []string) error {
			o, err := f.reader()
			if err != nil {
				return err
			}
			o.Actor, o.DryRun, o.Reason = f.actor(), f.dryRun, strings.TrimSpace(f.reason)
			if o.Reason == "" {
				o.Reason = "a new project" // who begins something puts nothing at risk
			}
			d, err := o.Create(argument(args), seed)
			return a.finish(f, d, err)
		},
	}
	f.addChange(c, why)
	c.Flags().Uint64Var(&seed, "seed", 1, "what the built-in agent's work follows from")
	return c
}

// argument is the one that may be left out.
func argument(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[len(args)-1]
}
