package cmd

import (
	"errors"
	"fmt"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness/soak"
)

func (a *app) goldenRotateCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "rotate-key",
		Short: "Make a new key and sign every golden with it",
		Long: `Makes a new key and signs every golden again. The old key stays in the ring, so that what it signed
verifies meanwhile. It may be killed at any instant and run again; while a soak runs it is refused.`,
		Args: cobra.NoArgs,
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
				return a.printJSON(struct {
					Version int    `json:"version"`
					Key     string `json:"key"`
					Signed  int    `json:"segments_signed"`
				}{jsonVersion, stats.Key, stats.Signed + stats.Already})
			}
			fmt.Fprintf(a.out, "key %s signs from now on; %s signed with it\n", stats.Key, quantity(stats.Signed+stats.Already, "segment"))
			return nil
		},
	}
}

func (a *app) goldenArchiveCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "archive FILE.tar.zst",
		Short:   "Write all goldens to an archive, and verify it",
		Example: "  shadowrun golden archive goldens-2026-11.tar.zst",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			dir, err := a.state()
			if err != nil {
				return err
			}
			stats, err := soak.Archive(dir, args[0], who(), time.Now())
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(struct {
					Version int    `json:"version"`
					File    string `json:"file"`
					Goldens int64  `json:"goldens"`
					Bytes   int64  `json:"bytes"`
				}{jsonVersion, args[0], stats.Verified.Goldens, stats.Bytes})
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
		Args:    cobra.NoArgs,
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
			return a.reportPruned(stats, dry)
		},
	}
	c.Flags().DurationVar(&older, "older-than", 0, "the age from which goldens go (required)")
	c.Flags().BoolVar(&dry, "dry-run", false, "only say what would go")
	return c
}

func (a *app) reportPruned(stats soak.PruneStats, dry bool) error {
	if a.json {
		return a.printJSON(struct {
			Version int   `json:"version"`
			DryRun  bool  `json:"dry_run"`
			Dropped int64 `json:"dropped"`
			Kept    int64 `json:"kept"`
			Finding int64 `json:"kept_for_findings"`
			Freed   int64 `json:"freed_bytes"`
		}{jsonVersion, dry, stats.Dropped, stats.Kept, stats.ForFindings, stats.Freed})
	}
	verb, freed := "removed", fmt.Sprintf(", %s freed", humanize.IBytes(uint64(max(0, stats.Freed))))
	if dry {
		verb, freed = "would be removed", ""
	}
	_, err := fmt.Fprintf(a.out, "%s %s%s; %d kept, of which %d old ones that findings refer to\n",
		quantity(stats.Dropped, "golden"), verb, freed, stats.Kept, stats.ForFindings)
	return err
}
