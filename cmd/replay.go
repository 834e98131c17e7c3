package cmd

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/soak"
	"github.com/shadowrun/shadowrun/replay"
)

type replayFlags struct {
	times   int
	variant string
	soak    int64
	all     bool
	output  string
}

func (a *app) replayCommand() *cobra.Command {
	var f replayFlags
	c := &cobra.Command{
		Use:   "replay RUN",
		Short: "Run one run of a soak again, and compare it with its golden",
		Long: `Runs a run of the soak again, with the same workflow, seed, run id and folders, and compares what
it does with its golden. It may be done while the soak runs.

Exit status: 0 every replay matched or leaked only, 1 one did not, 3 none could be compared.`,
		Example: "  shadowrun replay c12r3\n  shadowrun replay c12r3 -n 10 --variant loaded",
		Args:    arguments(1, 1),
		RunE:    func(c *cobra.Command, args []string) error { return a.replay(c, args[0], &f) },
	}
	flags := c.Flags()
	flags.IntVarP(&f.times, "times", "n", 1, "how often")
	flags.StringVar(&f.variant, "variant", "", "again, loaded or resumed (default again)")
	flags.Int64Var(&f.soak, "soak", 0, "of the soak of this `number` (default the latest)")
	flags.StringVar(&a.configFlag, "config", "", "configuration `file`, for values that the ledger has redacted")
	flags.BoolVarP(&f.all, "verbose", "v", false, "show all differences")
	flags.StringVar(&f.output, "output", "", "also write the trace of the first replay that differs to this `file`")
	return c
}

func (a *app) replay(c *cobra.Command, name string, f *replayFlags) error {
	at, err := harness.ParsePosition(name)
	if err != nil {
		return err
	}
	if f.times < 1 || f.times > 100_000 {
		return errors.New("-n: want 1 to 100000")
	}
	return a.withSoak(f.soak, func(s *soak.State, of ledger.Soak) error {
		r, err := a.replayable(s, of, at, f.variant, " replay")
		if err != nil {
			return err
		}
		r.output = f.output
		defer r.older.Trace.Close()
		defer r.runner.Close()
		ctx, _, release := a.signals(c.Context(), 0)
		defer release()
		err = r.runner.Replay(ctx, r.planned, r.older, f.times, func(result *harness.ReplayResult) {
			r.take(result)
		})
		if err == nil {
			err = r.drift(ctx)
		}
		if err != nil && len(r.verdicts) == 0 {
			return failure{err, soak.Interrupted.ExitStatus(), nil}
		}
		return cmp.Or(a.reportReplays(r, f), interrupted(err))
	})
}

// interrupted returns what ends a command that was stopped before its end.
func interrupted(err error) error {
	if err == nil {
		return nil
	}
	return failure{fmt.Errorf("not all replays were made: %w", err), soak.Interrupted.ExitStatus(), nil}
}

// replays is a run that is replayed, and what came of it.
type replays struct {
	app      *app
	state    *soak.State
	planned  harness.PlannedRun
	key      ledger.RunKey
	runner   *harness.Runner
	older    harness.OlderRun
	output   string
	verdicts map[replay.Verdict]int
	made     int
	differ   int
	compared int
	pooled   []replay.Difference
	known    map[string]bool
	unknown  string
	rows     []ledger.Replay
}

// replayable finds a run and makes ready to run it again, under a variant (default again). The
// owner tells the processes of one purpose from those of another.
func (a *app) replayable(s *soak.State, of ledger.Soak, at harness.Position, variant, owner string) (*replays, error) {
	key := ledger.RunKey{Soak: of.ID, Cycle: at.Cycle, Position: at.Run}
	older, planned, err := soak.Older(s, key)
	if err != nil {
		return nil, err
	}
	a.warnStopped(s.Dir)
	planned.Variant = harness.VariantAgain
	if variant != "" {
		planned.Variant = harness.Variant(variant)
		planned.Kill = 0.5
	}
	here, err := a.readConfig()
	if err != nil && a.configFlag != "" {
		return nil, err
	}
	if err != nil {
		here = harness.Config{} // the soak's own is in the ledger; this one is for redacted values only
	}
	config, err := soak.RestoreConfig(of.Config, here)
	if err != nil {
		return nil, err
	}
	for i := range config.Workflows {
		if w := &config.Workflows[i]; w.Name == planned.Workflow && variant != "" {
			w.Variants = []harness.Variant{planned.Variant}
		}
	}
	if err := config.Validate(); err != nil {
		return nil, err
	}
	runner := &harness.Runner{Config: config, Workflows: a.workflows, StateDir: s.Dir, Owner: s.Dir + owner, SoakID: soak.FolderName(of.ID)}
	if err := runner.Prepare(); err != nil {
		return nil, err
	}
	return &replays{app: a, state: s, planned: planned, key: key, runner: runner, older: older,
		verdicts: map[replay.Verdict]int{}, known: map[string]bool{}}, nil
}

// take notes the result of one replay.
func (r *replays) take(result *harness.ReplayResult) {
	checked := result.Checked
	r.verdicts[checked.Verdict]++
	r.made += max(1, checked.Replays)
	r.compared += checked.Replays
	r.differ += checked.Differing
	if checked.Verdict == replay.VerdictUnknown {
		r.unknown = checked.Why
	}
	for _, d := range checked.Differences {
		if !r.known[d.Path+"\x00"+d.GotPath] {
			r.known[d.Path+"\x00"+d.GotPath] = true
			r.pooled = append(r.pooled, d)
		}
	}
	if result.Got != nil && r.output != "" {
		if err := writeTrace(r.output, result.Got); err != nil {
			r.app.warn("%v", err)
		}
		r.output = ""
	}
	r.rows = append(r.rows, ledger.Replay{
		Run: r.key, Kind: ledger.ReplayManual, Variant: string(result.Variant), Verdict: checked.Verdict,
		Replays: checked.Replays, Differing: checked.Differing, Differences: len(checked.Differences), Why: checked.Why,
		Started: result.Started, Duration: result.Duration, Restorations: result.Restorations, Found: soak.Found(checked),
	})
}

// stepsOf returns the pointers of a trace's events.
func stepsOf(t *golden.Trace) ([]string, error) {
	text, err := t.Bytes()
	if err != nil {
		return nil, err
	}
	return replay.Steps(text)
}

func writeTrace(path string, t *golden.Trace) error {
	return writeFile(path, t.Reader())
}

type replaysJSON struct {
	Version     int                 `json:"version"`
	Run         string              `json:"run"`
	Workflow    string              `json:"workflow"`
	Seed        uint64              `json:"seed"`
	Variant     string              `json:"variant"`
	Verdict     replay.Verdict      `json:"verdict"`
	Replays     int                 `json:"replays"`
	Differing   int                 `json:"differing"`
	Why         string              `json:"why,omitempty"`
	Differences []replay.Difference `json:"differences"`
}

func (a *app) reportReplays(r *replays, f *replayFlags) error {
	r.remember()
	verdict := r.worst()
	if a.json {
		j := replaysJSON{jsonVersion, r.planned.ID, r.planned.Workflow, r.planned.Seed, string(r.planned.Variant), verdict,
			r.made, r.differ, r.unknown, emptyNotNil(r.pooled)}
		if err := a.printJSON(j); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(a.out, "%s under %s: %s: %d of %s %s\n", r.planned, r.planned.Variant, verdict,
			r.differ, quantity(r.made, "replay"), map[bool]string{true: "differs", false: "differ"}[r.differ == 1])
		if changed := r.changedSince(); changed != "" {
			fmt.Fprintf(a.out, "  %s\n", changed)
		}
		if r.unknown != "" {
			fmt.Fprintf(a.out, "  not replayable: %s\n", printable(r.unknown))
		}
		steps, err := stepsOf(r.older.Trace)
		if err != nil {
			return err
		}
		a.writeDifferences(r.pooled, steps, f.all)
	}
	switch {
	case r.compared == 0:
		return exitError(exitInconclusive)
	case verdict == replay.VerdictViolation || verdict == replay.VerdictDrift:
		return exitError(exitFail)
	}
	return nil
}

func (r *replays) worst() replay.Verdict {
	for _, v := range []replay.Verdict{replay.VerdictViolation, replay.VerdictDrift, replay.VerdictLeak, replay.VerdictMatch} {
		if r.verdicts[v] > 0 {
			return v
		}
	}
	return replay.VerdictUnknown
}

// remember records the replays in the ledger, where this user may write it.
func (r *replays) remember() {
	l, err := ledger.Append(soak.LedgerPath(r.state.Dir))
	if err != nil {
		return // somebody else's soak: its record is not ours to write
	}
	defer l.Close()
	for _, row := range r.rows {
		if _, err := l.AppendReplay(row); err != nil {
			r.app.warn("the replay is not in the ledger: %v", err)
			return
		}
	}
}

func emptyNotNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
