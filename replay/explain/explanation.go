package explain

import "github.com/shadowrun/shadowrun/replay"

// Version is that of the JSON that an [Explanation] marshals to.
const Version = 1

// Explanation says what each field of a workflow's trace differs because of. Lists are never nil.
type Explanation struct {
	Version  int      `json:"version"`
	Workflow string   `json:"workflow"`
	Seed     uint64   `json:"seed"`
	Runs     int      `json:"runs"` // all of them, those with other seeds and unknown ones included
	Factors  []Factor `json:"factors"`
	Fields   []Field  `json:"fields"` // that differ: roots by severity, then what derives from them
	Stable   []string `json:"stable"` // places that no experiment changed: scalars, and containers without any

	MaxRuns  int           `json:"max_runs"`
	Alpha    float64       `json:"alpha"` // the chance of any false accusation, at most
	Ended    Ended         `json:"ended"` // why there were no more runs
	Unknown  int           `json:"unknown"`
	Covered  []string      `json:"covered"`  // paths that differ and that rules cover
	Arms     []Arm         `json:"arms"`     // in the order of their first run
	Seeds    []SeedFinding `json:"seeds"`    // what the seed does not do
	Failures []Failure     `json:"failures"` // treatments that the program does not survive
	// Fails says how the program fails where it does so each time it is left alone: then little, or nothing, was checked.
	Fails string `json:"fails,omitempty"`
	// LabChanges are fields with another value outside the lab, untreated: what is proven about
	// them is proven for the lab.
	LabChanges []string `json:"lab_changes"`
	// Unseen are places at which the soak saw the run differ, and no experiment did: see [Explanation.NotSeen].
	Unseen []string `json:"unseen,omitempty"`
	// TooMany is set where unknown runs were so many that little can be said.
	TooMany bool `json:"too_many_unknown"`
}

// Ended says why an explanation asked for no more runs.
type Ended string

const (
	EndedSettled Ended = "settled" // every field is explained, or more of the same would not help
	EndedBudget  Ended = "budget"  // runs
	EndedTime    Ended = "time"
)

// Field is a place in the trace that differs.
type Field struct {
	Path        string       `json:"path"` // in the first untreated run's coordinates
	Class       replay.Class `json:"class"`
	Cause       replay.Cause `json:"cause"`
	Root        bool         `json:"root"` // it follows from no other field
	Proof       string       `json:"proof"`
	P           float64      `json:"p"`            // of the experiment, not corrected; 1 where there is none
	DerivedFrom []string     `json:"derived_from"` // the roots' paths

	Suspected bool           `json:"suspected"`        // from the values alone, where no experiment can say
	Factor    string         `json:"factor,omitempty"` // whose experiment proved it
	With      []replay.Cause `json:"with"`             // further causes, each of which is necessary
	NeedsRuns int            `json:"needs_runs"`       // that could prove a cause where there is none yet; 0: none, or not known
	Matrix    []Cell         `json:"matrix"`           // by arm; empty from the 501st field on
}

// Arm is a set of runs under one treatment.
type Arm struct {
	Name      string    `json:"name"` // "untreated", "pin clock", "vary tz", "everything pinned"
	Treatment Treatment `json:"treatment"`
	Runs      int       `json:"runs"`    // with the seed in question that could be compared
	Unknown   int       `json:"unknown"` // that could not
	Why       string    `json:"why,omitempty"`
}

// Cell says how one field did in one arm.
type Cell struct {
	Arm    string `json:"arm"`
	Runs   int    `json:"runs"`   // in which the field's value is known
	Values int    `json:"values"` // distinct ones
	Other  int    `json:"other"`  // runs whose value is not the first untreated run's
}

// SeedFinding is something that the seed should do and does not. None of it needs a difference.
type SeedFinding struct {
	Kind  SeedKind     `json:"kind"`
	Path  string       `json:"path"`
	Paths []string     `json:"paths"` // all of them, where there are several
	Class replay.Class `json:"class"` // always violation
	Cause replay.Cause `json:"cause"` // always seed
	Seeds []uint64     `json:"seeds"` // that were tried
	Proof string       `json:"proof"`
}

// SeedKind says what is found about a seed.
type SeedKind string

const (
	SeedNoEffect    SeedKind = "no-effect"    // no seed changes anything
	SeedNotFollowed SeedKind = "not-followed" // the field is the same for all seeds; its siblings are not
	SeedSameTrace   SeedKind = "same-trace"   // two seeds, one trace: the run got another seed than it was given
	SeedWrongEcho   SeedKind = "wrong-echo"   // the field says which seed it got, and it is another
	SeedRepeated    SeedKind = "repeated"     // two steps draw the same numbers from it
)

// Failure is a treatment under which the program ends otherwise than untreated.
type Failure struct {
	Arm    string `json:"arm"`
	Factor string `json:"factor,omitempty"` // empty where several are treated
	Runs   int    `json:"runs"`             // that failed
	Of     int    `json:"of"`
	How    string `json:"how"` // such as "exit 1"
}
