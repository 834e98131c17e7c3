package golden

import "fmt"

// ProblemKind says what is wrong with a stored golden.
type ProblemKind string

const (
	ProblemChanged    ProblemKind = "changed"     // its bytes are not those that were stored
	ProblemCut        ProblemKind = "cut"         // it ends before its end
	ProblemSwapped    ProblemKind = "swapped"     // it is whole, but another's
	ProblemRemoved    ProblemKind = "removed"     // it is named and not there
	ProblemUnreadable ProblemKind = "unreadable"  // it is there, and whether it is as it was stored can't be told
	ProblemUnsigned   ProblemKind = "unsigned"    // a signature is due and not there
	ProblemUnknownKey ProblemKind = "unknown-key" // signed by a key that is not in the ring
	ProblemOrphan     ProblemKind = "orphan"      // it is there and not named
)

// Problem is one thing that verifying a store found.
type Problem struct {
	Golden string // which: a place in a store, or a file of it
	Kind   ProblemKind
	Detail string // for people: where, and what to do
}

// Error makes a problem the error of what needs the golden to be whole.
func (p Problem) Error() string { return fmt.Sprintf("%s: %s: %s", p.Golden, p.Kind, p.Detail) }
