package cmd

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/monitor"
)

// defaultWatch is how often --watch looks.
const defaultWatch = 2 * time.Second

func (a *app) statusCommand() *cobra.Command {
	var f healthFlags
	watch := secondsOrDuration{new(time.Duration)}
	c := &cobra.Command{
		Use:   "status",
		Short: "Show at a glance how the soak is",
		Long: `Shows the state of the latest soak in the state folder, how far it is, and what to do about it. It
reads the ledger of a running, finished or killed soak, also as another user, and slows nothing.

  HEALTHY   under way, and nothing to tell
  WARNING   something wants looking after: no progress, leaks, a disk that fills up
  CRITICAL  its process is dead before its deadline, a violation, a drift, a full disk
  UNKNOWN   no soak has run here, or it can't be seen
  FINISHED  its outcome says the rest
  STOPPED   on purpose: by the emergency stop, or interrupted

Exit status: 0; 3 where nothing could be seen. 'shadowrun check' tells the state by its exit status.`,
		Example: `  shadowrun status
  shadowrun status --watch
  shadowrun status --json --state /var/lib/shadowrun`,
		Args: arguments(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			if *watch.d > 0 {
				return a.watchStatus(c, &f, *watch.d)
			}
			s, _, err := f.look(c, a)
			if err != nil {
				return err
			}
			if err := a.printStatus(s); err != nil {
				return err
			}
			if s.State == monitor.Unknown {
				return exitError(exitInconclusive)
			}
			return nil
		},
	}
	f.add(c, a)
	flags := c.Flags()
	flags.VarP(&watch, "watch", "", "look again every so often (default 2s), until the soak ends")
	flags.Lookup("watch").NoOptDefVal = defaultWatch.String()
	return c
}

func (a *app) printStatus(s monitor.Status) error {
	if a.json {
		return a.printJSON(newStatusJSON(s))
	}
	a.writeStatus(s)
	return nil
}

// glance is what makes a status another one: all that does not change by the time alone.
type glance struct {
	state      monitor.State
	phase      monitor.Phase
	conditions string
	counters   ledger.Counters
	findings   int
}

func glanceOf(s monitor.Status) glance {
	var ids []string
	for _, c := range s.Conditions {
		ids = append(ids, string(c.ID)+c.Severity.String())
	}
	return glance{s.State, s.Phase(), strings.Join(ids, " "), s.Last.Counters, len(s.Findings)}
}

// watchStatus shows a status again and again: on a terminal in the same place, elsewhere where it changed.
func (a *app) watchStatus(c *cobra.Command, f *healthFlags, every time.Duration) error {
	ctx, end := signal.NotifyContext(c.Context(), os.Interrupt, syscall.SIGTERM)
	defer end()
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	terminal := isTerminal(a.out) && !a.json
	var last glance
	for first := true; ; first = false {
		s, _, err := f.look(c, a)
		if err != nil {
			return err
		}
		switch now := glanceOf(s); {
		case terminal:
			err = a.redraw(s)
		case first || now != last:
			last = now
			if !first && !a.json {
				fmt.Fprintln(a.out)
			}
			err = a.printChange(s)
		}
		if over := []monitor.Phase{monitor.PhaseFinished, monitor.PhaseInterrupted, monitor.PhaseDead}; err != nil || slices.Contains(over, s.Phase()) {
			return err
		}
		if !nextTick(ctx, ticker.C) {
			return nil
		}
	}
}

func nextTick(ctx context.Context, tick <-chan time.Time) bool {
	select {
	case <-tick:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

// printChange prints a status among others: a block, or a line of JSON.
func (a *app) printChange(s monitor.Status) error {
	if a.json {
		return a.printLine(newStatusJSON(s))
	}
	fmt.Fprintf(a.out, "%s\n", s.At.Format(time.DateTime))
	return a.printStatus(s)
}

// redraw draws a status over the one before.
func (a *app) redraw(s monitor.Status) error {
	var text bytes.Buffer
	drawn := *a
	drawn.out = &text
	drawn.writeStatus(s)
	return a.drawOver(text.String())
}

// drawOver draws over what was drawn before, in one write, so that it does not flicker.
func (a *app) drawOver(text string) error {
	const home, clearLine, clearBelow = "\x1b[H", "\x1b[K\n", "\x1b[J"
	_, err := fmt.Fprint(a.out, home+strings.ReplaceAll(text, "\n", clearLine)+clearBelow)
	return err
}
