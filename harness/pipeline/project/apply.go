package project

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// NotAllowed says why an event is refused, and what is allowed instead.
type NotAllowed struct {
	Event       Event
	Project     string
	Status      Status // the project's
	Stage       Stage  // "" where the event is about none
	StageStatus StageStatus
	Why         string
	Instead     []Event // what the table allows now
}

func (e *NotAllowed) Error() string {
	name, status := e.Project, string(e.Status)
	if name == "" {
		name, status = "the project", "not created yet"
	}
	what := fmt.Sprintf("%s: %s is not allowed: %s is %s", name, e.Event, name, status)
	if e.Stage != "" {
		what += fmt.Sprintf(", stage %s %s", e.Stage, e.StageStatus)
	}
	what += ": " + e.Why
	if len(e.Instead) > 0 {
		var names []string
		for _, event := range e.Instead {
			names = append(names, string(event))
		}
		what += "; allowed now: " + strings.Join(names, ", ")
	}
	return what
}

// Apply is the state and the dead letters after e. It changes neither s nor letters. An entry that
// the table does not allow gives a *[NotAllowed].
func Apply(s State, letters []DeadLetter, e Entry) (State, []DeadLetter, error) {
	prepared, after, lettersAfter, err := Prepare(s, letters, e)
	if err != nil {
		return s, letters, err
	}
	for _, c := range []struct {
		name      string
		want, got any
	}{
		{"seq", prepared.Seq, e.Seq}, {"from", prepared.From, e.From}, {"to", prepared.To, e.To},
		{"from_stage", prepared.FromStage, e.FromStage}, {"to_stage", prepared.ToStage, e.ToStage},
	} {
		if c.want != c.got {
			return s, letters, fmt.Errorf("entry %d: %s: %s: want %v, got %v", prepared.Seq, e.Event, c.name, c.want, c.got)
		}
	}
	return after, lettersAfter, nil
}

// Prepare fills in what follows from s: sequence and statuses, before and after. It gives the state
// and letters after the entry, as [Apply] would.
func Prepare(s State, letters []DeadLetter, e Entry) (Entry, State, []DeadLetter, error) {
	row, ok := RowOf(e.Event)
	if !ok {
		return e, s, letters, fmt.Errorf("there is no event %q", e.Event)
	}
	e.Seq, e.At = s.Sequence+1, e.At.UTC().Round(0)
	e.Service, e.Actor, e.Reason = text(e.Service), text(e.Actor), text(e.Reason)
	e.From, e.FromStage = s.Status, s.Stages[e.Stage].Status
	if why := row.refuses(s, e); why != "" {
		return e, s, letters, refusal(s, e, why)
	}
	after := s.clone()
	d := &draft{before: s, s: &after, letters: slices.Clone(letters), e: e}
	if row.To != "" {
		after.Status = row.To
	}
	if row.ToStage != "" {
		d.change(func(s *StageState) { s.Status = row.ToStage })
	}
	for _, effect := range row.Effects {
		if err := effects[effect](d); err != nil {
			return e, s, letters, refusal(s, e, err.Error())
		}
	}
	after.Sequence, after.UpdatedAt, after.DeadLetters, after.Checksum = e.Seq, e.At, len(d.letters), ""
	e.To, e.ToStage = after.Status, after.Stages[e.Stage].Status
	return e, after, d.letters, nil
}

// text has one spelling in JSON, which what is no UTF-8 would not have.
func text(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// refuses says why the row does not hold of s and e; "" where it does.
func (r Row) refuses(s State, e Entry) string {
	if !slices.Contains(r.From, s.Status) {
		return fmt.Sprintf("the project has to be %s", list(r.From))
	}
	switch {
	case e.Stage == "" && r.Stage != nil:
		return "it has to name a stage"
	case e.Stage != "" && e.Stage.Index() < 0:
		return fmt.Sprintf("there is no stage %q: want one of %s", e.Stage, list(Stages))
	case r.Stage != nil && !slices.Contains(r.Stage, s.Stages[e.Stage].Status):
		return fmt.Sprintf("the stage has to be %s", list(r.Stage))
	case strings.HasPrefix(string(r.Event), "circuit_breaker_") && e.Service == "":
		return "it has to name a service"
	case r.Operator && (e.Actor == "" || e.Reason == ""):
		return "it is a person's act: it has to say who (actor) and why (reason)"
	case e.At.Before(time.Unix(0, 0)) || e.At.Year() > 9999:
		return fmt.Sprintf("%s is no time of an entry", e.At.Format(time.RFC3339))
	}
	return ""
}

func list[T ~string](of []T) string {
	var names []string
	for _, v := range of {
		if v == "" {
			v = "new"
		}
		names = append(names, string(v))
	}
	return strings.Join(names, " or ")
}

func refusal(s State, e Entry, why string) error {
	r := &NotAllowed{Event: e.Event, Project: s.Project, Status: s.Status, Stage: e.Stage, StageStatus: e.FromStage, Why: why}
	for _, row := range Table {
		stageFits := row.Stage == nil || slices.Contains(row.Stage, s.Stages[s.CurrentStage].Status)
		if slices.Contains(row.From, s.Status) && stageFits && !slices.Contains([]Event{Notified, AgentInvoked}, row.Event) {
			r.Instead = append(r.Instead, row.Event)
		}
	}
	return r
}

// Fold is the state and the dead letters after all entries. Of none it is the state of a project
// that has not been created.
func Fold(entries []Entry) (State, []DeadLetter, error) {
	var s State
	letters := []DeadLetter{}
	for i, e := range entries {
		var err error
		if s, letters, err = Apply(s, letters, e); err != nil {
			return s, letters, fmt.Errorf("entry %d of %d: %w", i+1, len(entries), err)
		}
	}
	return s, letters, nil
}
