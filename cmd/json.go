package cmd

import (
	"encoding/json"
	"time"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/soak"
	"github.com/shadowrun/shadowrun/replay"
)

// printJSON prints a document for programs. The forms are documented in JSON.md;
// a change that breaks a reader raises their version.
func (a *app) printJSON(value any) error {
	e := json.NewEncoder(a.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(value)
}

// printLine prints one document on one line, of many.
func (a *app) printLine(value any) error {
	e := json.NewEncoder(a.out)
	e.SetEscapeHTML(false)
	return e.Encode(value)
}

// jsonVersion is the version of every document that is printed.
const jsonVersion = 1

type summaryJSON struct {
	Version     int            `json:"version"`
	Soak        int64          `json:"soak"`
	State       string         `json:"state"`
	Outcome     soak.Outcome   `json:"outcome"`
	Why         string         `json:"why"`
	Running     *ledger.Holder `json:"running,omitempty"`
	Finished    bool           `json:"finished"`
	BaseSeed    uint64         `json:"base_seed"`
	PlanDigest  string         `json:"plan_digest"`
	Started     time.Time      `json:"started"`
	Last        *time.Time     `json:"last_progress,omitempty"`
	Active      float64        `json:"active_seconds"`
	Duration    float64        `json:"duration_seconds"` // 0: no limit
	CyclesLimit int            `json:"cycles_limit"`     // 0: no limit
	Figures     countersJSON   `json:"figures"`
	RateBound95 float64        `json:"violation_rate_bound_95"` // 1: the figures support none
	Hours       []hourJSON     `json:"hours"`
	Findings    []findingJSON  `json:"findings"`
	Rules       []ruleJSON     `json:"rules"`
	Unfinished  []runJSON      `json:"runs_without_golden"`
	Failing     []runJSON      `json:"never_exit_status_0"`
	Seedless    []seedlessJSON `json:"seed_without_effect"`
}

type seedlessJSON struct {
	Workflow string `json:"workflow"`
	First    string `json:"first"`
	Seeds    int    `json:"seeds"`
}

// tallyJSON is what a soak counts as it goes.
type tallyJSON struct {
	Cycles          int64 `json:"cycles"`
	Overruns        int64 `json:"overruns"`
	Runs            int64 `json:"runs"`
	Unfinished      int64 `json:"unfinished"`
	Abandoned       int64 `json:"abandoned"`
	Replays         int64 `json:"replays"`
	Match           int64 `json:"match"`
	Leak            int64 `json:"leak"`
	Violation       int64 `json:"violation"`
	Drift           int64 `json:"drift"`
	Unknown         int64 `json:"unknown"`
	Rechecks        int64 `json:"rechecks"`
	RechecksSkipped int64 `json:"rechecks_skipped"`
	Restorations    int64 `json:"restorations"`
	Goldens         int64 `json:"goldens"`
}

func newTallyJSON(t harness.Tally) tallyJSON {
	return tallyJSON{t.Cycles, t.Overruns, t.Runs, t.Unfinished, t.Abandoned, t.Replays, t.Match, t.Leak, t.Violation,
		t.Drift, t.Unknown, t.Rechecks, t.RechecksSkipped, t.Restorations, t.Goldens}
}

// countersJSON is a tally as the ledger keeps it, which also knows sizes.
type countersJSON struct {
	tallyJSON
	GoldenBytes int64 `json:"golden_bytes"`
	TraceBytes  int64 `json:"trace_bytes"`
}

func newCountersJSON(c ledger.Counters) countersJSON {
	return countersJSON{newTallyJSON(soak.TallyOf(c)), c.GoldenBytes, c.TraceBytes}
}

// eventJSON is a line of --progress json.
type eventJSON struct {
	Version  int            `json:"version"`
	At       time.Time      `json:"at"`
	Kind     string         `json:"kind"`
	Cycle    int            `json:"cycle"`
	Text     string         `json:"text,omitempty"`
	Run      string         `json:"run,omitempty"`
	Workflow string         `json:"workflow,omitempty"`
	Status   golden.Status  `json:"status,omitempty"`
	Verdict  replay.Verdict `json:"verdict,omitempty"`
	Figures  tallyJSON      `json:"figures"`
}

func newEventJSON(e harness.Event) eventJSON {
	return eventJSON{jsonVersion, e.At.UTC(), string(e.Kind), e.Cycle, e.Text, e.Run.ID, e.Run.Workflow, e.Status, e.Verdict,
		newTallyJSON(e.Tally)}
}

type hourJSON struct {
	Hour  int          `json:"hour"` // from 1
	Start time.Time    `json:"start"`
	Done  countersJSON `json:"done"`
	Total countersJSON `json:"total"`
}

type findingJSON struct {
	Key          string          `json:"key"`
	Workflow     string          `json:"workflow"`
	Class        string          `json:"class"`
	Cause        string          `json:"cause"`
	Pattern      string          `json:"pattern"`
	Count        int64           `json:"count"`
	First        sightJSON       `json:"first"`
	Last         sightJSON       `json:"last"`
	Shortest     string          `json:"shortest"`
	Example      json.RawMessage `json:"example,omitempty"`
	Reproduction string          `json:"reproduction"`
	Accepted     *acceptedJSON   `json:"accepted,omitempty"`
	Mended       *mendedJSON     `json:"mended,omitempty"`
	Explained    *explainedJSON  `json:"explained,omitempty"`
}

type explainedJSON struct {
	Run   string    `json:"run"`
	At    time.Time `json:"at"`
	Path  string    `json:"path"`
	Class string    `json:"class,omitempty"`
	Cause string    `json:"cause,omitempty"`
	Proof string    `json:"proof"`
	Runs  int       `json:"runs"`
}

type sightJSON struct {
	Run string    `json:"run"`
	At  time.Time `json:"at"`
}

type acceptedJSON struct {
	Reason string    `json:"reason"`
	Until  time.Time `json:"until"`
	Who    string    `json:"who"`
}

type ruleJSON struct {
	Rule        string `json:"rule"`
	Matched     int64  `json:"matched"`
	Hid         int64  `json:"hid"`
	EqualAnyway int64  `json:"equal_anyway"`
}

type runJSON struct {
	Run      string    `json:"run"`
	Workflow string    `json:"workflow"`
	Seed     uint64    `json:"seed"`
	Status   string    `json:"status"`
	Exit     int       `json:"exit"`
	Signal   string    `json:"signal,omitempty"`
	Message  string    `json:"message,omitempty"`
	Digest   string    `json:"digest,omitempty"`
	Place    string    `json:"place,omitempty"`
	Size     int64     `json:"size"`
	Started  time.Time `json:"started"`
	Seconds  float64   `json:"seconds"`
	PID      int       `json:"pid"`
}

func runName(k ledger.RunKey) string {
	if k.IsZero() {
		return ""
	}
	return harness.Position{Cycle: k.Cycle, Run: k.Position}.String()
}

func newRunJSON(r ledger.Run) runJSON {
	j := runJSON{
		Run: runName(r.RunKey), Workflow: r.Workflow, Seed: r.Seed, Status: string(r.Status), Exit: r.Exit, Signal: r.Signal,
		Message: r.Message, Place: r.Place, Size: r.Size, Started: r.Started, Seconds: r.Duration.Seconds(), PID: r.PID,
	}
	if !r.Digest.IsZero() {
		j.Digest = r.Digest.String()
	}
	return j
}

func newFindingJSON(f ledger.Finding) findingJSON {
	j := findingJSON{
		Key: f.Key, Workflow: f.Workflow, Class: string(f.Class), Cause: string(f.Cause), Pattern: f.Pattern, Count: f.Count,
		First: sightJSON{runName(f.First.Run), f.First.At}, Last: sightJSON{runName(f.Last.Run), f.Last.At},
		Shortest: runName(f.Shortest), Example: json.RawMessage(f.Example), Reproduction: f.Reproduction,
	}
	switch x := f.Accepted; {
	case f.Again != nil:
		mended := newMendedJSON(*f.Again, true)
		j.Mended = &mended
	case x != nil && x.Mended():
		mended := newMendedJSON(*x, false)
		j.Mended = &mended
	case x != nil:
		j.Accepted = &acceptedJSON{x.Reason, x.Until, x.Who}
	}
	if x := f.Explained; x != nil {
		j.Explained = &explainedJSON{runName(x.Run), x.At, x.Path, string(x.Class), string(x.Cause), x.Proof, x.Runs}
	}
	return j
}

func newSummaryJSON(s soak.Summary, clean int64) summaryJSON {
	j := summaryJSON{
		Version: jsonVersion, Soak: int64(s.Soak.ID), State: s.State, Outcome: s.Outcome, Why: s.Why, Running: s.Running,
		Finished: s.Finished, BaseSeed: s.Soak.BaseSeed, PlanDigest: s.Soak.PlanDigest, Started: s.Soak.Started,
		Active: s.Active.Seconds(), Duration: s.Soak.Duration.Seconds(), CyclesLimit: s.Soak.Cycles,
		Figures: newCountersJSON(s.Counters), RateBound95: 1,
		Hours: []hourJSON{}, Findings: []findingJSON{}, Rules: []ruleJSON{}, Unfinished: []runJSON{}, Failing: []runJSON{}, Seedless: []seedlessJSON{},
	}
	if !s.Last.IsZero() {
		j.Last = &s.Last
	}
	if s.Counters.Violation+s.Counters.Drift == 0 {
		j.RateBound95 = soak.Bound(clean)
	}
	for _, h := range s.Hours {
		j.Hours = append(j.Hours, hourJSON{h.N + 1, h.Start, newCountersJSON(h.Done), newCountersJSON(h.Total)})
	}
	for _, f := range s.Findings {
		j.Findings = append(j.Findings, newFindingJSON(f))
	}
	for _, r := range s.Rules {
		j.Rules = append(j.Rules, ruleJSON{r.Rule, r.Matched, r.Hid, r.EqualAnyway})
	}
	for _, r := range s.Failed {
		j.Unfinished = append(j.Unfinished, newRunJSON(r))
	}
	for _, r := range s.Failing {
		j.Failing = append(j.Failing, newRunJSON(r))
	}
	for _, x := range s.Seedless {
		j.Seedless = append(j.Seedless, seedlessJSON{x.First.Workflow, runName(x.First.RunKey), x.Seeds})
	}
	return j
}
