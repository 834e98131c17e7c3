package cmd

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/monitor"
	"github.com/shadowrun/shadowrun/harness/soak"
)

func (a *app) sanityCommand() *cobra.Command {
	var f healthFlags
	c := &cobra.Command{
		Use:   "sanity",
		Short: "Go through the five parts of the regular sanity check",
		Long: `Checks, one after another: the soak's process, mismatches, the disk space of goldens, temporary files and root
file system, the last ten events, and what Prometheus sees of the soak, where one is configured.

Exit status: that of 'shadowrun check', and 1 at least where a part is not OK.`,
		Example: `  shadowrun sanity
  shadowrun sanity --prometheus http://localhost:9090`,
		Args: arguments(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			s, settings, err := f.look(c, a)
			if err != nil {
				return err
			}
			sane := a.examine(c.Context(), s, settings.Prometheus)
			if err := a.printSanity(sane); err != nil {
				return err
			}
			return exitError(sane.ExitStatus)
		},
	}
	f.add(c, a)
	c.Flags().StringVar(&f.prometheus, "prometheus", "", "`URL` of the Prometheus that scrapes the soak")
	return plugin(c)
}

// sanityJSON is what the five parts came to.
type sanityJSON struct {
	Version    int              `json:"version"`
	State      string           `json:"state"`
	Health     monitor.State    `json:"health"`
	ExitStatus int              `json:"exit_status"`
	Parts      []sanityPartJSON `json:"parts"`
}

type sanityPartJSON struct {
	Name   string   `json:"name"`
	Result string   `json:"result"`
	Facts  []string `json:"facts"`
	Next   []string `json:"next"`
}

// Results of a part.
const (
	partOK      = "OK"
	partNotOK   = "NOT OK"
	partUnasked = "not configured"
)

// lastEvents is how many a sanity check shows.
const lastEvents = 10

// examine goes through the parts.
func (a *app) examine(ctx context.Context, s monitor.Status, prometheus string) sanityJSON {
	sane := sanityJSON{Version: jsonVersion, State: s.Dir, Health: s.State, ExitStatus: s.ExitStatus, Parts: []sanityPartJSON{
		partOf(s, monitor.PartProcess, processFacts(s)),
		partOf(s, monitor.PartMismatches, mismatchFacts(s)),
		partOf(s, monitor.PartDisk, diskFacts(s)),
		activityPart(s),
		prometheusPart(ctx, s, prometheus),
	}}
	for _, p := range sane.Parts {
		if p.Result == partNotOK && sane.ExitStatus == 0 {
			sane.ExitStatus = monitor.SeverityWarning.ExitStatus()
		}
	}
	return sane
}

// partOf is a part that is OK where none of its conditions is more than a note. Of a soak that can't be
// seen no part is, but that of the disks.
func partOf(s monitor.Status, part monitor.Part, facts []string) sanityPartJSON {
	p := sanityPartJSON{Name: string(part), Result: partOK, Facts: facts, Next: []string{}}
	if phase := s.Phase(); part != monitor.PartDisk && (phase == monitor.PhaseNone || phase == monitor.PhaseUnread) {
		p.Result = partNotOK
	}
	for _, c := range s.Conditions {
		if monitor.PartOf(c.ID) != part {
			continue
		}
		p.Facts = append(p.Facts, fmt.Sprintf("%s: %s: %s", c.Severity, c.ID, c.Text))
		if c.Severity != monitor.SeverityNote {
			p.Result = partNotOK
		}
		if c.Next != "" {
			p.Next = append(p.Next, c.Next)
		}
	}
	return p
}

func processFacts(s monitor.Status) []string {
	if s.Soak.ID == 0 || s.Unread != nil {
		return []string{}
	}
	return []string{fmt.Sprintf("soak %d: %s", s.Soak.ID, lifeOf(s)), "limit: " + limitOf(s)}
}

func mismatchFacts(s monitor.Status) []string {
	c := s.Last.Counters
	if c.Replays-c.Unknown == 0 {
		return []string{"nothing was checked yet"}
	}
	return []string{fmt.Sprintf("%s in %s: %d leak, %d violation, %d drift; %d unknown",
		mismatches(c.Leak+c.Violation+c.Drift), quantity(c.Replays, "replay"), c.Leak, c.Violation, c.Drift, c.Unknown)}
}

func diskFacts(s monitor.Status) []string {
	facts := []string{fmt.Sprintf("goldens: %d, their folder %s", s.Last.Goldens, humanize.IBytes(uint64(s.Goldens)))}
	for _, d := range s.Disks {
		facts = append(facts, diskText(d))
	}
	return facts
}

// activityPart shows what happened last: events of the soak, and what operators did.
func activityPart(s monitor.Status) sanityPartJSON {
	facts, err := lastHappened(s)
	p := partOf(s, monitor.PartActivity, facts)
	if err != nil {
		p.Result = partNotOK
		p.Facts = append(p.Facts, err.Error())
	}
	return p
}

// happened is an event or an action.
type happened struct {
	at   time.Time
	text string
}

func lastHappened(s monitor.Status) ([]string, error) {
	facts := []string{}
	if s.Soak.ID == 0 || s.Unread != nil {
		return facts, nil // which the part of the process tells
	}
	l, err := ledger.View(soak.LedgerPath(s.Dir))
	if err != nil {
		return facts, err
	}
	defer l.Close()
	events, err := l.LastEvents(s.Soak.ID, lastEvents)
	if err != nil {
		return facts, err
	}
	actions, err := l.LastActions(lastEvents)
	if err != nil {
		return facts, err
	}
	var all []happened
	for _, e := range events {
		all = append(all, happened{e.At, e.Kind + ": " + e.Text})
	}
	for _, x := range actions {
		all = append(all, happened{x.At, fmt.Sprintf("%s by %s: %s", x.What, x.Who, x.Detail)})
	}
	if s.Last.N > 0 {
		all = append(all, happened{s.Last.Committed, fmt.Sprintf("progress: cycle %d acknowledged, %s in all", s.Last.Cycle, quantity(s.Last.Runs, "run"))})
	}
	slices.SortStableFunc(all, func(a, b happened) int { return cmp.Compare(a.at.UnixNano(), b.at.UnixNano()) })
	for _, h := range all[max(0, len(all)-lastEvents):] {
		facts = append(facts, h.at.Format(time.RFC3339)+" "+h.text)
	}
	return facts, nil
}

func prometheusPart(ctx context.Context, s monitor.Status, url string) sanityPartJSON {
	p := sanityPartJSON{Name: "prometheus", Result: partUnasked, Facts: []string{}, Next: []string{}}
	if url == "" {
		return p
	}
	samples, err := monitor.AskPrometheus(ctx, url)
	p.Result = partOK
	switch {
	case err != nil:
		p.Result = partNotOK
		p.Facts = append(p.Facts, err.Error())
	case len(samples) == 0:
		p.Facts = append(p.Facts, "it has no "+monitor.UpMetric)
	}
	up := false
	for _, sample := range samples {
		up = up || sample.Value == "1"
		p.Facts = append(p.Facts, fmt.Sprintf("%s %s of %s", monitor.UpMetric, sample.Value, sample.Instance))
	}
	if err == nil && s.Process.Alive && !up {
		p.Result = partNotOK
		p.Facts = append(p.Facts, "the soak's process lives, and Prometheus does not see it")
	}
	return p
}

func (a *app) printSanity(s sanityJSON) error {
	if a.json {
		return a.printJSON(s)
	}
	for i, p := range s.Parts {
		fmt.Fprintf(a.out, "[%d/%d] %-11s %s\n", i+1, len(s.Parts), p.Name, p.Result)
		for _, fact := range p.Facts {
			fmt.Fprintf(a.out, "      %s\n", shortened(fact))
		}
		for _, next := range p.Next {
			fmt.Fprintf(a.out, "      next  %s\n", printable(next))
		}
	}
	_, err := fmt.Fprintln(a.out, s.conclusion())
	return err
}

// conclusion is the last line.
func (s sanityJSON) conclusion() string {
	var not []string
	for _, p := range s.Parts {
		if p.Result == partNotOK {
			not = append(not, p.Name)
		}
	}
	if len(not) == 0 {
		return fmt.Sprintf("OK: the soak is %s", s.Health)
	}
	return fmt.Sprintf("NOT OK: %s; the soak is %s", strings.Join(not, ", "), s.Health)
}
