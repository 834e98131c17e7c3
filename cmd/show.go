package cmd

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/soak"
	"github.com/shadowrun/shadowrun/replay"
)

func (a *app) showCommand() *cobra.Command {
	var id int64
	var all, trace bool
	c := &cobra.Command{
		Use:     "show RUN",
		Short:   "Show all that is known of a run, with its standard error",
		Example: "  shadowrun show c12r3\n  shadowrun show c12r3 --trace | jq .",
		Args:    arguments(1, 1),
		RunE: func(_ *cobra.Command, args []string) error {
			at, err := harness.ParsePosition(args[0])
			if err != nil {
				return err
			}
			return a.withSoak(id, func(s *soak.State, of ledger.Soak) error {
				key := ledger.RunKey{Soak: of.ID, Cycle: at.Cycle, Position: at.Run}
				if trace {
					return a.showTrace(s, key)
				}
				return a.show(s, key, all)
			})
		},
	}
	c.Flags().Int64Var(&id, "soak", 0, "of the soak of this `number` (default the latest)")
	c.Flags().BoolVarP(&all, "verbose", "v", false, "show all differences")
	c.Flags().BoolVar(&trace, "trace", false, "print its golden, an event a line, and nothing else")
	return c
}

func (a *app) showTrace(s *soak.State, key ledger.RunKey) error {
	older, _, err := soak.Older(s, key)
	if err != nil {
		return err
	}
	defer older.Trace.Close()
	_, err = io.Copy(a.out, older.Trace.Reader())
	return err
}

type replayJSON struct {
	ID           int64               `json:"id"`
	Cycle        int                 `json:"cycle"` // 0: by hand
	Kind         string              `json:"kind"`
	Variant      string              `json:"variant"`
	Verdict      string              `json:"verdict"`
	Replays      int                 `json:"replays"`
	Differing    int                 `json:"differing"`
	Why          string              `json:"why"`
	GotDigest    string              `json:"got_digest,omitempty"`
	Started      time.Time           `json:"started"`
	Seconds      float64             `json:"seconds"`
	Restorations int                 `json:"restorations"`
	Differences  []replay.Difference `json:"differences"`
	Covered      []coveredJSON       `json:"covered"`
}

// showJSON is all that is known of a run.
type showJSON struct {
	Version       int                   `json:"version"`
	Soak          int64                 `json:"soak"`
	Run           runJSON               `json:"run"`
	Checkpoints   int                   `json:"checkpoints"`
	Stderr        string                `json:"stderr"`
	Circumstances *replay.Circumstances `json:"circumstances"`
	Replays       []replayJSON          `json:"replays"`
}

type coveredJSON struct {
	replay.Difference
	Rule string `json:"rule"`
}

func (a *app) show(s *soak.State, key ledger.RunKey, all bool) error {
	run, err := soak.FindRun(s, key)
	if err != nil {
		return err
	}
	circumstances, checkpoints, err := soak.CircumstancesOf(s.Ledger, run)
	if err != nil {
		return err
	}
	rows, err := s.Ledger.Replays(key)
	if err != nil {
		return err
	}
	replays := []replayJSON{}
	for _, row := range rows {
		j, err := newReplayJSON(s.Ledger, row)
		if err != nil {
			return err
		}
		replays = append(replays, j)
	}
	if a.json {
		return a.printJSON(showJSON{jsonVersion, int64(key.Soak), newRunJSON(run), checkpoints, string(run.Stderr), circumstances, replays})
	}
	a.writeRun(s, run, checkpoints, circumstances)
	var steps []string
	if older, _, err := soak.Older(s, key); err == nil { // without its golden, nothing is folded
		defer older.Trace.Close()
		if steps, err = stepsOf(older.Trace); err != nil {
			return err
		}
	}
	for _, r := range replays {
		a.writeReplay(s, run, r, steps, all)
	}
	return nil
}

func newReplayJSON(l *ledger.Reader, row ledger.Replay) (replayJSON, error) {
	j := replayJSON{
		ID: row.ID, Cycle: row.Cycle, Kind: string(row.Kind), Variant: row.Variant, Verdict: string(row.Verdict),
		Replays: row.Replays, Differing: row.Differing, Why: row.Why, Started: row.Started, Seconds: row.Duration.Seconds(),
		Restorations: row.Restorations, Differences: []replay.Difference{}, Covered: []coveredJSON{},
	}
	if !row.GotDigest.IsZero() {
		j.GotDigest = row.GotDigest.String()
	}
	found, err := l.Differences(row.ID)
	for _, d := range found {
		if d.Rule == "" {
			j.Differences = append(j.Differences, d.Difference)
		} else {
			j.Covered = append(j.Covered, coveredJSON{d.Difference, d.Rule})
		}
	}
	return j, err
}

func (a *app) writeRun(s *soak.State, run ledger.Run, checkpoints int, c *replay.Circumstances) {
	row := func(name, format string, args ...any) {
		fmt.Fprintf(a.out, "  %-12s "+format+"\n", append([]any{name}, args...)...)
	}
	fmt.Fprintf(a.out, "run %s of soak %d: %s, seed %d\n", runName(run.RunKey), run.Soak, run.Workflow, run.Seed)
	ended := string(run.Status)
	if run.Message != "" {
		ended += ": " + printable(run.Message)
	}
	row("ended", "%s", ended)
	row("started", "%s, took %v", run.Started.Format(time.RFC3339Nano), run.Duration)
	row("where", "pid %d on %s", run.PID, c.Host)
	row("build", "%.12s", c.Build)
	if checkpoints > 0 {
		row("checkpoints", "%d", checkpoints)
	}
	switch {
	case run.Digest == (golden.Digest{}):
		row("golden", "none")
	case run.Place == "":
		row("golden", "%s, pruned", run.Digest.Short())
	default:
		row("golden", "%s, %d bytes, at %s", run.Digest.Short(), run.Size, run.Place)
		row("its trace", "shadowrun show %s --trace%s", runName(run.RunKey), a.pasted(s.Dir))
	}
	if len(run.Stderr) > 0 {
		fmt.Fprintf(a.out, "\nstandard error (its end)\n")
		for line := range strings.Lines(string(run.Stderr)) {
			fmt.Fprintf(a.out, "  %s\n", printable(strings.TrimRight(line, "\n")))
		}
	}
}

func (a *app) writeReplay(s *soak.State, run ledger.Run, r replayJSON, steps []string, all bool) {
	when := fmt.Sprintf("in cycle %d", r.Cycle)
	if r.Kind == string(ledger.ReplayManual) {
		when = "by hand, " + r.Started.Format(time.RFC3339)
	}
	fmt.Fprintf(a.out, "\nreplayed %s, under %s: %s: %s\n", when, r.Variant, r.Verdict, printable(r.Why))
	a.writeDifferences(r.Differences, steps, all)
	if len(r.Covered) > 0 {
		fmt.Fprintln(a.out)
	}
	for _, c := range r.Covered {
		fmt.Fprintf(a.out, "  covered by rule %s: %s\n", printable(c.Rule), printable(orRoot(c.Path)))
	}
	if r.Verdict != string(replay.VerdictMatch) {
		again := harness.PlannedRun{ID: runName(run.RunKey), Variant: harness.Variant(r.Variant)}
		fmt.Fprintf(a.out, "\n  to see it again: %s\n", replayCommand(again, a.pasted(s.Dir)))
	}
}
