package cmd

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/monitor"
	"github.com/shadowrun/shadowrun/harness/soak"
)

// debugView is what one of the debug commands shows, for programs as it is.
type debugView interface {
	write(out io.Writer)
}

func (a *app) debugCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "debug",
		Short: "Look into a soak: the console, and a command for each of its views",
		Long: `Without a subcommand it opens the console on a terminal, and elsewhere prints what 'debug full' does. All views
read the ledger of a running, finished or killed soak, also as another user, and change nothing.

In the console: 1-5 or tab choose a page, the arrows move, enter opens a finding with its differences side by
side, r replays it and e explains it, / filters, ? tells all keys, q quits.`,
		Example: `  shadowrun debug
  shadowrun debug mismatches
  shadowrun debug tail -f
  shadowrun debug full --json --state /var/lib/shadowrun`,
		Args: unknownCommand,
		RunE: func(c *cobra.Command, _ []string) error {
			if a.canShowConsole() {
				return a.console(c.Context())
			}
			return a.debugFull(c.Context())
		},
	}
	c.AddCommand(&cobra.Command{
		Use: "full", Short: "Show everything: status and all the views below", Args: arguments(0, 0),
		Example: "  shadowrun debug full\n  shadowrun debug full --json | jq .process",
		RunE:    func(c *cobra.Command, _ []string) error { return a.debugFull(c.Context()) },
	})
	c.AddCommand(a.tailCommand(),
		a.ledgerView("cycles", "Show statistics of the cycles: how long they took, the slowest, hour by hour", cyclesIn),
		a.ledgerView("mismatches", "Show the verdicts other than match, by finding, with the latest and what to do", a.mismatchesIn),
		a.ledgerView("golden", "Show how many goldens there are, how large, and in how many segments", a.storeIn),
		a.folderView("process", "Show the soak's process with its children, files, memory, time and limits", processIn),
		a.folderView("log", "Show the files of the state folder's log/: size, lines, time range", logsIn))
	again := a.replayCommand()
	again.Short = "The same as 'shadowrun replay RUN'"
	again.Example = "  shadowrun debug replay c12r3 -n 10"
	c.AddCommand(again)
	return c
}

// ledgerView is the command of a view on a soak's ledger.
func (a *app) ledgerView(name, short string, look func(*soak.State, ledger.Soak) (debugView, error)) *cobra.Command {
	var id int64
	c := &cobra.Command{
		Use: name, Short: short, Args: arguments(0, 0),
		Example: "  shadowrun debug " + name + "\n  shadowrun debug " + name + " --json",
		RunE: func(*cobra.Command, []string) error {
			return a.withSoak(id, func(s *soak.State, of ledger.Soak) error {
				v, err := look(s, of)
				if err != nil {
					return err
				}
				return a.printView(v)
			})
		},
	}
	c.Flags().Int64Var(&id, "soak", 0, "of the soak of this `number` (default the latest)")
	return c
}

// folderView is the command of a view on a state folder.
func (a *app) folderView(name, short string, look func(dir string) (debugView, error)) *cobra.Command {
	return &cobra.Command{
		Use: name, Short: short, Args: arguments(0, 0),
		Example: "  shadowrun debug " + name + "\n  shadowrun debug " + name + " --json",
		RunE: func(*cobra.Command, []string) error {
			dir, err := a.state()
			if err != nil {
				return err
			}
			v, err := look(dir)
			if err != nil {
				return err
			}
			return a.printView(v)
		},
	}
}

func (a *app) printView(v debugView) error {
	if a.json {
		return a.printJSON(v)
	}
	v.write(a.out)
	return nil
}

// fullJSON is everything.
type fullJSON struct {
	Version    int             `json:"version"`
	Status     statusJSON      `json:"status"`
	Process    *familyJSON     `json:"process,omitempty"`
	Cycles     *cyclesJSON     `json:"cycles,omitempty"`
	Mismatches *mismatchesJSON `json:"mismatches,omitempty"`
	Golden     *storeJSON      `json:"golden,omitempty"`
	Log        *logsJSON       `json:"log,omitempty"`
	Tail       []entryJSON     `json:"tail"`
	NotSeen    []string        `json:"not_seen"`

	status monitor.Status
}

func (a *app) debugFull(ctx context.Context) error {
	dir, err := a.state()
	if err != nil {
		return err
	}
	full := a.lookFull(ctx, dir)
	if err := a.printView(full); err != nil {
		return err
	}
	if full.status.State == monitor.Unknown {
		return exitError(exitInconclusive)
	}
	return nil
}

// lookFull looks at everything. What can't be seen is said, and keeps nothing else from being shown.
func (a *app) lookFull(ctx context.Context, dir string) fullJSON {
	seen := monitor.Look(dir, monitor.Options{})
	status := monitor.Status{Observation: seen, Health: monitor.Judge(seen, monitor.ThresholdsOf(seen.Config.Monitor))}
	full := fullJSON{Version: jsonVersion, Status: newStatusJSON(status), Tail: []entryJSON{}, NotSeen: []string{}, status: status}
	see := func(name string, look func() error) {
		if ctx.Err() != nil {
			return
		}
		if err := look(); err != nil {
			full.NotSeen = append(full.NotSeen, name+": "+err.Error())
		}
	}
	see("process", func() error { return keepView(&full.Process)(processIn(dir)) })
	see("log", func() error { return keepView(&full.Log)(logsIn(dir)) })
	see("ledger", func() error {
		state, err := soak.View(dir)
		if err != nil {
			return err
		}
		defer state.Close()
		of, err := state.Soak(0)
		if err != nil {
			return err
		}
		see("cycles", func() error { return keepView(&full.Cycles)(cyclesIn(state, of)) })
		see("mismatches", func() error { return keepView(&full.Mismatches)(a.mismatchesIn(state, of)) })
		see("golden", func() error { return keepView(&full.Golden)(a.storeIn(state, of)) })
		see("tail", func() (err error) {
			full.Tail, _, err = lastEntries(state.Ledger, of.ID, defaultTail)
			return err
		})
		return nil
	})
	return full
}

// keepView returns what keeps a view that was looked at.
func keepView[V debugView](to **V) func(debugView, error) error {
	return func(v debugView, err error) error {
		if err == nil {
			seen := v.(V)
			*to = &seen
		}
		return err
	}
}

func (f fullJSON) write(out io.Writer) {
	(&app{out: out}).writeStatus(f.status)
	part := func(name string, v debugView) {
		fmt.Fprintf(out, "\n== %s\n", name)
		v.write(out)
	}
	if f.Process != nil {
		part("process", *f.Process)
	}
	if f.Cycles != nil {
		part("cycles", *f.Cycles)
	}
	if f.Mismatches != nil {
		part("mismatches", *f.Mismatches)
	}
	if f.Golden != nil {
		part("golden", *f.Golden)
	}
	if f.Log != nil {
		part("log", *f.Log)
	}
	fmt.Fprintf(out, "\n== tail\n")
	for _, e := range f.Tail {
		e.write(out)
	}
	for _, why := range f.NotSeen {
		fmt.Fprintf(out, "\nnot seen: %s\n", printable(why))
	}
}

// canShowConsole reports whether there is a terminal on which a cursor can be moved.
func (a *app) canShowConsole() bool {
	in, ok := a.stdin.(*os.File)
	return ok && isTerminal(in) && isTerminal(a.out) && !a.json && os.Getenv("TERM") != "dumb"
}
