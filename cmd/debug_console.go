package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/monitor"
	"github.com/shadowrun/shadowrun/harness/monitor/console"
	"github.com/shadowrun/shadowrun/harness/soak"
	"github.com/shadowrun/shadowrun/replay"
)

func (a *app) console(parent context.Context) error {
	dir, err := a.state()
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	ctx, end := signal.NotifyContext(parent, syscall.SIGTERM)
	defer end()
	return console.Run(ctx, &pages{app: a, dir: dir}, console.Options{
		Input: a.stdin, Output: a.out, Plain: os.Getenv("NO_COLOR") != "", Self: self, Name: os.Args[0],
	})
}

// pages are the debug views as the console's pages.
type pages struct {
	app *app
	dir string
}

const findingsPage = "findings"

func (p *pages) Pages() []string { return []string{"cycles", findingsPage, "process", "log", "tail"} }

func (p *pages) Page(name string) (console.Page, error) {
	page := console.Page{Head: p.head()}
	if name == findingsPage {
		err := p.withLatest(func(s *soak.State, of ledger.Soak) (err error) {
			page.Lines, err = p.findings(s, of)
			return err
		})
		return page, err
	}
	var text bytes.Buffer
	err := p.write(name, &text)
	for line := range strings.Lines(text.String()) {
		page.Lines = append(page.Lines, console.Line{Text: strings.TrimRight(line, "\n")})
	}
	return page, err
}

// head is the soak's state, in a line.
func (p *pages) head() string {
	seen := monitor.Look(p.dir, monitor.Options{})
	s := monitor.Status{Observation: seen, Health: monitor.Judge(seen, monitor.ThresholdsOf(seen.Config.Monitor))}
	return fmt.Sprintf("%s  %s  %s", headline(s), figuresInBrief(s), s.At.Format(time.TimeOnly))
}

// withLatest calls f with the latest soak. A state folder without one is a page that says so.
func (p *pages) withLatest(f func(*soak.State, ledger.Soak) error) error { return p.app.withSoak(0, f) }

// write writes what a debug command prints.
func (p *pages) write(name string, text *bytes.Buffer) error {
	show := func(v debugView, err error) error {
		if err == nil {
			v.write(text)
		}
		return err
	}
	switch name {
	case "process":
		return show(processIn(p.dir))
	case "log":
		return show(logsIn(p.dir))
	case "cycles":
		return p.withLatest(func(s *soak.State, of ledger.Soak) error { return show(cyclesIn(s, of)) })
	case "tail":
		return p.withLatest(func(s *soak.State, of ledger.Soak) error {
			entries, _, err := lastEntries(s.Ledger, of.ID, 10*defaultTail)
			for i := range entries { // the latest is on the first screen
				entries[len(entries)-1-i].write(text)
			}
			return err
		})
	}
	return fmt.Errorf("page %s: %w", name, fs.ErrNotExist)
}

// findings are a soak's as lines, each of which can be opened.
func (p *pages) findings(s *soak.State, of ledger.Soak) ([]console.Line, error) {
	summary, err := p.app.summarize(s, of)
	if err != nil {
		return nil, err
	}
	if len(summary.Findings) == 0 {
		return []console.Line{{Text: "findings: none"}}, nil
	}
	var text bytes.Buffer
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "key\tworkflow\tclass\tcause\twhere\tseen\tlast")
	list := gravestFirst(summary.Findings)
	for _, f := range list {
		class, cause := classAndCause(f)
		if f.Accepted != nil {
			verb, _, _ := strings.Cut(f.Accepted.String(), " ")
			class += " (" + verb + ")"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%d ×\t%s in %s\n", shortKey(f.Key), printable(f.Workflow), class, cause,
			shortened(orRoot(f.Pattern)), f.Count, f.Last.At.Format(time.TimeOnly), runName(f.Last.Run))
	}
	w.Flush()
	var lines []console.Line
	for line := range strings.Lines(text.String()) {
		l := console.Line{Text: strings.TrimRight(line, "\n"), Heading: len(lines) == 0}
		if !l.Heading {
			f := list[len(lines)-1]
			l.ID, l.Commands = f.Key, p.commands(f)
		}
		lines = append(lines, l)
	}
	return lines, nil
}

// commands are those that a finding leads to. Its reproduction is one of ours, but for the folder, which
// may have been moved since, and the soak, which need not be the latest any more.
func (p *pages) commands(f ledger.Finding) console.Commands {
	words, _, _ := strings.Cut(f.Reproduction, " --state ")
	words, _, _ = strings.Cut(words, " --soak ")
	again := strings.Fields(words)
	at := []string{"--state", p.dir, "--soak", fmt.Sprint(f.Soak)}
	return console.Commands{
		Replay:  append(again[min(1, len(again)):], at...),
		Explain: append([]string{"explain", runName(f.Shortest)}, at...),
	}
}

// shownPairs is how many differences of a finding are shown.
const shownPairs = 50

// Detail shows a finding with the differences that the last run had by which it was seen.
func (p *pages) Detail(_, key string) (console.Detail, error) {
	d := console.Detail{Head: p.head()}
	err := p.withLatest(func(s *soak.State, of ledger.Soak) error {
		f, err := findFinding(s, of, key)
		if err != nil {
			return err
		}
		d.Commands = p.commands(f)
		class, cause := classAndCause(f)
		d.Title = fmt.Sprintf("finding %s: %s, %s, %s", shortKey(f.Key), printable(f.Workflow), class, cause)
		add := func(name, format string, args ...any) {
			d.Facts = append(d.Facts, console.Fact{Name: name, Text: printable(fmt.Sprintf(format, args...))})
		}
		add("where", "%s", orRoot(f.Pattern))
		add("seen", "%d times, first in %s at %s, last in %s at %s", f.Count, runName(f.First.Run), f.First.At.Format(time.RFC3339),
			runName(f.Last.Run), f.Last.At.Format(time.RFC3339))
		if x := f.Explained; x != nil {
			add("proof", "%s: %s (%s of %s)", orRoot(x.Path), x.Proof, quantity(x.Runs, "run"), runName(x.Run))
		} else {
			add("proof", "none yet, only what the values suggest: e runs experiments")
		}
		if f.Accepted != nil {
			add("known", "%s by %s: %s", f.Accepted, f.Accepted.Who, f.Accepted.Reason)
		}
		if f.Again != nil {
			add("known", "%s by %s, seen again: %s", f.Again, f.Again.Who, f.Again.Reason)
		}
		add("again", "%s", f.Reproduction)
		latest, err := lastDiffering(s.Ledger, f.Last.Run)
		if err != nil && !errors.Is(err, ledger.ErrNotFound) {
			return err
		}
		if err == nil {
			add("latest", "%s", newVerdictJSON(latest).text())
		}
		ds, err := differencesOf(s.Ledger, f, latest.ID)
		for _, x := range ds {
			d.Pairs = append(d.Pairs, newPair(x))
		}
		return err
	})
	return d, err
}

// differencesOf returns those of a replay that are a finding's, or else the finding's example.
func differencesOf(l *ledger.Reader, f ledger.Finding, id int64) (mine []replay.Difference, err error) {
	all, err := l.Differences(id)
	if err != nil {
		return nil, err
	}
	for _, d := range all {
		if d.Rule == "" && replay.Pattern(d.Path) == f.Pattern && len(mine) < shownPairs {
			mine = append(mine, d.Difference)
		}
	}
	var example replay.Difference
	if len(mine) == 0 && json.Unmarshal(f.Example, &example) == nil {
		mine = append(mine, example)
	}
	return mine, nil
}

func newPair(d replay.Difference) console.Pair {
	title := fmt.Sprintf("%s %s: %s, %s", printable(orRoot(d.Path)), d.Kind, d.Class, d.Cause)
	if d.Suspected {
		title += ", suspected"
	}
	want, got := around(string(d.Want), string(d.Got))
	if d.Want == nil {
		want = "(nothing)"
	}
	if d.Got == nil {
		got = "(nothing)"
	}
	return console.Pair{Title: title, Want: want, Got: got, Because: printable(d.Why)}
}
