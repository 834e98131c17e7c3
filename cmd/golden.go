package cmd

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/soak"
)

func (a *app) goldenCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "golden",
		Short: "List, verify, sign, archive and prune the stored goldens",
		Long: `A golden is a stored, sealed trace. Those of a soak are in the state folder, in signed segments; those
of a repository are a folder of files with their digests in goldens.sum: name it with --dir.`,
	}
	c.AddCommand(a.goldenListCommand(), a.goldenShowCommand(), a.goldenVerifyCommand(), a.goldenSignCommand(),
		a.goldenRotateCommand(), a.goldenArchiveCommand(), a.goldenPruneCommand())
	return c
}

type goldenJSON struct {
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
		Use: "ls", Short: "List goldens", Args: cobra.NoArgs,
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
		if err := a.listGolden(goldenJSON{runName(run.RunKey), run.Workflow, run.Seed, run.Digest.String(), place, run.Size, run.Started}); err != nil {
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
		if err := a.listGolden(goldenJSON{Workflow: e.Workflow, Seed: e.Seed, Digest: e.Digest.String(), Place: e.Path()}); err != nil {
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
		Args:    cobra.RangeArgs(1, 2),
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

type verifyJSON struct {
	Version  int           `json:"version"`
	OK       bool          `json:"ok"`
	Goldens  int64         `json:"goldens"`
	Segments int           `json:"segments"`
	Bytes    int64         `json:"bytes"`
	Unnamed  int64         `json:"unnamed"`
	Problems []problemJSON `json:"problems"`
}

type problemJSON struct {
	Golden string `json:"golden"`
	Kind   string `json:"kind"`
	Detail string `json:"detail"`
}

func (a *app) goldenVerifyCommand() *cobra.Command {
	var dir, archive string
	c := &cobra.Command{
		Use:   "verify",
		Short: "Name every golden that was changed, cut, swapped, removed, or not signed by a known key",
		Long: `Checks every golden of the state folder against the ledger, its digest and its signature; with --dir
those of a repository folder, with --archive those of an archive.

Exit status: 0 all are whole, 1 a problem was found, 3 there was nothing to verify.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			switch {
			case dir != "":
				return a.verifyFolder(dir)
			case archive != "":
				return a.verifyArchive(archive)
			default:
				return a.verifyState()
			}
		},
	}
	c.Flags().StringVar(&dir, "dir", "", "of this repository `folder`")
	c.Flags().StringVar(&archive, "archive", "", "of this archive `file`")
	c.MarkFlagsMutuallyExclusive("dir", "archive")
	return c
}

func (a *app) verifyState() error {
	dir, err := a.state()
	if err != nil {
		return err
	}
	s, err := soak.View(dir)
	if err != nil {
		return err
	}
	defer s.Close()
	problems, stats, err := soak.Verify(s)
	if err != nil {
		return err
	}
	return a.reportProblems(problems, stats)
}

func (a *app) verifyFolder(dir string) error {
	folder, err := golden.OpenFolder(dir)
	if err != nil {
		return err
	}
	entries, err := folder.List()
	if err != nil {
		a.warn("%v", err) // what is wrong with goldens.sum, Verify says as well
	}
	problems, err := folder.Verify(nil)
	if err != nil {
		return err
	}
	return a.reportProblems(problems, golden.VerifyStats{Goldens: int64(len(entries))})
}

func (a *app) verifyArchive(path string) error {
	dir, err := a.state()
	if err != nil {
		return err
	}
	ring, err := soak.OpenRing(dir, true)
	if err != nil {
		return err
	}
	problems, stats, err := golden.VerifyArchive(path, ring, nil)
	if err != nil {
		return err
	}
	return a.reportProblems(problems, stats)
}

func (a *app) reportProblems(problems []golden.Problem, stats golden.VerifyStats) error {
	if a.json {
		j := verifyJSON{jsonVersion, len(problems) == 0 && stats.Goldens > 0, stats.Goldens, stats.Segments, stats.Bytes, stats.Unnamed, []problemJSON{}}
		for _, p := range problems {
			j.Problems = append(j.Problems, problemJSON{p.Golden, string(p.Kind), p.Detail})
		}
		if err := a.printJSON(j); err != nil {
			return err
		}
	} else {
		for _, p := range problems {
			fmt.Fprintf(a.out, "%s: %s: %s\n", printable(p.Golden), p.Kind, printable(p.Detail))
		}
	}
	if len(problems) > 0 {
		a.say("%s; %d goldens are whole", quantity(len(problems), "problem"), stats.Goldens)
		return exitError(exitFail)
	}
	if stats.Goldens == 0 {
		a.say("nothing to verify: there is no golden")
		return exitError(exitInconclusive)
	}
	if !a.json {
		size := ""
		if stats.Bytes > 0 {
			size = ", " + humanize.IBytes(uint64(stats.Bytes))
		}
		fmt.Fprintf(a.out, "all %s are whole and as recorded%s\n", quantity(stats.Goldens, "golden"), size)
	}
	return nil
}

func (a *app) goldenSignCommand() *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use:   "sign --dir FOLDER",
		Short: "Sign a repository folder's goldens.sum with the state folder's key",
		Long: `Signs goldens.sum of a repository folder. The folder says which keys it trusts: commit the public key,
<folder>/keys/<id>.pub, first; without one, goldens of a folder need no signature. A soak's own goldens are
signed as they are written.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			state, err := a.state()
			if err != nil {
				return err
			}
			ring, err := soak.OpenRing(state, false)
			if err != nil {
				return err
			}
			folder, err := golden.OpenFolder(dir)
			if err != nil {
				return err
			}
			if err := folder.Sign(ring); err != nil {
				return err
			}
			a.say("%s is signed by key %s", dir, ring.Current())
			return nil
		},
	}
	c.Flags().StringVar(&dir, "dir", "", "the repository `folder`")
	c.MarkFlagRequired("dir")
	return c
}
