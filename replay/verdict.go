package replay

// VerdictOf is what classified differences, none covered by a rule, come to: match if there
// are none, leak if all are volatile or latent, else violation. A derived difference counts as
// its root does, and as a violation if its root is not among ds: what is not known to be
// harmless is not.
//
// Drift and unknown take more than one comparison: see [Checker].
func VerdictOf(ds []Difference) Verdict {
	if len(ds) == 0 {
		return VerdictMatch
	}
	harmless := map[string]bool{} // paths
	for _, d := range ds {
		harmless[d.Path] = harmless[d.Path] || d.harmless()
	}
	for _, d := range ds {
		if !d.harmless() && (d.Class != ClassDerived || !harmless[d.DerivedFrom]) {
			return VerdictViolation
		}
	}
	return VerdictLeak
}

func (d Difference) harmless() bool { return d.Class == ClassVolatile || d.Class == ClassLatent }
