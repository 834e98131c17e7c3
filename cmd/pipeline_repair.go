package cmd

import (
	"errors"
	"fmt"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness/pipeline"
	"github.com/shadowrun/shadowrun/harness/pipeline/store"
)

type pipelineDoctorJSON struct {
	Version int            `json:"version"`
	Damage  []store.Damage `json:"damage"`
	Other   []string       `json:"other"` // what is wrong beside the projects' files
}

type pipelineBackupsJSON struct {
	Version int            `json:"version"`
	Project string         `json:"project"`
	Backups []store.Backup `json:"backups"`
}

func (a *app) pipelineDoctorCommand(f *pipelineFlags) *cobra.Command {
	var accept bool
	c := &cobra.Command{
		Use:   "doctor [ID…]",
		Short: "Check every byte of every file against the log, and say what mends it",
		Long: `Checks projects, all of them unless some are named: the audit log's chain, the checksum and schema of each
file, every artifact's digest; and the configuration. What is damaged is named with the commands that mend it, the
one that loses least first, and what each loses.

--accept makes a project's files, as somebody edited them by hand, its state, if they are valid. It is entered in
the audit log with the whole new state.

Exit status: 0 all is as it was written, or as a killed engine left it, which the next run mends; 1 something is not.`,
		Example: `  shadowrun pipeline doctor
  shadowrun pipeline doctor project-1
  shadowrun pipeline doctor project-1 --accept --reason "the stage was set by hand, INC-31"`,
		RunE: func(c *cobra.Command, ids []string) error {
			if !accept && (f.dryRun || f.reason != "" || f.who != "") {
				return hinted(errors.New("doctor alone changes nothing: --dry-run, --reason and --who go with --accept"), helpHint(c))
			}
			if !accept {
				return a.pipelineDoctor(f, ids)
			}
			if len(ids) != 1 {
				return hinted(errors.New("--accept is for one project at a time; name it"), helpHint(c))
			}
			return a.changed(c, f, func(o pipeline.Operator) (pipeline.Done, error) { return o.Accept(ids[0]) })
		},
	}
	f.addChange(c, "with --accept: "+why)
	c.Flags().BoolVar(&accept, "accept", false, "make what was edited by hand the state")
	return c
}

func (a *app) pipelineDoctor(f *pipelineFlags, ids []string) error {
	o, err := f.reader()
	if err != nil {
		return err
	}
	found, err := o.Doctor(ids...)
	_, others := damageOf(err)
	if len(ids) > 0 && len(found) == 0 && err != nil {
		return f.refused(err)
	}
	j := pipelineDoctorJSON{jsonVersion, append([]store.Damage{}, found...), []string{}}
	for _, other := range others {
		j.Other = append(j.Other, other.Error())
	}
	if a.json {
		err = a.printJSON(j)
	} else {
		err = a.writeDamage(f, j)
	}
	lasting := slices.ContainsFunc(j.Damage, func(d store.Damage) bool { return !d.Heals })
	if err == nil && (lasting || len(j.Other) > 0) {
		err = exitError(exitFail)
	}
	return err
}

func (a *app) writeDamage(f *pipelineFlags, j pipelineDoctorJSON) error {
	if len(j.Damage)+len(j.Other) == 0 {
		fmt.Fprintln(a.out, "nothing is damaged: every file is what its log says")
		return nil
	}
	for _, other := range j.Other {
		fmt.Fprintln(a.out, printable(other))
	}
	of := map[string][]*store.Damage{}
	var ids []string
	for i, d := range j.Damage {
		if of[d.Project] == nil {
			ids = append(ids, d.Project)
		}
		of[d.Project] = append(of[d.Project], &j.Damage[i])
	}
	for _, id := range ids {
		fmt.Fprintf(a.out, "%s: %s\n", id, quantityOf(len(of[id]), "file is damaged", "files are damaged"))
		for _, d := range of[id] {
			fmt.Fprintf(a.out, "  %s\n", describeDamage(d))
		}
		for i, m := range mends(of[id]) {
			head := "or"
			if i == 0 {
				head = "next"
			}
			fmt.Fprintf(a.out, "  %-4s  %s\n", head, f.mend(m))
			if loses := losing(of[id], m); loses != "" {
				fmt.Fprintf(a.out, "        loses %s\n", printable(loses))
			}
		}
	}
	return nil
}

func (a *app) pipelineBackupsCommand(f *pipelineFlags) *cobra.Command {
	return &cobra.Command{
		Use: "backups ID", Short: "List the states that a project can be restored to",
		Long: `Lists the backups of a project's state, the newest first: state.json.backup is the one before the last
transition; the others are of its last checkpoints.`,
		Example: "  shadowrun pipeline backups project-1",
		Args:    arguments(1, 1),
		RunE: func(_ *cobra.Command, args []string) error {
			o, err := f.reader()
			if err != nil {
				return err
			}
			all, err := o.Backups(args[0])
			switch {
			case err != nil:
				return f.refused(err)
			case a.json:
				return a.printJSON(pipelineBackupsJSON{jsonVersion, args[0], append([]store.Backup{}, all...)})
			}
			return a.writeBackups(f, args[0], all)
		},
	}
}

func (a *app) writeBackups(f *pipelineFlags, id string, all []store.Backup) error {
	if len(all) == 0 {
		fmt.Fprintf(a.out, "%s: no backups\n", id)
		return nil
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "BACKUP\tAFTER ENTRY\tSTATUS\tSTAGE")
	next := ""
	for _, b := range all {
		if b.Damage != "" {
			fmt.Fprintf(w, "%s\t-\tdamaged\t%s\n", b.Name, shortened(b.Damage))
			continue
		}
		if next == "" {
			next = f.mend("shadowrun pipeline restore " + id + " " + b.Name)
		}
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\n", b.Name, b.Sequence, b.Status, b.Stage)
	}
	if err := w.Flush(); err != nil || next == "" {
		return err
	}
	fmt.Fprintf(a.out, "\n  to restore one  %s\n", next)
	return nil
}

func (a *app) pipelineRestoreCommand(f *pipelineFlags) *cobra.Command {
	c := &cobra.Command{
		Use: "restore ID [BACKUP]", Short: "Make a backup the state: the newest that is whole, or the one named",
		Long: `Makes a backup of a project's state its state again. The audit log stays, and says so; what was damaged is kept
aside in the project's folder. 'reconstruct' loses nothing, and is better where the log is whole.`,
		Example: `  shadowrun pipeline backups project-1
  shadowrun pipeline restore project-1 state.json.backup.12 --reason "the log was overwritten, INC-31"`,
		Args: arguments(1, 2),
		RunE: func(c *cobra.Command, args []string) error {
			return a.changed(c, f, func(o pipeline.Operator) (pipeline.Done, error) { return o.Restore(args[0], argument(args[1:])) })
		},
	}
	f.addChange(c, why)
	return c
}

func (a *app) pipelineReconstructCommand(f *pipelineFlags) *cobra.Command {
	return a.pipelineChange(f, &cobra.Command{
		Use: "reconstruct ID", Short: "Write all files of a project anew from its audit log",
		Long: `Writes state, dead letters and backups anew: they follow from the audit log, exactly. Lines of a log that can't be
read are left out, and told; what was damaged is kept aside in the project's folder.`,
		Example: `  shadowrun pipeline reconstruct project-1 --reason "the disk flipped a bit"`,
	}, pipeline.Operator.Reconstruct)
}
