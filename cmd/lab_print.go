package cmd

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/shadowrun/shadowrun/replay/lab"
)

// factorsJSON is what lab --factors prints.
type factorsJSON struct {
	Version int               `json:"version"`
	Factors []factorLevelJSON `json:"factors"`
}

type factorLevelJSON struct {
	Name  string   `json:"name"`
	About string   `json:"about"`
	Level string   `json:"level"`
	Pin   string   `json:"pin,omitempty"`
	Vary  []string `json:"vary"`
}

func (a *app) listFactors() error {
	list := factorsJSON{jsonVersion, nil}
	for _, f := range lab.Factors() {
		if f.Needs != lab.NeedsTheWorkflow {
			list.Factors = append(list.Factors, factorLevelJSON{f.Name, f.About, f.Form, f.Pin, emptyNotNil(f.Vary)})
		}
	}
	if a.json {
		return a.printJSON(list)
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "FACTOR\t--pin\t--vary\t")
	for _, f := range list.Factors {
		vary := "-"
		if len(f.Vary) > 0 {
			vary = f.Vary[0]
		}
		pin := f.Pin
		if pin == "" {
			pin = "-"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t\n", f.Name, pin, vary)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(a.out)
	for _, f := range list.Factors {
		a.writeRow(f.Name, f.About+" (level: "+f.Level+")")
	}
	return nil
}

// sayTreatment says in words what is treated.
func (a *app) sayTreatment(t lab.Treatment) {
	if len(t) == 0 {
		a.say("nothing is treated")
	}
	for _, name := range slices.Sorted(maps.Keys(t)) {
		a.say("%s: %s", name, inWords(name, t[name]))
	}
}

// inWords says what a level means.
func inWords(factor, level string) string {
	seed, seeded := strings.CutPrefix(level, "random:")
	switch factor {
	case "clock":
		if _, err := time.Parse(time.RFC3339Nano, level); err == nil {
			return "frozen at " + level
		}
		return "running, shifted by " + level
	case "pause":
		return "each reading of a clock is held for " + level
	case "entropy", "at-random", "hash-seed":
		return "from seed " + level
	case "pid":
		return "the command is " + level
	case "user":
		return "shadowrun-lab-user-" + level
	case "scheduling":
		switch {
		case level == "one":
			return "one thread at a time works, in the order of births, on one CPU"
		case seeded:
			return "newborn threads and processes are held as seed " + seed + " says"
		}
		return "of newborn threads and processes, the last gets going first"
	}
	return level
}

// sayReport says what the lab saw of a run.
func (a *app) sayReport(r lab.Report) {
	var seen []string
	for _, factor := range slices.Sorted(maps.Keys(r.Reads)) {
		seen = append(seen, fmt.Sprintf("%s %d", factor, r.Reads[factor]))
	}
	reads := "none"
	if len(seen) > 0 {
		reads = strings.Join(seen, ", ")
	}
	count := fmt.Sprintf("%d processes", len(r.PIDs))
	if len(r.PIDs) == 1 {
		count = "1 process"
	}
	a.say("%s; calls that were treated: %s", count, reads)
	if r.Paused > 0 {
		a.say("held for %s in all", r.Paused)
	}
	for _, dir := range r.Dirs {
		a.say("private folder, removed now: %s", dir)
	}
}
