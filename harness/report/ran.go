package report

import "time"

// Ran says what was carried out, on what.
type Ran struct {
	Configuration string        `json:"configuration"` // YAML, without what is redacted
	ConfigDigest  string        `json:"configuration_digest"`
	PlanDigest    string        `json:"plan_digest"`
	BaseSeed      uint64        `json:"base_seed"`
	Shadowrun     string        `json:"shadowrun"` // the version that began the soak
	Versions      []Named       `json:"versions"`  // of what makes this report
	Workflows     []Workflow    `json:"workflows"`
	Builds        []Build       `json:"builds"`
	Environments  []Environment `json:"environments"`
	FailOn        string        `json:"fail_on"`      // violation or leak
	UnknownRate   float64       `json:"unknown_rate"` // tolerated
}

// Named is a value with its name.
type Named struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Workflow is one of the configuration.
type Workflow struct {
	Name     string   `json:"name"`
	Command  []string `json:"command,omitempty"` // none: it is of this binary
	Variants []string `json:"variants"`
}

// Build is a workflow as it was built, in the sessions from one to another.
type Build struct {
	Workflow string `json:"workflow"`
	Digest   string `json:"digest"`
	Sessions []int  `json:"sessions"`
}

// Environment is what runs found around them.
type Environment struct {
	Host     string `json:"host"`
	OS       string `json:"os"`
	Arch     string `json:"arch"`
	Kernel   string `json:"kernel"`
	CPUs     int    `json:"cpus"`
	Sessions []int  `json:"sessions"`
}

// Figures are the soak's sums.
type Figures struct {
	Started     time.Time   `json:"started"`
	Last        *time.Time  `json:"last_progress,omitempty"` // nothing was committed where it is missing
	Promised    float64     `json:"promised_seconds"`        // 0: no limit
	Active      float64     `json:"active_seconds"`
	PromisedOf  int         `json:"promised_cycles"` // 0: no limit
	Total       Counts      `json:"total"`
	Rate        float64     `json:"mismatch_rate"` // of the replays that were checked
	FindingsAll int         `json:"findings"`      // also where fewer are listed
	StopsAll    int         `json:"stops"`         // entries of the audit log, likewise
	AlertsAll   int         `json:"alerts"`        // likewise
	Progression Progression `json:"progression"`
}

// Counts are what a soak counts, in all or in a period.
type Counts struct {
	Cycles          int64 `json:"cycles"`
	Overruns        int64 `json:"overruns"`
	Runs            int64 `json:"runs"`
	Unfinished      int64 `json:"unfinished"` // left no golden
	Abandoned       int64 `json:"abandoned"`
	Replays         int64 `json:"replays"`
	Mismatches      int64 `json:"mismatches"` // leak, violation and drift
	Match           int64 `json:"match"`
	Leak            int64 `json:"leak"`
	Violation       int64 `json:"violation"`
	Drift           int64 `json:"drift"`
	Unknown         int64 `json:"unknown"`
	Rechecks        int64 `json:"rechecks"`
	RechecksSkipped int64 `json:"rechecks_skipped"`
	Restorations    int64 `json:"restorations"`
	Goldens         int64 `json:"goldens"`
	GoldenBytes     int64 `json:"golden_bytes"`
	TraceBytes      int64 `json:"trace_bytes"`
}

// Progression is how the soak went on: hour by hour, or in other periods where it was much shorter or longer.
type Progression struct {
	Every   float64  `json:"every_seconds"`
	Periods []Period `json:"periods"` // those in which something was committed
}

// Period is what was done in one of the progression.
type Period struct {
	N     int       `json:"n"` // from 1
	Start time.Time `json:"start"`
	Done  Counts    `json:"done"`
	Total Counts    `json:"total"` // by its end
}

// RunTime is how long a workflow's runs took, in seconds.
type RunTime struct {
	Workflow  string   `json:"workflow"`
	Runs      int64    `json:"runs"`
	Min       float64  `json:"min_seconds"`
	P50       float64  `json:"p50_seconds"`
	P95       float64  `json:"p95_seconds"`
	Max       float64  `json:"max_seconds"`
	Histogram []Bucket `json:"histogram"`
}

// Bucket counts runs that took more than the bucket before says and at most what this one does.
type Bucket struct {
	UpTo float64 `json:"up_to_seconds"` // 0: those that took longer than all
	Runs int64   `json:"runs"`
}

// Bound is what the figures support about the rate of violation.
type Bound struct {
	Clean        int64    `json:"clean_replays"`           // of distinct seeds
	Rate95       float64  `json:"violation_rate_bound_95"` // 1: the figures support none
	Environments []string `json:"environments"`            // for which it holds
}

// Store is what verifying the goldens found: those of this soak, in the store that all soaks of the state folder share.
type Store struct {
	Goldens   int64    `json:"goldens"`  // of its runs, that are there
	Traces    int64    `json:"traces"`   // that its replays kept, since they differed
	InStore   int64    `json:"in_store"` // of all soaks, that are whole and signed
	Segments  int      `json:"segments"`
	Bytes     int64    `json:"bytes"`
	Problems  []string `json:"problems"`  // the first
	Wrong     int      `json:"wrong"`     // how many problems there are
	Elsewhere int      `json:"elsewhere"` // problems with goldens of other soaks, of which none are counted in wrong
}
