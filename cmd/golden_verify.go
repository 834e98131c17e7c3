package cmd

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/soak"
)

type verifyJSON struct {
	Version  int           `json:"version"`
	OK       bool          `json:"ok"`
	Goldens  int64         `json:"goldens"`
	Segments int           `json:"segments"`
	Bytes    int64         `json:"bytes"`
	Unnamed  int64         `json:"unnamed"`
	Wrong    int64         `json:"wrong"`
	Problems []problemJSON `json:"problems"`
}

type problemJSON struct {
	Golden string `json:"golden"`
	Soak   int64  `json:"soak,omitempty"`
	Run    string `json:"run,omitempty"`
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
		Example: "  shadowrun golden verify\n  shadowrun golden verify --archive goldens-2026-11.tar.zst",
		Args:    arguments(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := oneOf(c, "dir", "archive"); err != nil {
				return err
			}
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
	runs, err := runsAt(s, problems)
	if err != nil {
		return err
	}
	return a.reportProblems(problems, stats, runs)
}

// runsAt returns, by place, the runs whose goldens have problems.
func runsAt(s *soak.State, problems []golden.Problem) (map[string]ledger.RunKey, error) {
	runs := map[string]ledger.RunKey{}
	if len(problems) == 0 {
		return runs, nil
	}
	for _, p := range problems {
		runs[p.Golden] = ledger.RunKey{}
	}
	for g, err := range s.Ledger.Goldens(0) {
		if err != nil {
			return nil, err
		}
		if _, asked := runs[g.Place]; asked {
			runs[g.Place] = g.Run
		}
	}
	return runs, nil
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
	return a.reportProblems(problems, golden.VerifyStats{Goldens: int64(len(entries)), Problems: int64(len(problems))}, nil)
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
	if absent := new(fs.PathError); errors.As(err, &absent) {
		return err
	}
	if err != nil {
		return failure{err, exitFail, []string{"the archive is torn or was changed; 'shadowrun golden archive' writes another"}}
	}
	return a.reportProblems(problems, stats, nil)
}

// reportProblems prints what verifying found; runs names the runs whose goldens they are.
func (a *app) reportProblems(problems []golden.Problem, stats golden.VerifyStats, runs map[string]ledger.RunKey) error {
	if a.json {
		j := verifyJSON{jsonVersion, len(problems) == 0 && stats.Goldens > 0, stats.Goldens, stats.Segments, stats.Bytes, stats.Unnamed, stats.Problems, []problemJSON{}}
		for _, p := range problems {
			run := runs[p.Golden]
			j.Problems = append(j.Problems, problemJSON{p.Golden, int64(run.Soak), runName(run), string(p.Kind), p.Detail})
		}
		if err := a.printJSON(j); err != nil {
			return err
		}
	} else {
		for _, p := range problems {
			whose := ""
			if run := runs[p.Golden]; !run.IsZero() {
				whose = fmt.Sprintf(" (%s of soak %d)", runName(run), run.Soak)
			}
			fmt.Fprintf(a.out, "%s%s: %s: %s\n", printable(p.Golden), whose, p.Kind, printable(p.Detail))
		}
		if more := stats.Problems - int64(len(problems)); more > 0 {
			fmt.Fprintf(a.out, "… %d more\n", more)
		}
	}
	if len(problems) > 0 {
		a.say("%s; %d other goldens are whole", quantity(stats.Problems, "problem"), stats.Goldens)
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
		unnamed := ""
		if stats.Unnamed > 0 {
			unnamed = fmt.Sprintf("; %d of them the ledger does not name: they were written, and then not committed", stats.Unnamed)
		}
		fmt.Fprintf(a.out, "all %s are whole and as recorded%s%s\n", quantity(stats.Goldens, "golden"), size, unnamed)
	}
	return nil
}
