package cmd

import (
	"cmp"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/shadowrun/shadowrun/harness/soak"
	"github.com/shadowrun/shadowrun/runbook"
)

// tabletopJSON is what a drill came to.
type tabletopJSON struct {
	Version     int                   `json:"version"`
	Verdict     string                `json:"verdict"`
	Why         []string              `json:"why"`
	Environment string                `json:"environment"`
	Who         string                `json:"who"`
	Started     time.Time             `json:"started"`
	Ended       time.Time             `json:"ended"`
	Steps       []drilledStepJSON     `json:"steps"`
	Scenarios   []drilledScenarioJSON `json:"scenarios"`
	Journal     string                `json:"journal"`
}

// drilledStepJSON is a step that was to be certified.
type drilledStepJSON struct {
	Step     string  `json:"step"`
	Scenario string  `json:"scenario,omitempty"`
	Verdict  string  `json:"verdict"`
	Asserted bool    `json:"asserted"`
	Seconds  float64 `json:"seconds"`
	Why      string  `json:"why,omitempty"`
}

// drilledScenarioJSON is a scenario that was to be carried out.
type drilledScenarioJSON struct {
	Scenario string `json:"scenario"`
	Verdict  string `json:"verdict"`
	Why      string `json:"why,omitempty"`
}

func newTabletopJSON(path string, j *runbook.Journal, required []string) tabletopJSON {
	of := tabletopJSON{jsonVersion, string(j.End.Verdict), append([]string{}, j.End.Why...), j.Header.Environment, j.Header.Who,
		j.Header.Started, j.End.Ended, []drilledStepJSON{}, []drilledScenarioJSON{}, path}
	for _, name := range required {
		of.Steps = append(of.Steps, drilledStep(j, name))
	}
	for _, s := range j.Scenarios {
		of.Scenarios = append(of.Scenarios, drilledScenarioJSON{s.Scenario, string(s.Verdict), s.Why})
	}
	return of
}

// drilledStep is the worst that came of a step, for it may have been carried out more than once.
func drilledStep(j *runbook.Journal, name string) drilledStepJSON {
	worst := drilledStepJSON{Step: name, Verdict: string(runbook.NotReached), Why: "not carried out"}
	rank := map[runbook.Verdict]int{runbook.Pass: 1, runbook.ByHand: 2, runbook.NotReached: 3, runbook.Fail: 4}
	seen := 0
	for _, s := range j.Steps {
		if (s.Step == name || s.Book+":"+s.Step == name) && rank[s.Verdict] > seen {
			seen = rank[s.Verdict]
			worst = drilledStepJSON{name, s.Scenario, string(s.Verdict), s.Asserted, float64(s.Duration) / 1000, s.Why}
		}
	}
	return worst
}

// printTabletop prints the steps as a table, then the verdict and what to type next.
func (a *app) printTabletop(path string, j *runbook.Journal, required []string) error {
	of := newTabletopJSON(path, j, required)
	if a.json {
		return a.printJSON(of)
	}
	fmt.Fprintf(a.out, "drill of %s by %s, %s\n\n", printable(of.Environment), printable(of.Who), of.Started.Format(time.DateTime+" MST"))
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for i, s := range of.Steps {
		took, note := fmt.Sprintf("%.2f s", s.Seconds), ""
		if s.Verdict != string(runbook.Pass) {
			note = firstLine(s.Why)
		} else if !s.Asserted {
			note = "nothing asserts what it did"
		}
		if s.Verdict == string(runbook.NotReached) {
			took = "-"
		}
		line := fmt.Sprintf("%4d\t%s\t%s\t%s", i+1, printable(s.Step), strings.ReplaceAll(s.Verdict, "_", " "), took)
		if note != "" {
			line += "\t" + note
		}
		fmt.Fprintln(w, line)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "\n%s\n", of.verdict())
	fmt.Fprintf(a.out, "  journal  %s\n  next     %s\n", printable(path), of.next(path))
	return nil
}

// verdict says what is certified, or what is missing.
func (of tabletopJSON) verdict() string {
	if of.Verdict == string(runbook.Certified) {
		return fmt.Sprintf("%s: %s carried out, asserted and passed", of.Verdict, quantity(len(of.Steps), "step"))
	}
	text := of.Verdict
	for _, why := range of.Why {
		text += "\n  " + firstLine(why)
	}
	return text
}

// next is what to type now.
func (of tabletopJSON) next(path string) string {
	if of.Verdict == string(runbook.Certified) {
		return "shadowrun tabletop signoff " + soak.ShellQuote(path)
	}
	for _, s := range of.Steps {
		if s.Verdict == string(runbook.Fail) {
			return "shadowrun runbook show " + soak.ShellQuote(s.Step)
		}
	}
	return cmp.Or(map[bool]string{true: "shadowrun tabletop --help"}[of.Verdict == string(runbook.Inconclusive)],
		"shadowrun tabletop followup "+soak.ShellQuote(path)+" --what … --owner … --due …")
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return shortened(line)
}
