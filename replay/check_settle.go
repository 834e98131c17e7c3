package replay

import (
	"fmt"
	"slices"
	"strings"
)

// settle notes whether got is like the first replay that differed.
func (k *check) settle(got attempt) error {
	if !k.agree || got.Digest == k.first.Digest {
		return nil
	}
	r, err := CompareTraces(k.first.text, got.text, Options{Rules: k.Rules, MaxAlign: k.MaxAlign})
	if err != nil {
		return fmt.Errorf("replay %d against replay %d: %w", k.tries, k.out.Got, err)
	}
	ds := Classify(r.Differences, k.evidence(k.first, &got, r))
	v := VerdictOf(ds)
	k.agree = v == VerdictMatch || v == VerdictLeak
	k.among = append(k.among, ds...)
	return nil
}

// tellAmong says of what differs from the golden, and is another in each replay, that it is so, and reports whether there
// is any. It is no drift: what is new in this build disagrees with itself, by a reading of the world that the golden has
// nothing to compare with. Nor is it a leak: that it is there at all is a change.
func (k *check) tellAmong() (found bool) {
	for i := range k.out.Differences {
		d := &k.out.Differences[i]
		if d.harmless() || d.Kind == Removed {
			continue
		}
		n := slices.IndexFunc(k.among, func(a Difference) bool { return inside(a.Path, d.GotPath) })
		if n < 0 {
			continue
		}
		a := k.among[n]
		where := "it is not in the golden so"
		if d.Kind == Added {
			where = "it is not in the golden"
		}
		at := ""
		if a.Path != d.GotPath {
			at = " at " + a.Path
		}
		d.Cause, d.Suspected = a.Cause, a.Suspected
		d.Why = fmt.Sprintf("%s, and the replays differ from each other%s: %s", where, at, a.Why)
		found = true
	}
	if found {
		k.out.Why += "; replays differ from each other in what is new"
	}
	return found
}

// drifted reports whether all replays, at least two, differ from the golden and agree with
// each other.
func (k *check) drifted() bool {
	return (k.Variant == "" || k.Variant == VariantAgain) && k.agree && k.Again > 0 && k.out.Replays == k.Again+1
}

// changed names what differs around the run: build, environment.
func (k *check) changed() []string {
	w, g := k.want.Circumstances, k.first.Circumstances
	if w == nil || g == nil {
		return nil
	}
	var changed []string
	if w.Build != g.Build && w.Build != "" && g.Build != "" {
		changed = append(changed, "build")
	}
	if w.Environment != g.Environment && w.Environment != "" && g.Environment != "" {
		changed = append(changed, "environment")
	}
	return changed
}

// blame gives the differences of a drift their cause.
func (k *check) blame(changed []string) {
	what := strings.Join(changed, " and ")
	k.out.Why += fmt.Sprintf(", all alike; the %s is not the golden's", what)
	for i := range k.out.Differences {
		d := &k.out.Differences[i]
		if d.harmless() {
			continue
		}
		d.Cause = CauseCode
		if changed[0] == "environment" {
			d.Cause = CauseEnvironment
		}
		d.Why = fmt.Sprintf("the %s is not the golden's, and %d replays agree with each other; %s", what, k.out.Replays, d.Why)
	}
}
