package cmd

import (
	"errors"
	"fmt"
	"io/fs"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/soak"
)

func (a *app) monitorStatusCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "Show whether a monitor runs, which alerts are open, and what waits to be delivered",
		Long: `Shows whether a monitor of the state folder runs, its alerts that are open, and what its receivers have not taken yet.

Exit status: 0, or 1 where no monitor runs.`,
		Example: "  shadowrun monitor status --json",
		Args:    arguments(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			dir, err := a.state()
			if err != nil {
				return err
			}
			s, err := monitorStatusOf(dir)
			if err != nil && s.Running != nil {
				return failure{fmt.Errorf("the monitor, process %d, runs; what it has told can't be read: %w", s.Running.PID, err), exitInconclusive, []string{"shadowrun status" + soak.StateFlag(dir)}}
			}
			if err != nil {
				return err
			}
			if a.json {
				err = a.printJSON(s)
			} else {
				err = a.printMonitorStatus(dir, s)
			}
			if err == nil && s.Running == nil {
				err = exitError(exitFail)
			}
			return err
		},
	}
}

func monitorStatusOf(dir string) (monitorStatusJSON, error) {
	s := monitorStatusJSON{Version: 1, Open: []alertJSON{}, Waiting: []deliveryJSON{}}
	who, held, err := ledger.HolderOf(monitorDir(dir))
	if err != nil {
		return s, err
	}
	if held {
		s.Running = &who
	}
	reader, err := ledger.View(soak.LedgerPath(dir))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, ledger.ErrOlder) {
		return s, nil
	}
	if err != nil {
		return s, err
	}
	defer reader.Close()
	alerts, err := reader.Alerts()
	if err != nil {
		return s, err
	}
	for _, x := range alerts {
		if x.Resolved.IsZero() {
			s.Open = append(s.Open, alertJSON{x.ID, int64(x.Soak), x.Condition, x.Severity, x.Text, x.Next, x.Opened, x.Changed})
		}
	}
	waiting, err := reader.Waiting()
	for _, d := range waiting {
		s.Waiting = append(s.Waiting, deliveryJSON{d.Alert.ID, d.Alert.Messages, d.Kind, d.At, d.Receiver, d.Tries, d.Error})
	}
	return s, err
}

func (a *app) printMonitorStatus(dir string, s monitorStatusJSON) error {
	if s.Running == nil {
		fmt.Fprintf(a.out, "no monitor of %s runs\n", dir)
		a.hint("shadowrun monitor start%s", soak.StateFlag(dir))
	} else {
		fmt.Fprintf(a.out, "monitor of %s: process %d on %s, since %s\n", dir, s.Running.PID, s.Running.Host, s.Running.Started.Format(time.RFC3339))
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for _, x := range s.Open {
		fmt.Fprintf(w, "  %s\t%s\t%s\tsince %s\t%s\n", x.ID, x.Severity, x.Condition, x.Opened.Format(time.RFC3339), shortened(x.Text))
	}
	for _, d := range s.Waiting {
		fmt.Fprintf(w, "  %s.%d\twaits\t%s\tsince %s\t%s: %s\n", d.Alert, d.Message, d.Kind, d.At.Format(time.RFC3339), printable(d.Receiver), triedSoFar(d))
	}
	if len(s.Open) == 0 {
		fmt.Fprintln(w, "  no alert is open")
	}
	return w.Flush()
}

// triedSoFar says what came of the attempts to deliver a message. One is made as soon as those before it have arrived.
func triedSoFar(d deliveryJSON) string {
	if d.Tries == 0 {
		return "not tried yet"
	}
	return quantity(d.Tries, "attempt") + ", " + shortened(d.Error)
}

// monitorStatusJSON is 'shadowrun monitor status --json'.
type monitorStatusJSON struct {
	Version int            `json:"version"`
	Running *ledger.Holder `json:"running,omitempty"`
	Open    []alertJSON    `json:"open"`
	Waiting []deliveryJSON `json:"waiting"`
}

type alertJSON struct {
	ID        string    `json:"id"`
	Soak      int64     `json:"soak,omitempty"`
	Condition string    `json:"condition"`
	Severity  string    `json:"severity"`
	Text      string    `json:"text"`
	Next      string    `json:"next,omitempty"`
	Opened    time.Time `json:"opened"`
	Changed   time.Time `json:"changed"`
}

type deliveryJSON struct {
	Alert    string    `json:"alert"`
	Message  int       `json:"message"`
	Kind     string    `json:"kind"`
	At       time.Time `json:"at"`
	Receiver string    `json:"receiver"`
	Tries    int       `json:"tries"`
	Error    string    `json:"error,omitempty"`
}
