package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/soak"
	"github.com/shadowrun/shadowrun/harness/stop"
)

type stopFlags struct {
	reason, who, file string
}

func (a *app) stopCommand() *cobra.Command {
	c := group(&cobra.Command{
		Use:   "stop",
		Short: "The emergency stop: nothing more is started, in the soak and in the engine",
		Long: `Stops a soak at once, whoever runs it, and the engine with it. The soak starts nothing more, finishes
what is in flight, waits, and goes on exactly where it was when the stop is over; time so spent does not count.

The stop is the file named stop in the state folder: one that was made by hand (touch) does as well,
and rm lifts it. What else is stopped is said by 'stop:' in the configuration:

  stop:
    file: /var/lib/engine/.stop            the engine's own, written and removed too
    hook: {enable: [[systemctl, stop, engine]], disable: [[systemctl, start, engine]]}
    timeout: 30s                           of each command
    in_flight: finish                      of the soak; or abandon

Every action is an entry in an append-only audit log.`,
	})
	c.AddCommand(a.stopEnableCommand(), a.stopDisableCommand(), a.stopStatusCommand(), a.stopLogCommand())
	return c
}

func (a *app) stopEnableCommand() *cobra.Command {
	var f stopFlags
	c := &cobra.Command{
		Use: "enable", Aliases: []string{"stop"}, Short: "Stop the soak and the engine",
		Long: `Stops the soak and the engine. Once more does no harm: who stopped it first, and why, stays.

Exit status: 0 all of it took effect, 1 not all did, and what did is said.`,
		Example: "  shadowrun stop enable --reason \"the ledger database is down, INC-204\"\n  shadowrun stop enable --reason drill --who pagerduty --stop-file /var/lib/engine/.stop",
		Args:    arguments(0, 0),
		RunE:    func(c *cobra.Command, _ []string) error { return a.changeStop(c, &f, stop.Enable) },
	}
	f.add(c, a)
	return c
}

func (a *app) stopDisableCommand() *cobra.Command {
	var f stopFlags
	c := &cobra.Command{
		Use: "disable", Aliases: []string{"start"}, Short: "Lift it: the engine goes on, then the soak where it was",
		Long: `Lets the engine go on, and then the soak. Where the engine can't be let go on the soak's stop still stands.

Exit status: 0 nothing stands any more, 1 something does, or could not be recorded.`,
		Example: "  shadowrun stop disable --reason \"the database is back\"",
		Args:    arguments(0, 0),
		RunE:    func(c *cobra.Command, _ []string) error { return a.changeStop(c, &f, stop.Disable) },
	}
	f.add(c, a)
	return c
}

func (f *stopFlags) add(c *cobra.Command, a *app) {
	flags := c.Flags()
	flags.StringVar(&f.reason, "reason", "", "why, for the record")
	flags.StringVar(&f.who, "who", "", "on whose behalf (default the user, before any sudo)")
	f.addEngine(c, a)
}

// addEngine adds the flags that say what the engine's part is.
func (f *stopFlags) addEngine(c *cobra.Command, a *app) {
	flags := c.Flags()
	flags.StringVar(&f.file, "stop-file", "", "the engine's own stop `file` (default stop.file of the configuration)")
	flags.StringVar(&a.configFlag, "config", "", "configuration `file` that says what else is stopped (default "+configName+" if it says so, else that of the latest soak)")
}

// changeStop enables or disables the stop, and says step by step what came of that.
func (a *app) changeStop(c *cobra.Command, f *stopFlags, change func(context.Context, stop.Request) stop.Done) error {
	dir, err := a.state()
	if err != nil {
		return err
	}
	ctx, release := signal.NotifyContext(c.Context(), syscall.SIGINT, syscall.SIGTERM)
	defer release()
	host, err := os.Hostname()
	if err != nil {
		host = "an unnamed host" // which keeps nothing from being stopped
	}
	done := change(ctx, stop.Request{
		Dir: dir, Ledger: soak.LedgerPath(dir), At: time.Now(), Host: host, Output: a.err,
		Who: cmp.Or(f.who, who(), "uid "+strconv.Itoa(os.Getuid())), Reason: cmp.Or(f.reason, "no reason was given"),
		Engine: func() (stop.Engine, error) { return a.engine(dir, f.file) },
	})
	if err := a.printStopChange(dir, done); err != nil {
		return err
	}
	return stopError(c.Name() == "enable", dir, done)
}

// stopError turns what came of a change into an exit status.
func stopError(enable bool, dir string, done stop.Done) error {
	switch {
	case enable && !done.Now.On:
		return failure{errors.New("the soak is not stopped"), exitFail, []string{"touch " + soak.ShellQuote(stop.Path(dir)) + ", as a user who may, stops it, too"}}
	case !enable && done.Now.On:
		return failure{fmt.Errorf("the emergency stop stands, %s", done.Now), exitFail,
			[]string{"do what was not done, then once more; rm " + soak.ShellQuote(stop.Path(dir)) + " lets the soak alone go on"}}
	case !done.Whole():
		return failure{errors.New("not all of it took effect"), exitFail, []string{"do what was not done, then once more: that does no harm"}}
	}
	return nil
}

// engine returns what an emergency stop stops beside the soak, by the first that says so of the
// configuration at hand and that of the latest soak.
func (a *app) engine(dir, file string) (stop.Engine, error) {
	config, err := a.stopConfig(dir)
	if file != "" {
		path, pathErr := filepath.Abs(file)
		config.Stop.File, err = path, errors.Join(err, pathErr)
	}
	config = config.Defaults()
	return stop.Engine{File: config.StopFile(), Enable: config.Stop.Hook.Enable, Disable: config.Stop.Hook.Disable,
		Dir: config.Dir, Timeout: time.Duration(config.Stop.Timeout)}, err
}

func (a *app) stopConfig(dir string) (harness.Config, error) {
	var config harness.Config
	if a.configFlag != "" || fileExists(configName) {
		config, err := harness.LoadConfig(a.configSource())
		if err != nil || config.StopsEngine() || a.configFlag != "" {
			return config, err
		}
	}
	state, err := soak.View(dir)
	if errors.Is(err, soak.ErrNoSoak) {
		return config, nil
	}
	if err != nil {
		return config, err
	}
	defer state.Close()
	of, err := state.Soak(0)
	if errors.Is(err, soak.ErrNoSoak) {
		return config, nil
	}
	if err != nil {
		return config, err
	}
	return soak.ReadConfig(of.Config)
}

func (a *app) stopStatusCommand() *cobra.Command {
	var f stopFlags
	c := &cobra.Command{
		Use: "status", Short: "Whether it stands, since when, by whom and why",
		Example: "  shadowrun stop status\n  shadowrun stop status --json",
		Args:    arguments(0, 0),
		RunE: func(*cobra.Command, []string) error {
			dir, err := a.state()
			if err != nil {
				return err
			}
			state, err := stop.Read(dir)
			if err != nil {
				return failure{err, exitFail, nil}
			}
			engine, err := a.engine(dir, f.file)
			if err != nil {
				a.warn("what is said of the engine may be wrong: %v", err)
			}
			return a.printStop(dir, state, engine)
		},
	}
	f.addEngine(c, a)
	return c
}

func (a *app) stopLogCommand() *cobra.Command {
	return &cobra.Command{
		Use: "log", Short: "Who stopped what, when and why, and when the soak saw it and went on",
		Example: "  shadowrun stop log",
		Args:    arguments(0, 0),
		RunE: func(*cobra.Command, []string) error {
			dir, err := a.state()
			if err != nil {
				return err
			}
			var entries []ledger.Action
			rows, err := ledger.View(soak.LedgerPath(dir))
			if err == nil {
				defer rows.Close()
				entries, err = stop.Log(rows)
			} else if errors.Is(err, fs.ErrNotExist) {
				err = nil
			}
			if err != nil {
				return err
			}
			return a.printStopLog(entries)
		},
	}
}

// warnStopped says of a command that starts what an emergency stop has stopped that it does so. It is no refusal: who
// analyses an incident replays while all else is stopped.
func (a *app) warnStopped(dir string) {
	if state, _ := stop.Read(dir); state.On {
		a.warn("an emergency stop stands, %s; this starts the workflow nevertheless", printable(state.String()))
	} else if value, set := soak.StoppedByEnvironment(); set {
		a.warn("%s=%s is set; this starts the workflow nevertheless", harness.StopVariable, printable(strings.TrimSpace(value)))
	}
}
