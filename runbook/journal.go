package runbook

import (
	"time"
	"unicode/utf8"
)

// Journal is the evidence of one drill: what was carried out, and what came of it. It is kept
// as JSON, a record a line, each with its kind in "record"; a reader passes over kinds and
// fields that it doesn't know.
type Journal struct {
	Header       Header
	Steps        []CarriedOut // in the order in which they ended
	Scenarios    []ScenarioEnd
	Observations []Observation
	FollowUps    []FollowUp
	End          *End // nil: the drill was cut short, or is under way
	SignOffs     []SignOff
	Damaged      []DamagedLine
}

// journalVersion is raised by a change that breaks a reader.
const journalVersion = 1

// Entry is a record of a journal: [Header], [CarriedOut], [ScenarioEnd], [Observation],
// [FollowUp], [End] or [SignOff].
type Entry interface{ kind() string }

func (Header) kind() string      { return "header" }
func (CarriedOut) kind() string  { return "step" }
func (ScenarioEnd) kind() string { return "scenario" }
func (Observation) kind() string { return "observation" }
func (FollowUp) kind() string    { return "followup" }
func (End) kind() string         { return "end" }
func (SignOff) kind() string     { return "signoff" }

// Header is the first record, and says who began what, where.
type Header struct {
	Version     int               `json:"version"` // set by [CreateJournal]
	ID          string            `json:"id"`
	Started     time.Time         `json:"started"`
	Who         string            `json:"who"`
	Host        string            `json:"host"`
	OS          string            `json:"os"`
	Versions    map[string]string `json:"versions"`  // of shadowrun, go and the kernel
	Books       map[string]string `json:"books"`     // name to digest
	Scenarios   map[string]string `json:"scenarios"` // likewise
	Environment string            `json:"environment,omitempty"`
	Before      []Preparation     `json:"before,omitempty"`
	Told        []string          `json:"told,omitempty"`
}

// Preparation is what was to be done before the drill, such as a backup.
type Preparation struct {
	What string `json:"what"`
	Done bool   `json:"done"`
	By   string `json:"by,omitempty"`
}

// Verdict is what came of a step, a scenario or a drill.
type Verdict string

// Verdicts. A step passes only once all that its scenario asserts of it was seen.
const (
	Pass       Verdict = "pass"
	Fail       Verdict = "fail"
	NotReached Verdict = "not_reached" // of a step
	ByHand     Verdict = "manual"      // of a step
	Skipped    Verdict = "skipped"     // of a scenario

	Certified    Verdict = "CERTIFIED" // and those that follow: of a drill
	NotCertified Verdict = "NOT CERTIFIED"
	Inconclusive Verdict = "INCONCLUSIVE"
)

// CarriedOut is one step, and what came of it.
type CarriedOut struct {
	Scenario  string    `json:"scenario"`
	Line      int       `json:"line"` // in the scenario
	Book      string    `json:"book"`
	Step      string    `json:"step"`
	Block     string    `json:"block"`  // with its placeholders bound
	Digest    string    `json:"digest"` // of the step
	Started   time.Time `json:"started"`
	Duration  int64     `json:"duration_ms"`
	Exit      int       `json:"exit"` // -1: it was cut off
	Stdout    string    `json:"stdout"`
	StdoutCut int       `json:"stdout_cut,omitempty"` // bytes that were left out: see [Limited]
	Stderr    string    `json:"stderr"`
	StderrCut int       `json:"stderr_cut,omitempty"`
	Asserted  bool      `json:"asserted"`
	Verdict   Verdict   `json:"verdict"`
	Why       string    `json:"why,omitempty"`
}

// ScenarioEnd says how far a scenario got. One without it was cut short.
type ScenarioEnd struct {
	Scenario string    `json:"scenario"`
	Ended    time.Time `json:"ended"`
	Verdict  Verdict   `json:"verdict"`
	Why      string    `json:"why,omitempty"`
}

// Observation is what somebody saw who was there.
type Observation struct {
	At   time.Time `json:"at"`
	Who  string    `json:"who"`
	Step string    `json:"step,omitempty"`
	Text string    `json:"text"`
}

// FollowUp is what is to be done after the drill.
type FollowUp struct {
	At    time.Time `json:"at"`
	What  string    `json:"what"`
	Owner string    `json:"owner"`
	Due   string    `json:"due"` // 2026-12-01
}

// End ends the drill itself. Observations, follow-ups and sign-offs may come after it.
type End struct {
	Ended   time.Time `json:"ended"`
	Verdict Verdict   `json:"verdict"` // as [Judge] says
	Why     []string  `json:"why,omitempty"`
}

// SignOff is a person's word on a drill.
type SignOff struct {
	At      time.Time `json:"at"`
	Who     string    `json:"who"`
	Issues  []string  `json:"issues,omitempty"`  // that the drill brought up
	Changes []string  `json:"changes,omitempty"` // made to the runbook since
}

// DamagedLine is what can't be read in a journal. Torn says that it is the last, and has no
// end: whoever wrote it was killed.
type DamagedLine struct {
	Line int
	Torn bool
	Why  string
}

// longestOutput is how much of what a step printed a journal keeps of each stream, in bytes.
const longestOutput = 64 << 10

// Limited returns the end of what a step printed, as much of it as a journal keeps, and how
// many bytes before it were left out. What went wrong stands at the end.
func Limited(printed string) (kept string, cut int) {
	if len(printed) <= longestOutput {
		return printed, 0
	}
	cut = len(printed) - longestOutput
	for cut < len(printed) && !utf8.RuneStart(printed[cut]) {
		cut++
	}
	return printed[cut:], cut
}
