package cmd

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/soak"
	"github.com/shadowrun/shadowrun/replay"
)

// printSummary prints what a soak came to, for people or as JSON; clean is how many of its runs [ledger.Reader.CleanRuns] counts.
func (a *app) printSummary(s soak.Summary, clean int64) error {
	if a.json {
		return a.printJSON(newSummaryJSON(s, clean))
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "soak %d, base seed %d, %s of active time\n\n", s.Soak.ID, s.Soak.BaseSeed, roundTime(s.Active))
	writeFigures(w, s)
	if err := w.Flush(); err != nil {
		return err
	}
	writeHours(a.out, s)
	fmt.Fprintln(a.out)
	a.writeFindings(s, maxFindings)
	a.writeFailed(s)
	a.writeFailing(s)
	a.writeSeedless(s)
	a.writeOutcome(s, clean)
	return nil
}

func roundTime(d time.Duration) time.Duration {
	if d < 10*time.Second {
		return d.Round(time.Millisecond)
	}
	return d.Round(time.Second)
}

func writeFigures(w io.Writer, s soak.Summary) {
	c := s.Counters
	row := func(name, format string, args ...any) { fmt.Fprintf(w, "  "+name+"\t"+format+"\n", args...) }
	overrun := ""
	if c.Overruns > 0 {
		overrun = fmt.Sprintf(" (%d took longer than the interval)", c.Overruns)
	}
	row("cycles", "%d%s", c.Cycles, overrun)
	row("workflows", "%s%s", quantity(c.Runs, "run"), unfinished(c))
	row("replays", "%d, of which %d of older runs (%d more skipped)", c.Replays, c.Rechecks, c.RechecksSkipped)
	row("verdicts", "%d match, %d leak, %d violation, %d drift, %d unknown", c.Match, c.Leak, c.Violation, c.Drift, c.Unknown)
	row("goldens", "%d, %s on disk (%s of traces)", c.Goldens, humanize.IBytes(uint64(c.GoldenBytes)), humanize.IBytes(uint64(c.TraceBytes)))
	row("restorations", "%d", c.Restorations)
}

// unfinished says how many of the runs left no golden, and how many a stop gave up: those come again.
func unfinished(c ledger.Counters) string {
	var parts []string
	if c.Unfinished > 0 {
		parts = append(parts, fmt.Sprintf("%d left no golden", c.Unfinished))
	}
	if c.Abandoned > 0 {
		parts = append(parts, fmt.Sprintf("%d still to be done", c.Abandoned))
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// writeHours prints the hourly progression of a soak that lasted longer than one.
func writeHours(out io.Writer, s soak.Summary) {
	if len(s.Hours) < 2 {
		return
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "\nhour\tcycles\truns\treplays\tmismatches\tunknown\tin all\t\n")
	for _, h := range s.Hours {
		fmt.Fprintf(w, "%d\t%d\t%d\t%d\t%d\t%d\t%d\t\n", h.N+1, h.Done.Cycles, h.Done.Runs, h.Done.Replays,
			h.Done.Leak+h.Done.Violation+h.Done.Drift, h.Done.Unknown, h.Total.Replays)
	}
	w.Flush()
}

// maxFindings is how many findings a summary names; 'shadowrun findings' has them all.
const maxFindings = 30

func (a *app) writeFindings(s soak.Summary, most int) {
	if len(s.Findings) == 0 {
		fmt.Fprint(a.out, "findings: none\n")
		return
	}
	fmt.Fprintf(a.out, "%s\n", quantity(len(s.Findings), "finding"))
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "  key\tworkflow\tclass\tcause\twhere\tseen\tto see it again")
	for i, f := range gravestFirst(s.Findings) {
		if i == most {
			fmt.Fprintf(w, "  … %d more: shadowrun findings%s\n", len(s.Findings)-i, a.pasted(s.State))
			break
		}
		next := f.Reproduction
		switch {
		case f.Accepted != nil:
			next = f.Accepted.String()
		case f.Again != nil:
			next = f.Again.String() + ", seen again: " + next
		}
		class, cause := classAndCause(f)
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\t%s\t%d ×\t%s\n", shortKey(f.Key), f.Workflow, class, cause,
			printable(orRoot(f.Pattern)), f.Count, next)
	}
	w.Flush()
}

// classAndCause are those that experiments have proven, or else the suspected ones.
func classAndCause(f ledger.Finding) (class, cause string) {
	if x := f.Explained; x != nil && x.Cause != "" && x.Cause != replay.CauseUnattributed {
		return string(x.Class), string(x.Cause) + " (proven)"
	}
	return string(f.Class), string(f.Cause)
}

// gravestFirst returns findings in the order in which one looks at them: violations first, accepted
// ones last.
func gravestFirst(findings []ledger.Finding) []ledger.Finding {
	gravity := func(f ledger.Finding) int {
		switch {
		case f.Accepted != nil:
			return 2
		case f.Class == replay.ClassViolation:
			return 0
		}
		return 1
	}
	return slices.SortedStableFunc(slices.Values(findings), func(a, b ledger.Finding) int { return gravity(a) - gravity(b) })
}

func orRoot(path string) string {
	if path == "" {
		return "(the whole)"
	}
	return path
}

func shortKey(key string) string { return key[:min(len(key), 8)] }

func (a *app) writeFailed(s soak.Summary) {
	if len(s.Failed) == 0 {
		return
	}
	fmt.Fprint(a.out, "\nruns without a golden\n")
	for _, r := range s.Failed {
		at := harness.Position{Cycle: r.Cycle, Run: r.RunKey.Position}
		fmt.Fprintf(a.out, "  %s (%s, seed %d): %s: %s: shadowrun show %s%s\n", at, r.Workflow, r.Seed, r.Status,
			shortened(r.Message), at, a.pasted(s.State))
	}
	if more := s.Counters.Unfinished - int64(len(s.Failed)); more > 0 {
		fmt.Fprintf(a.out, "  … %d more\n", more)
	}
}

// writeFailing warns of workflows that do the same thing again, but perhaps not what they are there for.
func (a *app) writeFailing(s soak.Summary) {
	if len(s.Failing) == 0 {
		return
	}
	fmt.Fprint(a.out, "\nworkflows of which no run ended with exit status 0: is that what they are to do?\n")
	for _, r := range s.Failing {
		at := harness.Position{Cycle: r.Cycle, Run: r.RunKey.Position}
		fmt.Fprintf(a.out, "  %s: %s: shadowrun show %s%s\n", r.Workflow, endText(r), at, a.pasted(s.State))
	}
}

// writeSeedless warns of workflows whose replays can't but match.
func (a *app) writeSeedless(s soak.Summary) {
	if len(s.Seedless) == 0 {
		return
	}
	fmt.Fprint(a.out, "\nworkflows on which the seed has no effect: do they take it ({seed} in an argument, SHADOWRUN_SEED), or reuse what an earlier run left?\n")
	for _, x := range s.Seedless {
		at := harness.Position{Cycle: x.First.Cycle, Run: x.First.RunKey.Position}
		fmt.Fprintf(a.out, "  %s: the same trace with each of %d seeds: shadowrun show %s%s\n", x.First.Workflow, x.Seeds, at, a.pasted(s.State))
	}
}

func endText(r ledger.Run) string {
	if r.Signal != "" {
		return "ended by " + r.Signal
	}
	return fmt.Sprintf("exit status %d", r.Exit)
}

func (a *app) writeOutcome(s soak.Summary, clean int64) {
	outcome, why := string(s.Outcome), s.Why
	if s.Running != nil {
		outcome = fmt.Sprintf("running (pid %d on %s), so far %s", s.Running.PID, s.Running.Host, outcome)
		if s.Outcome == soak.Interrupted { // it is not at its end, that is all
			outcome, why = fmt.Sprintf("running (pid %d on %s)", s.Running.PID, s.Running.Host), "so far nothing speaks against it"
		}
	}
	fmt.Fprintf(a.out, "\n%s: %s\n", outcome, why)
	fmt.Fprintf(a.out, "  %s\n", boundText(s, clean))
	fmt.Fprintf(a.out, "  state    %s\n", s.State)
	for _, next := range a.nextSteps(s) {
		fmt.Fprintf(a.out, "  next     %s\n", next)
	}
}

// boundText says what the figures support, and for where.
func boundText(s soak.Summary, clean int64) string {
	if s.Counters.Violation+s.Counters.Drift > 0 || clean == 0 {
		return "the figures support no bound on the rate of violation"
	}
	return fmt.Sprintf("%s of distinct seeds without a violation: its rate is below %.3g %% (95 %% confidence), for this host and these builds",
		quantity(clean, "replay"), 100*soak.Bound(clean))
}

// nextSteps returns commands to paste.
func (a *app) nextSteps(s soak.Summary) []string {
	state := soak.StateFlag(s.State)
	var next []string
	for _, f := range gravestFirst(s.Findings)[:min(1, len(s.Findings))] {
		next = append(next, f.Reproduction, "shadowrun findings show "+shortKey(f.Key)+a.pasted(s.State))
	}
	if s.Outcome == soak.Interrupted && s.Running == nil {
		next = append(next, "shadowrun --resume"+state)
	}
	return append(next, "shadowrun golden verify"+state)
}
