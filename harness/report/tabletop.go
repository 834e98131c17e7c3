package report

import "time"

// Tabletop is an automated runbook test: a drill whose steps a program carried out and asserted.
type Tabletop struct {
	Journals    []string       `json:"journals"` // the files, the one that is judged last
	ID          string         `json:"id"`
	Environment string         `json:"environment"`
	Who         string         `json:"who"`
	Host        string         `json:"host"`
	Started     time.Time      `json:"started"`
	Ended       *time.Time     `json:"ended,omitempty"`
	Verdict     Result         `json:"verdict"`
	Why         []string       `json:"why"`
	Books       []Named        `json:"books"`     // name and digest
	Scenarios   []Named        `json:"scenarios"` // likewise
	Steps       []TabletopStep `json:"steps"`
}

// TabletopStep is one of the steps that are to be carried out, with its evidence.
type TabletopStep struct {
	Step     string  `json:"step"`
	Scenario string  `json:"scenario,omitempty"`
	Verdict  string  `json:"verdict"` // pass, fail, manual or not_reached
	Asserted bool    `json:"asserted"`
	Seconds  float64 `json:"seconds"`
	Exit     int     `json:"exit"`
	Block    string  `json:"block,omitempty"` // what was carried out
	Output   string  `json:"output,omitempty"`
	Why      string  `json:"why,omitempty"`
}

// Coverage is how many of a runbook's steps are known to work.
type Coverage struct {
	Book      string `json:"book"`
	Digest    string `json:"digest"`
	Steps     int    `json:"steps"`
	Asserted  int    `json:"asserted"`
	Executed  int    `json:"executed"`
	Uncovered int    `json:"uncovered"`
	Stale     int    `json:"stale"`
	Manual    int    `json:"manual"`
	Percent   int    `json:"percent"` // of those that are not manual
	Complete  bool   `json:"complete"`
}

// FollowUp is what is to be done.
type FollowUp struct {
	What  string `json:"what"`
	Owner string `json:"owner"`
	Due   string `json:"due"`
}

// People took part.
type People struct {
	Facilitator  string   `json:"facilitator"` // who had the drill carried out
	Participants []string `json:"participants"`
}
