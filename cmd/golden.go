package cmd

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/soak"
)

func (a *app) goldenCommand() *cobra.Command {
	c := group(&cobra.Command{
		Use:   "golden",
		Short: "List, verify, sign, archive and prune the stored goldens",
		Long: `A golden is a stored, sealed trace. Those of a soak are in the state folder, in signed segments; those
of a repository are a folder of files with their digests in goldens.sum: name it with --dir.`,
		Example: "  shadowrun golden verify\n  shadowrun golden verify --dir testdata/goldens",
	})
	c.AddCommand(a.goldenListCommand(), a.goldenShowCommand(), a.goldenVerifyCommand(), a.goldenSignCommand(),
		a.goldenRotateCommand(), a.goldenArchiveCommand(), a.goldenPruneCommand())
	return c
}

// goldenJSON is a line of 'golden ls'.
type goldenJSON struct {
	Version  int       `json:"version"`
	Run      string    `json:"run,omitempty"`
	Workflow string    `json:"workflow"`
	Seed     uint64    `json:"seed"`
	Digest   string    `json:"digest"`
	Place    string    `json:"place"`
	Size     int64     `json:"size,omitempty"`
	Started  time.Time `json:"started,omitzero"`
}

func (a *app) goldenListCommand() *cobra.Command {
	var dir string
	var id int64
	c := &cobra.Command{
		Use: "ls", Short: "List goldens", Example: "  shadowrun golden ls\n  shadowrun golden ls --dir testdata/goldens", Args: arguments(0, 0),
		RunE: func(*cobra.Command, []string) error {
			if dir != "" {
				return a.listFolder(dir)
			}
			return a.withSoak(id, a.listGoldens)
		},
	}
	c.Flags().StringVar(&dir, "dir", "", "of this repository `folder`, not of a soak")
	c.Flags().Int64Var(&id, "soak", 0, "of the soak of this `number` (default the latest)")
	return c
}

// listGoldens prints a soak's goldens one by one: a million of them are not held in memory.
func (a *app) listGoldens(s *soak.State, of ledger.Soak) error {
	for run, err := range s.Ledger.Runs(ledger.Filter{Soak: of.ID}) {
		if err != nil {
			return err
		}
		if run.Digest.IsZero() {
			continue
		}
		place := run.Place
		if place == "" {
			place = "pruned"
		}
		if err := a.listGolden(goldenJSON{jsonVersion, runName(run.RunKey), run.Workflow, run.Seed, run.Digest.String(), place, run.Size, run.Started}); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) listGolden(g goldenJSON) error {
	if a.json {
		return a.printLine(g)
	}
	_, err := fmt.Fprintf(a.out, "%-10s  %s  %-16s  seed %-10d  %s\n", g.Run, g.Digest[:12], g.Workflow, g.Seed, g.Place)
	return err
}

func (a *app) listFolder(dir string) error {
	folder, err := golden.OpenFolder(dir)
	if err != nil {
		return err
	}
	entries, err := folder.List()
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := a.listGolden(goldenJSON{Version: jsonVersion, Workflow: e.Workflow, Seed: e.Seed, Digest: e.Digest.String(), Place: e.Path()}); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) goldenShowCommand() *cobra.Command {
	var dir string
	var id int64
	c := &cobra.Command{
		Use:     "show RUN | show --dir FOLDER WORKFLOW SEED",
		Short:   "Print a golden's trace, an event a line",
		Example: "  shadowrun golden show c12r3 | jq .",
		Args:    arguments(1, 2),
		RunE: func(_ *cobra.Command, args []string) error {
			if dir != "" {
				return a.showFolder(dir, args)
			}
			at, err := harness.ParsePosition(args[0])
			if err != nil {
				return err
			}
			return a.withSoak(id, func(s *soak.State, of ledger.Soak) error {
				return a.showTrace(s, ledger.RunKey{Soak: of.ID, Cycle: at.Cycle, Position: at.Run})
			})
		},
	}
	c.Flags().StringVar(&dir, "dir", "", "of this repository `folder`, not of a soak")
	c.Flags().Int64Var(&id, "soak", 0, "of the soak of this `number` (default the latest)")
	return c
}

func (a *app) showFolder(dir string, args []string) error {
	if len(args) != 2 {
		return errors.New("want the golden's workflow and seed")
	}
	seed, err := strconv.ParseUint(args[1], 10, 64)
	if err != nil {
		return fmt.Errorf("seed %q: want a number", args[1])
	}
	folder, err := golden.OpenFolder(dir)
	if err != nil {
		return err
	}
	t, err := folder.Get(args[0], seed)
	if err != nil {
		return err
	}
	defer t.Close()
	_, err = io.Copy(a.out, t.Reader())
	return err
}
