package cmd

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/monitor"
	"github.com/shadowrun/shadowrun/harness/soak"
)

// defaultTail is how many entries are shown.
const defaultTail = 20

// followEvery is how often the ledger is looked at for what is new.
const followEvery = time.Second

func (a *app) tailCommand() *cobra.Command {
	var id int64
	var n int
	var follow bool
	c := &cobra.Command{
		Use:   "tail",
		Short: "Show what happened last: cycles, events, what operators did",
		Long: `Shows the last cycles, events of the soak and actions of operators, oldest first. With -f it goes on with
what comes, until the soak ends or a signal does. With --json each is a line.`,
		Example: "  shadowrun debug tail\n  shadowrun debug tail -n 100\n  shadowrun debug tail -f --json",
		Args:    arguments(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			if n < 0 {
				return fmt.Errorf("-n %d: want 0 or more", n)
			}
			if follow && id != 0 {
				return hinted(fmt.Errorf("-f and --soak: only the latest soak can go on"), "leave --soak out")
			}
			var mark ledger.Mark
			err := a.withSoak(id, func(s *soak.State, of ledger.Soak) (err error) {
				var entries []entryJSON
				if entries, mark, err = lastEntries(s.Ledger, of.ID, n); err != nil {
					return err
				}
				id = int64(of.ID)
				return a.printEntries(entries)
			})
			if err != nil || !follow {
				return err
			}
			return a.followTail(c.Context(), ledger.SoakID(id), mark)
		},
	}
	flags := c.Flags()
	flags.IntVarP(&n, "lines", "n", defaultTail, "how many")
	flags.BoolVarP(&follow, "follow", "f", false, "go on with what comes, until the soak ends")
	flags.Int64Var(&id, "soak", 0, "of the soak of this `number` (default the latest)")
	return c
}

// entryJSON is something that happened.
type entryJSON struct {
	Version int       `json:"version"`
	At      time.Time `json:"at"`
	Kind    string    `json:"kind"`
	Text    string    `json:"text"`
}

func (e entryJSON) write(out io.Writer) {
	fmt.Fprintf(out, "%s  %-8s  %s\n", e.At.Format(time.RFC3339), printable(e.Kind), shortened(e.Text))
}

func (a *app) printEntries(entries []entryJSON) error {
	for _, e := range entries {
		if a.json {
			if err := a.printLine(e); err != nil {
				return err
			}
			continue
		}
		e.write(a.out)
	}
	return nil
}

// lastEntries returns the last n things that happened, and the mark of who has read them.
func lastEntries(l *ledger.Reader, id ledger.SoakID, n int) ([]entryJSON, ledger.Mark, error) {
	news, err := l.Last(id, max(n, 1))
	if err != nil {
		return nil, ledger.Mark{}, err
	}
	before, err := countersBefore(l, id, news)
	entries := entriesOf(news, before)
	return entries[max(0, len(entries)-n):], ledger.Mark{}.Move(news), err
}

// countersBefore returns a soak's sums before the first checkpoint of the news.
func countersBefore(l *ledger.Reader, id ledger.SoakID, news ledger.News) (ledger.Counters, error) {
	if len(news.Checkpoints) == 0 || news.Checkpoints[0].N == 1 {
		return ledger.Counters{}, nil
	}
	c, err := l.Checkpoint(id, news.Checkpoints[0].N-1)
	return c.Counters, err
}

// entriesOf returns the news in the order in which they happened.
func entriesOf(news ledger.News, before ledger.Counters) []entryJSON {
	entries := []entryJSON{}
	for _, e := range news.Events {
		entries = append(entries, entryJSON{jsonVersion, e.At, e.Kind, e.Text})
	}
	for _, x := range news.Actions {
		entries = append(entries, entryJSON{jsonVersion, x.At, "action", fmt.Sprintf("%s by %s: %s", x.What, x.Who, x.Detail)})
	}
	for _, c := range news.Checkpoints {
		entries = append(entries, entryJSON{jsonVersion, c.Committed, "cycle", cycleText(c.Cycle, c.Minus(before))})
		before = c.Counters
	}
	slices.SortStableFunc(entries, func(a, b entryJSON) int { return cmp.Compare(a.At.UnixNano(), b.At.UnixNano()) })
	return entries
}

// cycleText says what came of the cycles up to one.
func cycleText(n int, done ledger.Counters) string {
	text := fmt.Sprint(n)
	if done.Cycles > 1 {
		text = fmt.Sprintf("%d to %d", n-int(done.Cycles)+1, n)
	}
	text += fmt.Sprintf(": %s, %s", quantity(done.Runs, "run"), quantity(done.Replays, "replay"))
	var verdicts []string
	for _, v := range []struct {
		n    int64
		name string
	}{{done.Match, "match"}, {done.Leak, "leak"}, {done.Violation, "violation"}, {done.Drift, "drift"}, {done.Unknown, "unknown"}} {
		if v.n > 0 {
			verdicts = append(verdicts, fmt.Sprintf("%d %s", v.n, v.name))
		}
	}
	if len(verdicts) > 0 {
		text += ": " + strings.Join(verdicts, ", ")
	}
	if done.Unfinished > 0 {
		text += fmt.Sprintf("; %d left no golden", done.Unfinished)
	}
	if done.Overruns > 0 {
		text += "; longer than the interval"
	}
	return text
}

// followTail prints what is new until the soak ends.
func (a *app) followTail(parent context.Context, id ledger.SoakID, mark ledger.Mark) error {
	dir, err := a.state()
	if err != nil {
		return err
	}
	ctx, end := signal.NotifyContext(parent, os.Interrupt, syscall.SIGTERM)
	defer end()
	ticker := time.NewTicker(followEvery)
	defer ticker.Stop()
	for {
		// Whether it is over is looked at first: what it did last is printed then.
		over := isOver(dir, id)
		entries, err := newEntries(dir, id, &mark)
		if err != nil {
			return err
		}
		if err := a.printEntries(entries); err != nil || over {
			return err
		}
		if !nextTick(ctx, ticker.C) {
			return nil
		}
	}
}

// isOver reports whether nobody carries a soak on any more.
func isOver(dir string, id ledger.SoakID) bool {
	seen := monitor.Look(dir, monitor.Options{})
	switch seen.Phase() {
	case monitor.PhaseFinished, monitor.PhaseInterrupted, monitor.PhaseDead:
		return true
	}
	return seen.Soak.ID > id
}

// newEntries returns what came after a mark, which it moves.
func newEntries(dir string, id ledger.SoakID, mark *ledger.Mark) ([]entryJSON, error) {
	l, err := ledger.View(soak.LedgerPath(dir)) // anew: see there
	if err != nil {
		return nil, err
	}
	defer l.Close()
	news, err := l.Since(id, *mark)
	if err != nil {
		return nil, err
	}
	before, err := countersBefore(l, id, news)
	*mark = mark.Move(news)
	return entriesOf(news, before), err
}
