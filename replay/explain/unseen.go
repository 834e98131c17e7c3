package explain

import (
	"strings"

	"github.com/shadowrun/shadowrun/replay"
)

// Field returns what an explanation says of a finding, nil where it says nothing: the field at a place where the run's recorded
// differences show the finding, else one of its pattern at which they show no other, as elements move. Two findings may share
// a pattern, as any two lines of a text do; what is proven of the one is not proven of the other, and no violation is
// cleared by what was seen elsewhere.
func (x *Explanation) Field(of replay.Finding, recorded []replay.Difference) *Field {
	var like *Field
	for i, f := range x.Fields {
		if replay.Pattern(f.Path) != of.Pattern {
			continue
		}
		own, another := shows(recorded, f.Path, of.Cause)
		if own {
			return &x.Fields[i]
		}
		if like == nil && !another && !clears(f, of.Class) {
			like = &x.Fields[i]
		}
	}
	return like
}

// clears says whether a field would make a violation less than one.
func clears(f Field, class replay.Class) bool {
	return class == replay.ClassViolation && f.Class != replay.ClassViolation
}

// shows says whether a run's differences show a cause at a place, or only another one.
func shows(recorded []replay.Difference, path string, cause replay.Cause) (own, another bool) {
	for _, d := range recorded {
		if d.Path == path {
			own, another = own || d.Cause == cause, another || d.Cause != cause
		}
	}
	return own, another && !own
}

// NotSeen returns the places at which a run's recorded differences are, and at or around which none of the experiments' runs
// differed, nor at their like where nothing was recorded: elements move.
func (x *Explanation) NotSeen(recorded []replay.Difference) []string {
	at := map[string]bool{}
	for _, d := range recorded {
		at[d.Path] = true
	}
	var unseen []string
	for _, d := range recorded {
		if d.Class == replay.ClassDerived || !at[d.Path] || x.differsAt(d, at) {
			continue
		}
		at[d.Path] = false // once is enough
		unseen = append(unseen, d.Path)
	}
	return unseen
}

func (x *Explanation) differsAt(d replay.Difference, recorded map[string]bool) bool {
	for _, f := range x.Fields {
		if f.Class == replay.ClassLatent {
			continue // it differs elsewhere only
		}
		_, known := recorded[f.Path]
		moved := !known && replay.Pattern(f.Path) == replay.Pattern(d.Path) && !clears(f, d.Class)
		if within(d.Path, f.Path) || within(f.Path, d.Path) || moved {
			return true
		}
	}
	return false
}

// within says whether a place is another one or lies in it.
func within(path, around string) bool {
	rest, ok := strings.CutPrefix(path, around)
	return ok && (rest == "" || rest[0] == '/')
}
