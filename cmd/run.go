package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/monitor"
	"github.com/shadowrun/shadowrun/harness/soak"
)

type runFlags struct {
	configFlags
	listenFlags
	duration time.Duration
	hours    float64
	cycles   int
	quick    bool
	resume   bool
	goOn     bool // or else start one
	exit     bool
	progress string
}

func (a *app) runCommand() *cobra.Command {
	var f runFlags
	c := &cobra.Command{
		Short: "Run a soak: seeded workflows in cycles, each replayed",
		Long: `Runs seeded workflows in cycles, replays every run, and says what differs and why.

Without a configuration it runs the built-in workflows. 'shadowrun init -- COMMAND' writes one
for a command of yours. Without --duration or --cycles it runs until it is stopped. While an
emergency stop stands ('shadowrun stop enable') it starts nothing, and waits; time so spent does
not count.

Exit status: 0 PASS, 1 FAIL, 2 usage or configuration, 3 INCONCLUSIVE, 4 INTERRUPTED (resumable).`,
		Example: `  shadowrun --quick                    three cycles, one after another
  shadowrun --duration 24h             a soak; at most 24 hours of active time
  shadowrun --resume                   go on with the one that was stopped or killed
  shadowrun --resume-or-start --duration 24h   the same, or else a new one: as a service
  shadowrun --cycles 10 -w orders      ten cycles of one workflow
  shadowrun --listen 127.0.0.1:9464    with metrics and a live page at http://127.0.0.1:9464/`,
		Args: arguments(0, 0),
		RunE: func(c *cobra.Command, _ []string) error { return a.run(c, &f) },
	}
	f.addAll(c, a)
	f.listenFlags.add(c)
	flags := c.Flags()
	flags.DurationVar(&f.duration, "duration", 0, "active time after which no further cycle starts, such as 24h")
	flags.Float64Var(&f.hours, "hours", 0, "the same in hours")
	flags.IntVar(&f.cycles, "cycles", 0, "how many cycles")
	flags.BoolVar(&f.quick, "quick", false, "three cycles without an interval")
	flags.BoolVar(&f.resume, "resume", false, "go on with the latest soak of the state folder")
	flags.BoolVar(&f.goOn, "resume-or-start", false, "go on with the latest soak, by its own limits, where it was interrupted or killed; else start one")
	flags.BoolVar(&f.exit, "exit-on-stop", false, "end at an emergency stop (exit status 4, resumable) rather than wait until it is over")
	flags.StringVar(&f.progress, "progress", "", "`how` to tell of it: bar, text, json or none (default bar on a terminal, else text)")
	flags.MarkHidden("hours")
	return c
}

const quickCycles = 3

func (f *runFlags) limits(config *harness.Config) (cycles int, duration time.Duration, err error) {
	duration = f.duration
	if f.hours != 0 {
		duration = time.Duration(f.hours * float64(time.Hour))
	}
	cycles = f.cycles
	if f.quick {
		cycles = quickCycles
		none := harness.Duration(0)
		config.Interval = &none
	}
	if duration < 0 || cycles < 0 {
		return 0, 0, errors.New("--duration and --cycles: want more than zero")
	}
	return cycles, duration, nil
}

func (a *app) run(c *cobra.Command, f *runFlags) error {
	if err := cmp.Or(oneOf(c, "duration", "hours"), oneOf(c, "quick", "cycles"), oneOf(c, "resume", "resume-or-start")); err != nil {
		return err
	}
	config, err := a.config(c, &f.configFlags)
	if err != nil {
		return err
	}
	cycles, duration, err := f.limits(&config)
	if err != nil {
		return err
	}
	dir, err := a.state()
	if err != nil {
		return err
	}
	progress, err := a.newProgress(f.progress, dir)
	if err != nil {
		return err
	}
	unlisten, err := a.listen(&f.listenFlags, func() monitor.Status { return soakStatus(dir) })
	if err != nil {
		return err
	}
	defer unlisten()
	ctx, stop, release := a.signals(c.Context(), time.Duration(config.Grace))
	defer release()
	untend := func() {}
	options := soak.Options{
		Dir: dir, Config: config, Workflows: a.workflows, Version: version(),
		Cycles: cycles, Duration: duration, Resume: f.resume, ExitOnStop: f.exit, Notify: progress.event,
		Started: func(s soak.Session) {
			progress.start(s)
			untend = newService().tend(a, func() monitor.Status { return soakStatus(dir) })
		},
	}
	id, err := f.carryOut(ctx, stop, options)
	progress.end()
	untend()
	if errors.Is(err, soak.ErrEmergencyStop) {
		next := "'shadowrun stop status" + soak.StateFlag(dir) + "' says more, 'stop disable' lifts it"
		if _, set := soak.StoppedByEnvironment(); set { // which stop disable can't lift
			next = "'unset " + harness.StopVariable + "' lets it begin"
		}
		return failure{err, soak.Interrupted.ExitStatus(), []string{next}}
	}
	if err != nil && (id == 0 || errors.As(err, new(*ledger.HeldError)) || errors.Is(err, soak.ErrNothingToResume)) {
		return err // it did not begin
	}
	if err != nil {
		a.fail(err, "what was acknowledged is safe; 'shadowrun --resume"+soak.StateFlag(dir)+"' goes on")
	}
	outcome := a.conclude(dir, id)
	if !isExit(outcome) {
		return failure{outcome, exitInconclusive, []string{"the soak is in its ledger: shadowrun summary" + soak.StateFlag(dir)}}
	}
	if err != nil && outcome == exitError(exitOK) {
		return exitError(exitInconclusive) // it did all that it was to, and could not record so
	}
	return outcome
}

// carryOut carries a soak out. Whether there is one to go on with is found out by trying to: whoever looked
// first would look before the state folder is locked.
func (f *runFlags) carryOut(ctx context.Context, stop <-chan struct{}, o soak.Options) (ledger.SoakID, error) {
	if f.goOn {
		latest := o
		latest.Resume, latest.Cycles, latest.Duration = true, 0, 0 // with the limits here, one that has ended could be made longer
		if id, err := soak.Run(ctx, stop, latest); !errors.Is(err, soak.ErrNothingToResume) {
			return id, err
		}
	}
	return soak.Run(ctx, stop, o)
}

// isExit reports whether an error is only an exit status.
func isExit(err error) bool {
	var exit exitError
	return errors.As(err, &exit)
}

// conclude prints what the soak came to, and returns its outcome as the exit status.
func (a *app) conclude(dir string, id ledger.SoakID) error {
	state, err := soak.View(dir)
	if err != nil {
		return err
	}
	defer state.Close()
	of, err := state.Soak(id)
	if err != nil {
		return err
	}
	a.nameSoak(id, id)
	summary, err := a.summarize(state, of)
	if err != nil {
		return err
	}
	clean, err := state.Ledger.CleanRuns(of.ID)
	if err != nil {
		return err
	}
	if !a.json {
		fmt.Fprintln(a.err) // between what was said meanwhile and the summary
	}
	if err := a.printSummary(summary, clean); err != nil {
		return err
	}
	return exitError(summary.Outcome.ExitStatus())
}

var (
	errGrace  = errors.New("the grace period is over")
	errSecond = errors.New("a second signal")
)

// signals returns a channel that the first SIGINT or SIGTERM closes, and a context that ends
// after a grace period from then, or at once with the second.
func (a *app) signals(parent context.Context, grace time.Duration) (context.Context, <-chan struct{}, func()) {
	ctx, cancel := context.WithCancelCause(parent)
	stop := make(chan struct{})
	received := make(chan os.Signal, 2)
	signal.Notify(received, syscall.SIGINT, syscall.SIGTERM)
	finished := make(chan struct{})
	joined := make(chan struct{})
	go func() {
		defer close(joined)
		var over <-chan time.Time
		for {
			select {
			case s := <-received:
				if over != nil {
					a.say("%v again: what is in flight is abandoned", s)
					cancel(fmt.Errorf("%w: %w", harness.ErrStopped, errSecond))
					return
				}
				a.say("%v: no further cycle is started; what is in flight has %v to finish (again: stop at once)", s, grace)
				close(stop)
				over = time.After(grace)
			case <-over:
				a.say("what is in flight is abandoned: its %v are over", grace)
				cancel(fmt.Errorf("%w: %w", harness.ErrStopped, errGrace))
				over = make(chan time.Time)
			case <-finished:
				return
			}
		}
	}()
	return ctx, stop, func() {
		signal.Stop(received)
		close(finished)
		<-joined
		cancel(nil)
	}
}
