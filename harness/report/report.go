package report

import "time"

// Version is that of the report's JSON form.
const Version = 1

// Report is all that is said of a soak. Its JSON form is the document that is signed.
type Report struct {
	Header
	Verdict        Verdict        `json:"verdict"`
	Ran            Ran            `json:"ran"`
	Figures        Figures        `json:"figures"`
	RunTimes       []RunTime      `json:"run_times"` // by workflow
	Findings       []Finding      `json:"findings"`  // the gravest first
	Rules          []Rule         `json:"rules"`
	Unknowns       []Unknown      `json:"unknowns"` // the first; the figures count all
	Interruptions  []Interruption `json:"interruptions"`
	Gaps           []Gap          `json:"gaps"`                  // in what was checked
	Stops          []Action       `json:"stops"`                 // the audit log of the emergency stop, since the soak began
	StopStands     string         `json:"stop_stands,omitempty"` // by whom, since when and why one stands
	Alerts         []Alert        `json:"alerts"`                // of this soak
	Tabletop       *Tabletop      `json:"tabletop,omitempty"`
	Coverage       []Coverage     `json:"coverage"` // by runbook
	Bound          Bound          `json:"bound"`
	Store          Store          `json:"store"`
	Gates          []Gate         `json:"gates"`
	Issues         []string       `json:"issues"`  // that the drill brought up
	Changes        []string       `json:"changes"` // made to the runbook
	Notes          []string       `json:"notes"`   // and caveats
	FollowUps      []FollowUp     `json:"followups"`
	People         People         `json:"people"`
	Statement      string         `json:"statement"` // what a person signs
	SignaturesNote string         `json:"signatures_note"`
}

// Header says which report it is, and of what.
type Header struct {
	Version int       `json:"version"`
	ID      string    `json:"id"`
	MadeAt  time.Time `json:"made_at"`
	Soak    int64     `json:"soak"`
	State   string    `json:"state"` // of the soak: FINISHED, RUNNING or INTERRUPTED
	Folder  string    `json:"folder"`
}

// States of a soak that a report is made of.
const (
	Finished    = "FINISHED"
	Running     = "RUNNING"
	Interrupted = "INTERRUPTED" // stopped or killed before its end
)

// Result is what a report certifies.
type Result string

const (
	Certified    Result = "CERTIFIED"
	NotCertified Result = "NOT CERTIFIED"
	Inconclusive Result = "INCONCLUSIVE"
)

// ExitStatus returns the result's exit status.
func (r Result) ExitStatus() int {
	switch r {
	case Certified:
		return 0
	case NotCertified:
		return 1
	default:
		return 3
	}
}

// Verdict is what the gates come to.
type Verdict struct {
	Result   Result    `json:"result"`
	Reasons  []string  `json:"reasons"` // a line for each gate that is not met
	Rejudged *Rejudged `json:"rejudged,omitempty"`
}

// Rejudged says by which configuration stored evidence was judged again.
type Rejudged struct {
	Configuration string `json:"configuration"` // where it was read
	Digest        string `json:"digest"`
	Changed       int64  `json:"changed"`    // verdicts that are others than were recorded
	NotJudged     int64  `json:"not_judged"` // differences that rules hid which are no rules any more
}

// Gate is a condition of the verdict.
type Gate struct {
	Name     string `json:"name"`
	Required string `json:"required"`
	Measured string `json:"measured"`
	Met      bool   `json:"met"`
	Else     Result `json:"else"` // what the verdict is where it is not met
	Evidence string `json:"evidence"`
}
