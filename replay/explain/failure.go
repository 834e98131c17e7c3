package explain

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/shadowrun/shadowrun/golden"
)

// failures lists the arms that end otherwise than untreated runs do.
func (e *experiment) failures() []Failure {
	out := []Failure{}
	for _, a := range e.arms {
		n, how := 0, ""
		for _, r := range a.runs {
			if r.seen.failed != "" {
				n++
				how = r.seen.failed
			}
		}
		if a == e.untreated() && n > 0 {
			return []Failure{}
		}
		if n > 0 {
			out = append(out, Failure{Arm: a.Name, Factor: a.factor, Runs: n, Of: len(a.runs), How: how})
		} else if a.dead {
			out = append(out, Failure{Arm: a.Name, Factor: a.factor, Runs: a.Unknown, Of: a.Unknown, How: a.Why})
		}
	}
	return out
}

// labChanges lists the fields that are one thing in all untreated runs, and another outside.
func (e *experiment) labChanges() []string {
	out := []string{}
	for _, c := range e.t.columns {
		a := e.named[outside]
		if a == nil || len(a.runs) < 2 {
			continue
		}
		_, of := c.group.modal(e.untreated())
		if of >= 4 && c.group.differs(e.untreated()) == 0 && c.group.differs(a) == len(a.runs) {
			out = append(out, c.path)
		}
	}
	return out
}

// silent reports whether the reference has nothing to compare: no output, or such as broke its format.
func (e *experiment) silent() bool {
	return !slices.ContainsFunc(e.ref.steps, func(step string) bool { return !strings.HasPrefix(step, "/@fault/") })
}

// fails says how the program fails, where every run that it was left alone in ended badly, or said nothing;
// "" where one did well.
func (e *experiment) fails() string {
	bad := badEnd(e.ref.end)
	if bad == "" && !e.silent() {
		return ""
	}
	n := 0
	for _, a := range []*arm{e.untreated(), e.outside()} {
		for _, r := range a.runs {
			if r.seen.failed != "" || e.silent() && len(r.seen.diffs) > 0 {
				return ""
			}
			n++
		}
	}
	for _, seed := range e.others {
		for _, obs := range seed {
			if l, err := newLayout(obs.Trace); err != nil || badEnd(l.end) != bad {
				return ""
			}
			n++
		}
	}
	text := fmt.Sprintf("each of %d runs that it was left alone in ", n)
	switch {
	case bad == "" && len(e.ref.steps) == 0:
		text += "ended well, and put nothing out: there is nothing to compare"
	case bad == "":
		text += fmt.Sprintf("put nothing out that is %s: there is nothing to compare", e.ref.header.Output)
	case e.silent():
		text += "ended with " + bad + ", and put nothing out that could be compared"
	default:
		text += "ended with " + bad
	}
	if last := lastLine(e.reference.obs.Stderr); last != "" {
		text += "; its standard error ends: " + last
	}
	return text
}

func badEnd(end golden.End) string {
	switch {
	case end.Signal != "":
		return "signal " + end.Signal
	case end.Exit != 0:
		return fmt.Sprintf("exit status %d", end.Exit)
	}
	return ""
}

// maxLine is how much of a line of standard error is told, in bytes.
const maxLine = 300

// lastLine returns the last line of a text that is not blank, its beginning where it is long.
func lastLine(text []byte) string {
	text = bytes.TrimSpace(text)
	line := text[bytes.LastIndexByte(text, '\n')+1:]
	if len(line) > maxLine {
		return string(line[:maxLine]) + "…"
	}
	return string(line)
}
