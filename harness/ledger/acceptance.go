package ledger

import "time"

// Acceptance says that a finding is known and let be, for some time, or that it is mended.
type Acceptance struct {
	Key    string
	Reason string
	Until  time.Time // a later acceptance replaces this one; one with a time that is past ends it; At: it is mended
	Who    string
	At     time.Time
}

// Mended reports whether the finding is closed and not let be: it holds until the finding is seen again.
// It is written as an acceptance without duration, so that an older shadowrun takes the finding for an open one.
func (x Acceptance) Mended() bool { return x.Until.Equal(x.At) }

// String is for people: what was said of the finding, and a day.
func (x Acceptance) String() string {
	if x.Mended() {
		return "mended on " + x.At.Format(time.DateOnly)
	}
	return "accepted until " + LastDay(x.Until)
}

// AcceptedAt reports whether the finding is accepted at a time, or mended.
func (f Finding) AcceptedAt(t time.Time) bool {
	return f.Accepted != nil && (f.Accepted.Mended() || t.Before(f.Accepted.Until))
}

// judge notes the latest acceptance, which the finding's last sighting may have refuted.
func (f *Finding) judge(x Acceptance) {
	if x.Mended() && f.Last.At.After(x.At) {
		f.Again = &x
		return
	}
	f.Accepted = &x
}

// LastDay is the last day on which an acceptance holds: one until the end of a day ends at the next one's start.
func LastDay(until time.Time) string { return until.Add(-time.Nanosecond).Format(time.DateOnly) }
