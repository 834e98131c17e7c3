package verify

import "slices"

// Verdict is what all checks come to. Whether something was changed and whether it is signed off are two questions: who removes
// a signer from the list has not damaged the evidence.
type Verdict string

// The verdicts. Only the first is a pass.
const (
	Accepted     Verdict = "INTACT"
	NotSignedOff Verdict = "INTACT, NOT SIGNED OFF"
	Stray        Verdict = "INTACT, BUT A SIGN-OFF DOES NOT COUNT" // the others are enough
	NotVerified  Verdict = "NOT VERIFIED"                          // the machine's key is not known here
	NotSigned    Verdict = "NOT SIGNED"                            // there is no signature at all
	NotIntact    Verdict = "NOT INTACT"
)

// Verdict returns the first that applies, from the gravest.
func (r Result) Verdict() Verdict {
	switch {
	case r.Unsigned:
		return NotSigned
	case len(r.Checks) == 0 || r.has(Wrong):
		return NotIntact
	case r.has(Unverified):
		return NotVerified
	case r.has(Missing):
		return NotSignedOff
	case r.has(NotCounted):
		return Stray
	default:
		return Accepted
	}
}

// Intact reports whether nothing was changed, as the machine's signature shows.
func (r Result) Intact() bool {
	return slices.Contains([]Verdict{Accepted, NotSignedOff, Stray}, r.Verdict())
}

func (r Result) has(s State) bool {
	return slices.ContainsFunc(r.Checks, func(c Check) bool { return c.State == s })
}
