package report

import (
	"encoding/json"
	"time"
)

// Finding is one of the soak's.
type Finding struct {
	Key          string          `json:"key"`
	Workflow     string          `json:"workflow"`
	Class        string          `json:"class"`
	Cause        string          `json:"cause"`
	Path         string          `json:"path"` // pattern; empty: the whole
	Count        int64           `json:"count"`
	First        Sight           `json:"first"`
	Last         Sight           `json:"last"`
	Shortest     string          `json:"shortest"` // the run that shows it most shortly
	Example      json.RawMessage `json:"example,omitempty"`
	Proven       *Proven         `json:"proven,omitempty"` // without, class and cause are suspicions
	Reproduction string          `json:"reproduction"`
	Accepted     *Accepted       `json:"accepted,omitempty"`
	Mended       *Mended         `json:"mended,omitempty"` // what ran was not: it counts all the same
}

// Sight is when and in which run a finding was seen.
type Sight struct {
	Run string    `json:"run"`
	At  time.Time `json:"at"`
}

// Proven is what experiments made of a finding.
type Proven struct {
	Class string `json:"class,omitempty"` // empty: they did not come to one
	Cause string `json:"cause,omitempty"`
	Proof string `json:"proof"` // or why there is none
	Runs  int    `json:"runs"`
}

// Accepted says that somebody lets a finding be.
type Accepted struct {
	Reason string    `json:"reason"`
	Until  time.Time `json:"until"`
	Who    string    `json:"who"`
}

// Mended says that somebody closed a finding, in a build that came after what this soak ran.
type Mended struct {
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
	Who    string    `json:"who"`
}

// Rule is one of the configuration, and what it hid.
type Rule struct {
	Rule        string `json:"rule"`
	Reason      string `json:"reason,omitempty"`
	Matched     int64  `json:"matched"`
	Hid         int64  `json:"hid"`
	EqualAnyway int64  `json:"equal_anyway"`
}

// Unknown is a run, or a replay of one, that could not be checked.
type Unknown struct {
	Run      string `json:"run"`
	Workflow string `json:"workflow"`
	What     string `json:"what"` // run or replay
	Why      string `json:"why"`
}
