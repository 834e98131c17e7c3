package replay

import (
	"github.com/go-json-experiment/json/jsontext"
)

// Kind says how two documents disagree at a path.
type Kind string

const (
	Changed Kind = "changed" // both have the path, with different values
	Added   Kind = "added"   // only the second has it
	Removed Kind = "removed" // only the first has it
	Moved   Kind = "moved"   // an array's elements are the same in another order
)

// Class says what a difference means.
type Class string

const (
	ClassVolatile  Class = "volatile"  // the value is a reading of the world: a clock, a pid, a path
	ClassViolation Class = "violation" // the value depends on something other than the seed
	ClassLatent    Class = "latent"    // stable here, different elsewhere
	ClassDerived   Class = "derived"   // it follows from another difference
)

// Cause says what a difference is because of.
type Cause string

const (
	CauseClock        Cause = "clock"
	CauseDuration     Cause = "duration"
	CauseRNG          Cause = "rng"
	CauseHashSeed     Cause = "hash-seed"
	CauseOrder        Cause = "order"
	CauseScheduling   Cause = "scheduling"
	CausePID          Cause = "pid"
	CauseHostname     Cause = "hostname"
	CausePath         Cause = "path"
	CauseAddress      Cause = "address"
	CauseTimezone     Cause = "timezone"
	CauseLocale       Cause = "locale"
	CauseEnvironment  Cause = "environment"
	CauseCPUs         Cause = "cpus"
	CauseUmask        Cause = "umask"
	CauseUser         Cause = "user"
	CauseFilesystem   Cause = "filesystem"
	CauseExternal     Cause = "external"
	CauseSeed         Cause = "seed"
	CauseCode         Cause = "code"
	CauseUnattributed Cause = "unattributed"
)

// Difference is one path at which two documents disagree.
//
// Comparing fills the first five fields; classifying the others. Where one document lacks the
// place, its path is where it would be: of an added element, the index in the first document
// before which it is inserted; of a removed one, the index in the second from which it is
// missing. A moved array's values are the arrays as a whole.
type Difference struct {
	Path    string         `json:"path"`     // RFC 6901, in the first document's coordinates
	GotPath string         `json:"got_path"` // the same place in the second's
	Kind    Kind           `json:"kind"`
	Want    jsontext.Value `json:"want,omitempty"` // nil where added; as written, number and all
	Got     jsontext.Value `json:"got,omitempty"`  // nil where removed

	Class       Class  `json:"class,omitempty"`
	Cause       Cause  `json:"cause,omitempty"`
	Suspected   bool   `json:"suspected"`              // from evidence in the values, not from an experiment
	Why         string `json:"why,omitempty"`          // what that evidence is
	DerivedFrom string `json:"derived_from,omitempty"` // the root's path, where Class is derived
}

// Verdict is what a replay comes to.
type Verdict string

const (
	VerdictMatch     Verdict = "match"     // no difference that a rule does not cover
	VerdictLeak      Verdict = "leak"      // volatile or latent differences only
	VerdictViolation Verdict = "violation" // at least one violation
	VerdictDrift     Verdict = "drift"     // another build or environment, which agrees with itself
	VerdictUnknown   Verdict = "unknown"   // not replayable
)
