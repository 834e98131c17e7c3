package cmd

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness/soak"
)

type rotateJSON struct {
	Version int    `json:"version"`
	Key     string `json:"key"`
	Signed  int    `json:"segments_signed"`
}

type archiveJSON struct {
	Version int    `json:"version"`
	File    string `json:"file"`
	Goldens int64  `json:"goldens"`
	Bytes   int64  `json:"bytes"`
}

type pruneJSON struct {
	Version int   `json:"version"`
	DryRun  bool  `json:"dry_run"`
	Dropped int64 `json:"dropped"`
	Kept    int64 `json:"kept"`
	Finding int64 `json:"kept_for_findings"`
	Freed   int64 `json:"freed_bytes"`
}

type signJSON struct {
	Version int    `json:"version"`
	Folder  string `json:"folder"`
	Key     string `json:"key"`
}

func (a *app) goldenSignCommand() *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use:   "sign --dir FOLDER",
		Short: "Sign a repository folder's goldens.sum with the state folder's key",
		Long: `Signs goldens.sum of a repository folder. The folder says which keys it trusts: commit the public key,
<folder>/keys/<id>.pub, first; without one, goldens of a folder need no signature. A soak's own goldens are
signed as they are written.`,
		Example: "  shadowrun golden sign --dir testdata/goldens",
		Args:    arguments(0, 0),
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
			if a.json {
				return a.printJSON(signJSON{jsonVersion, dir, ring.Current()})
			}
			_, err = fmt.Fprintf(a.out, "%s is signed by key %s\n", dir, ring.Current())
			return err
		},
	}
	c.Flags().StringVar(&dir, "dir", "", "the repository `folder`")
	c.MarkFlagRequired("dir")
	return c
}

func (a *app) goldenRotateCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "rotate-key",
		Short: "Make a new key and sign every golden with it",
		Long: `Makes a new key and signs every golden again. The old key stays in the ring, so that what it signed
verifies meanwhile. It may be killed at any instant and run again; while a soak runs it is refused.`,
		Example: "  shadowrun golden rotate-key",
		Args:    arguments(0, 0),
		RunE: func(*cobra.Command, []string) error {
			dir, err := a.state()
			if err != nil {
				return err
			}
			stats, err := soak.RotateKey(dir, who(), time.Now())
			if err != nil {
				return err
			}
			if a.json {
				err = a.printJSON(rotateJSON{jsonVersion, stats.Key, stats.Signed + stats.Already})
			} else {
				_, err = fmt.Fprintf(a.out, "key %s signs from now on; %s signed with it\n", stats.Key, quantity(stats.Signed+stats.Already, "segment"))
			}
			return cmp.Or(err, a.leftAlone(stats.Problems))
		},
	}
}

// leftAlone warns of segments that a command did not touch, and ends it as a failure if there are any.
func (a *app) leftAlone(problems []golden.Problem) error {
	for _, p := range problems {
		a.warn("left as it is: %s", printable(p.Error()))
	}
	if len(problems) == 0 {
		return nil
	}
	a.hint("shadowrun golden verify names what is damaged")
	return exitError(exitFail)
}

func (a *app) goldenArchiveCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "archive FILE.tar.zst",
		Short:   "Write all goldens to an archive, and verify it",
		Example: "  shadowrun golden archive goldens-2026-11.tar.zst",
		Args:    arguments(1, 1),
		RunE: func(_ *cobra.Command, args []string) error {
			dir, err := a.state()
			if err != nil {
				return err
			}
			if fileExists(args[0]) {
				return hinted(fmt.Errorf("%s is there already", args[0]), "it may be the only copy of what was pruned since: name another file")
			}
			stats, err := soak.Archive(dir, args[0], who(), time.Now())
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(archiveJSON{jsonVersion, args[0], stats.Verified.Goldens, stats.Bytes})
			}
			fmt.Fprintf(a.out, "%s: %s, %s, read back and verified\n", args[0], quantity(stats.Verified.Goldens, "golden"), humanize.IBytes(uint64(stats.Bytes)))
			return nil
		},
	}
}

func (a *app) goldenPruneCommand() *cobra.Command {
	var older time.Duration
	var dry bool
	c := &cobra.Command{
		Use:     "prune --older-than 168h",
		Short:   "Remove old goldens, but none that a finding refers to",
		Example: "  shadowrun golden prune --older-than 168h --dry-run",
		Args:    arguments(0, 0),
		RunE: func(*cobra.Command, []string) error {
			if older <= 0 {
				return errors.New("--older-than: want an age such as 168h")
			}
			dir, err := a.state()
			if err != nil {
				return err
			}
			stats, err := soak.Prune(dir, soak.PruneOptions{Before: time.Now().Add(-older), DryRun: dry, Who: who(), Now: time.Now()})
			if err != nil {
				return err
			}
			return cmp.Or(a.reportPruned(stats, dry), a.leftAlone(stats.Problems))
		},
	}
	c.Flags().DurationVar(&older, "older-than", 0, "the age from which goldens go (required)")
	c.Flags().BoolVar(&dry, "dry-run", false, "only say what would go")
	return c
}

func (a *app) reportPruned(stats soak.PruneStats, dry bool) error {
	if a.json {
		return a.printJSON(pruneJSON{jsonVersion, dry, stats.Dropped, stats.Kept, stats.ForFindings, stats.Freed})
	}
	verb, freed := "removed", fmt.Sprintf(", %s freed", humanize.IBytes(uint64(max(0, stats.Freed))))
	if dry {
		verb, freed = "would be removed", ""
	}
	_, err := fmt.Fprintf(a.out, "%s %s%s; %d kept, of which %d old ones that findings refer to\n",
		quantity(stats.Dropped, "golden"), verb, freed, stats.Kept, stats.ForFindings)
	return err
}
