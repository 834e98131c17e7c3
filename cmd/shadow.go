package cmd

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness/soak"
	"github.com/shadowrun/shadowrun/replay"
)

// shadowJSON is the summary of a folder that the shadow simulation scripts wrote.
type shadowJSON struct {
	Version    int              `json:"version"`
	Folder     string           `json:"folder"`
	Outcome    soak.Outcome     `json:"outcome"`
	Why        string           `json:"why"`
	Cycles     int              `json:"cycles"` // reports read
	Workflows  int64            `json:"workflows"`
	Replays    int64            `json:"replays"`
	Mismatches int64            `json:"mismatches"`
	Goldens    int              `json:"goldens"`
	Compared   int              `json:"compared"` // goldens that had another of the same workflow and seed
	Pairs      []shadowPairJSON `json:"pairs"`    // those that differ
	Unreadable []string         `json:"unreadable"`
}

type shadowPairJSON struct {
	A           string              `json:"a"`
	B           string              `json:"b"`
	Verdict     replay.Verdict      `json:"verdict"`
	Differences []replay.Difference `json:"differences"`
}

// The names that the scripts gave to what they counted.
var (
	shadowWorkflows  = []string{"workflows", "primary_total", "total_workflows", "total"}
	shadowReplays    = []string{"replays", "total_replays", "replay_total"}
	shadowMismatches = []string{"mismatches", "mismatch_count"}
	shadowWorkflow   = []string{"workflow", "workflow_id", "workflow_name", "workflow_type", "spec_id"}
)

// summarizeShadow summarises such a folder: the reports' counts, which are what the scripts
// believed, and a comparison of the goldens themselves.
func (a *app) summarizeShadow(dir, output string, all bool) error {
	s := shadowJSON{Version: jsonVersion, Folder: dir, Pairs: []shadowPairJSON{}, Unreadable: []string{}}
	reports, err := filepath.Glob(filepath.Join(globQuote(dir), "reports", "cycle_*.json"))
	if err != nil {
		return err
	}
	goldens, err := filepath.Glob(filepath.Join(globQuote(dir), "golden", "*.json"))
	if err != nil {
		return err
	}
	if len(reports)+len(goldens) == 0 {
		return hinted(fmt.Errorf("%s: neither a state folder (ledger.db) nor a shadow folder (reports/cycle_*.json, golden/*.json)", dir))
	}
	for _, path := range reports {
		s.report(path)
	}
	if err := a.comparePairs(&s, goldens); err != nil {
		return err
	}
	s.judge()
	if output != "" {
		if err := writeJSON(output, s); err != nil {
			return err
		}
	}
	if a.json {
		err = a.printJSON(s)
	} else {
		a.writeShadow(s, all)
	}
	return cmp.Or(err, error(exitError(s.Outcome.ExitStatus())))
}

func globQuote(path string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(path)
}

// report adds one cycle's report.
func (s *shadowJSON) report(path string) {
	fields, err := readFields(path)
	if err != nil {
		s.Unreadable = append(s.Unreadable, err.Error())
		return
	}
	s.Cycles++
	s.Workflows += number(fields, shadowWorkflows)
	s.Replays += number(fields, shadowReplays)
	s.Mismatches += number(fields, shadowMismatches)
}

func readFields(path string) (map[string]json.RawMessage, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if _, err := golden.AppendCanonical(nil, text); err != nil { // where it breaks off, encoding/json says less
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(text, &fields); err != nil {
		return nil, fmt.Errorf("%s: want an object: %w", path, err)
	}
	return fields, nil
}

// number returns the first field of these names that is a whole number or a list (its length), in
// the object itself or in its "summary".
func number(fields map[string]json.RawMessage, names []string) int64 {
	for _, name := range names {
		var n int64
		var list []json.RawMessage
		if json.Unmarshal(fields[name], &n) == nil && fields[name] != nil {
			return n
		}
		if json.Unmarshal(fields[name], &list) == nil && fields[name] != nil {
			return int64(len(list))
		}
	}
	var inner map[string]json.RawMessage
	if json.Unmarshal(fields["summary"], &inner) == nil && inner != nil {
		return number(inner, names)
	}
	return 0
}

// comparePairs compares each golden with the first of the same workflow and seed.
func (a *app) comparePairs(s *shadowJSON, paths []string) error {
	first := map[string]string{}
	paired := map[string]bool{}
	for _, path := range paths {
		fields, err := readFields(path)
		if err != nil {
			s.Unreadable = append(s.Unreadable, err.Error())
			continue
		}
		s.Goldens++
		key, ok := shadowKey(fields)
		if !ok {
			continue
		}
		other, seen := first[key]
		if !seen {
			first[key] = path
			continue
		}
		paired[other], paired[path] = true, true
		c, err := a.compareFiles(other, path, "json")
		if err != nil {
			return err
		}
		if c.Verdict != replay.VerdictMatch {
			s.Pairs = append(s.Pairs, shadowPairJSON{other, path, c.Verdict, c.Differences})
		}
	}
	s.Compared = len(paired)
	return nil
}

// shadowKey identifies a golden's workflow and seed.
func shadowKey(fields map[string]json.RawMessage) (string, bool) {
	seed := bytes.TrimSpace(fields["seed"])
	for _, name := range shadowWorkflow {
		if w := bytes.TrimSpace(fields[name]); len(w) > 0 && len(seed) > 0 {
			return string(w) + "\x00" + string(seed), true
		}
	}
	return "", false
}

func (s *shadowJSON) judge() {
	violations := slices.ContainsFunc(s.Pairs, func(p shadowPairJSON) bool { return p.Verdict == replay.VerdictViolation })
	switch {
	case violations:
		s.Outcome, s.Why = soak.Fail, "goldens of the same workflow and seed differ by more than readings of the world"
	case s.Mismatches > 0:
		s.Outcome, s.Why = soak.Fail, "the reports count "+mismatches(s.Mismatches)
	case s.Compared == 0 && s.Replays == 0:
		s.Outcome, s.Why = soak.Inconclusive, "nothing was checked: no replays are reported, and no two goldens have the same workflow and seed"
	case len(s.Unreadable) > 0:
		s.Outcome, s.Why = soak.Inconclusive, quantity(len(s.Unreadable), "file")+" can't be read"
	default:
		s.Outcome, s.Why = soak.Pass, "no mismatch is reported, and no goldens of the same workflow and seed differ"
	}
}

func (a *app) writeShadow(s shadowJSON, all bool) {
	fmt.Fprintf(a.out, "%s\n", printable(s.Folder))
	fmt.Fprintf(a.out, "  reported  %s, %s, %s, %s\n", quantity(s.Cycles, "cycle"), quantity(s.Workflows, "workflow"),
		quantity(s.Replays, "replay"), mismatches(s.Mismatches))
	fmt.Fprintf(a.out, "  goldens   %d, of which %d could be compared with another of the same workflow and seed\n", s.Goldens, s.Compared)
	for _, u := range s.Unreadable {
		fmt.Fprintf(a.out, "  unreadable: %s\n", printable(u))
	}
	for i, p := range s.Pairs {
		if i == shownDifferences && !all {
			fmt.Fprintf(a.out, "\n… %d more pairs; --verbose shows all\n", len(s.Pairs)-i)
			break
		}
		fmt.Fprintf(a.out, "\n%s: %s and %s\n", p.Verdict, printable(p.A), printable(p.B))
		a.writeDifferences(p.Differences, nil, all)
	}
	fmt.Fprintf(a.out, "\n%s: %s\n", s.Outcome, s.Why)
}
