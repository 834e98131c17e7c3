package cmd

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/shadowrun/shadowrun/harness/monitor"
	"github.com/shadowrun/shadowrun/harness/soak"
)

// maxGlance is how many findings a glance names.
const maxGlance = 5

// writeStatus writes a status for people.
func (a *app) writeStatus(s monitor.Status) {
	out := a.out
	a.nameSoak(s.Soak.ID, s.Soak.ID)
	fmt.Fprintf(out, "%s\n", headline(s))
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	row := func(name, format string, args ...any) {
		fmt.Fprintf(w, "  %s\t%s\n", name, fmt.Sprintf(format, args...))
	}
	if s.Soak.ID != 0 && s.Unread == nil {
		writeProgress(row, s)
	}
	writeRoom(row, s)
	if s.Soak.ID != 0 && s.Unread == nil {
		row("outcome", "%s", outcomeSoFar(s))
	}
	for _, blind := range s.Blind {
		row("not seen", "%s", shortened(blind))
	}
	row("state", "%s", printable(s.Dir))
	w.Flush()
	writeConditions(out, s)
	if len(s.Findings) > 0 {
		fmt.Fprintln(out)
		a.writeFindings(soak.Summary{State: s.Dir, Findings: s.Findings}, maxGlance)
	}
}

// headline is the state, and what makes it so.
func headline(s monitor.Status) string {
	text := string(s.State)
	if s.State == monitor.Finished {
		text += " " + string(s.Outcome)
	}
	if s.Soak.ID != 0 && s.Unread == nil {
		text = fmt.Sprintf("soak %d: %s", s.Soak.ID, text)
	}
	var ids []string
	for _, c := range s.Conditions {
		if c.Severity != monitor.SeverityNote {
			ids = append(ids, string(c.ID))
		}
	}
	if len(ids) > 0 {
		text += ": " + strings.Join(ids, ", ")
	}
	return text
}

func writeProgress(row func(name, format string, args ...any), s monitor.Status) {
	c := s.Last.Counters
	row("soak", "%s", lifeOf(s))
	row("limit", "%s", limitOf(s))
	overrun := ""
	if c.Overruns > 0 {
		overrun = fmt.Sprintf(" (%d took longer than the interval)", c.Overruns)
	}
	row("cycles", "%d%s", c.Cycles, overrun)
	row("runs", "%d%s, %s", c.Runs, unfinished(c), rateOf(s))
	row("replays", "%d, of which %d of older runs", c.Replays, c.Rechecks)
	row("verdicts", "%d match, %d leak, %d violation, %d drift, %d unknown", c.Match, c.Leak, c.Violation, c.Drift, c.Unknown)
	row("progress", "%s", progressOf(s))
}

func progressOf(s monitor.Status) string {
	text := "none yet"
	switch phase := s.Phase(); {
	case s.Last.N == 0:
	case phase.UnderWay():
		text = fmt.Sprintf("cycle %d, %v ago", s.Last.Cycle, monitor.Rounded(max(0, s.Now().Sub(s.Last.Committed))))
	default:
		text = fmt.Sprintf("cycle %d, %s", s.Last.Cycle, s.Last.Committed.Format(time.RFC3339))
	}
	if s.Phase() == monitor.PhaseRunning {
		text += fmt.Sprintf(" (stale after %v)", s.StaleAfter)
	}
	return text
}

// lifeOf says who carries the soak on and since when, or what became of it.
func lifeOf(s monitor.Status) string {
	p := s.Process
	who := fmt.Sprintf("pid %d on %s", p.PID, printable(p.Host))
	active := fmt.Sprintf("%v of active time", monitor.Rounded(s.Active()))
	switch s.Phase() {
	case monitor.PhaseDead:
		return fmt.Sprintf("begun %s, dead after %s; it was %s", s.Soak.Started.Format(time.RFC3339), active, who)
	case monitor.PhaseFinished, monitor.PhaseInterrupted:
		return fmt.Sprintf("begun %s, %s %s after %s", s.Soak.Started.Format(time.RFC3339), s.Phase(), endOf(s).Format(time.RFC3339), active)
	case monitor.PhaseExplaining:
		who += ", which explains what was found"
	case monitor.PhaseStarting:
		return "starting, " + who
	}
	if p.Paused {
		who += ", which is paused by a signal"
	}
	return fmt.Sprintf("begun %s, %s, %s", s.Soak.Started.Format(time.RFC3339), active, who)
}

func endOf(s monitor.Status) time.Time {
	if s.Soak.Ended.IsZero() {
		return s.Progress()
	}
	return s.Soak.Ended
}

func limitOf(s monitor.Status) string {
	var limits []string
	if left, limited := s.Left(); limited {
		text := fmt.Sprintf("%v of active time, %v left", s.Soak.Duration, monitor.Rounded(left))
		if end := s.Deadline(); !end.IsZero() {
			text += ": until " + end.UTC().Format(time.RFC3339)
		}
		limits = append(limits, text)
	}
	if s.Soak.Cycles > 0 {
		limits = append(limits, quantity(s.Soak.Cycles, "cycle"))
	}
	if len(limits) == 0 {
		return "none: until it is stopped"
	}
	return strings.Join(limits, "; ")
}

func rateOf(s monitor.Status) string {
	if rate := s.Rate(); rate < 1 {
		return fmt.Sprintf("%.3g a minute", 60*rate)
	}
	return fmt.Sprintf("%.3g a second", s.Rate())
}

func writeRoom(row func(name, format string, args ...any), s monitor.Status) {
	row("goldens", "%d, their folder %s", s.Last.Goldens, humanize.IBytes(uint64(s.Goldens)))
	for _, d := range s.Disks {
		row("disk", "%s", diskText(d))
	}
}

func diskText(d monitor.Disk) string {
	switch {
	case d.Err != nil:
		return fmt.Sprintf("%s: %s", d.Name, printable(d.Err.Error()))
	case d.Same != "":
		return fmt.Sprintf("%s: the same as %s (%s)", d.Name, d.Same, printable(d.Path))
	}
	text := fmt.Sprintf("%s: %.1f %% in use, %s free (%s)", d.Name, d.Used, humanize.IBytes(uint64(d.Free)), printable(d.Path))
	if used, of := d.Fullest(); of != "space" {
		text += fmt.Sprintf(", %.1f %% of its %s", used, of)
	}
	if d.ReadOnly {
		text += ", read-only"
	}
	return text
}

func outcomeSoFar(s monitor.Status) string {
	switch {
	case s.Outcome == "":
		return "so far nothing speaks against it"
	case !s.Process.Alive:
		return fmt.Sprintf("%s: %s", s.Outcome, s.Why)
	}
	return fmt.Sprintf("so far %s: %s", s.Outcome, s.Why)
}

func writeConditions(out io.Writer, s monitor.Status) {
	if len(s.Conditions) == 0 {
		return
	}
	fmt.Fprintln(out)
	for _, c := range s.Conditions {
		since := ""
		if !c.Since.IsZero() {
			since = " since " + c.Since.UTC().Format(time.RFC3339)
		}
		fmt.Fprintf(out, "%s: %s%s: %s\n", c.Severity, c.ID, since, shortened(c.Text))
		if c.Next != "" {
			fmt.Fprintf(out, "  next  %s\n", printable(c.Next))
		}
	}
}
