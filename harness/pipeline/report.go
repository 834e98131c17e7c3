package pipeline

import (
	"slices"
	"time"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
	"github.com/shadowrun/shadowrun/harness/pipeline/store"
)

// Status is what there is to see of a project.
type Status struct {
	project.State
	Engine *store.Holder     `json:"engine"` // who is at work on it; nil: nobody
	Health []project.Finding `json:"health"`
	Last   []project.Entry   `json:"last"` // the newest transitions, oldest first
}

// lastShown is how many transitions a status has.
const lastShown = 5

// Status returns what there is to see of a project.
func (o Operator) Status(id string) (Status, error) {
	config, err := LoadConfig(o.Root)
	if err != nil {
		return Status{}, err
	}
	p, err := openRead(o.Root, id)
	if err != nil {
		return Status{}, err
	}
	defer p.Close()
	entries := p.Entries()
	state, _ := p.State().Sealed() // it was read from JSON, so it has a spelling in it
	return Status{
		State: state, Engine: p.Holder(), Health: findings(p, config, o.Now()),
		Last: slices.Clone(entries[max(0, len(entries)-lastShown):]),
	}, nil
}

func findings(p *store.Project, config project.Config, now time.Time) []project.Finding {
	return append([]project.Finding{}, project.Health(p.State(), p.Entries(), config, now)...)
}

// Listed is a project in a list. One that can't be read is listed with the reason.
type Listed struct {
	Project     string         `json:"project"`
	Status      project.Status `json:"status,omitempty"`
	Stage       project.Stage  `json:"stage,omitempty"`
	UpdatedAt   time.Time      `json:"updated_at,omitzero"`
	DeadLetters int            `json:"dead_letters"`
	LastError   string         `json:"last_error,omitempty"`
	Damage      string         `json:"damage,omitempty"`
}

// List returns the projects of the root in the order of their numbers; those of the statuses, if any are
// given, and those that can't be read always.
func (o Operator) List(statuses ...project.Status) ([]Listed, error) {
	ids, err := store.Projects(o.Root)
	if err != nil {
		return nil, err
	}
	all := []Listed{}
	for _, id := range ids {
		l := o.listed(id)
		if l.Damage != "" || len(statuses) == 0 || slices.Contains(statuses, l.Status) {
			all = append(all, l)
		}
	}
	return all, nil
}

func (o Operator) listed(id string) Listed {
	p, err := openRead(o.Root, id)
	if err != nil {
		return Listed{Project: id, Damage: err.Error()}
	}
	defer p.Close()
	s := p.State()
	return Listed{Project: id, Status: s.Status, Stage: s.CurrentStage, UpdatedAt: s.UpdatedAt, DeadLetters: s.DeadLetters, LastError: s.RecoveryInfo.LastError}
}

// Filter says which transitions to show; the zero value is all.
type Filter struct {
	Stage    project.Stage
	Event    project.Event
	Failures bool // attempts and projects that failed
	Tail     int  // the newest so many of what is left; 0 is all
}

// failures are the events by which something failed.
var failures = []project.Event{project.StageGaveError, project.RetriesExhausted, project.GateRejected, project.BreakerOpened, project.Interrupted}

// History returns a project's transitions, oldest first.
func (o Operator) History(id string, f Filter) ([]project.Entry, error) {
	p, err := openRead(o.Root, id)
	if err != nil {
		return nil, err
	}
	defer p.Close()
	kept := []project.Entry{}
	for _, e := range p.Entries() {
		if (f.Stage == "" || e.Stage == f.Stage) && (f.Event == "" || e.Event == f.Event) && (!f.Failures || slices.Contains(failures, e.Event)) {
			kept = append(kept, e)
		}
	}
	if f.Tail > 0 {
		kept = kept[max(0, len(kept)-f.Tail):]
	}
	return kept, nil
}

// Health returns what a project's operator is to be warned of.
func (o Operator) Health(id string) ([]project.Finding, error) {
	s, err := o.Status(id)
	return s.Health, err
}
