package pipeline

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
	"github.com/shadowrun/shadowrun/harness/pipeline/store"
)

// Engine takes projects through their stages. Root and Now are needed.
type Engine struct {
	Root   string           // the folder that has .somas
	Now    func() time.Time // the clock of every entry
	Actor  string           // who runs it; "" is "engine"
	Agents map[string]Agent // by name, in place of those of .somas/agents
	Log    func(project.Entry)

	staged func(*store.Project) error // called when a stage is completed
}

// Why says why an engine came to rest.
type Why string

const (
	WhyCompleted Why = "completed"    // every stage is
	WhyFailed    Why = "failed"       // a stage was given up; a dead letter has its context
	WhyWaiting   Why = "waiting"      // for a person, at a human gate
	WhyStopped   Why = "stopped"      // by an operator, or because pipeline.enabled is false
	WhyBreaker   Why = "breaker_open" // the stage's service is not to be called until then
	WhyCancelled Why = "cancelled"    // the context ended; running it again goes on
)

// Outcome is how far an engine came.
type Outcome struct {
	Project string          `json:"project"`
	Why     Why             `json:"why"`
	Status  project.Status  `json:"status"`
	Stage   project.Stage   `json:"stage"`
	Service string          `json:"service,omitempty"` // with breaker_open
	Until   *time.Time      `json:"until,omitempty"`   // with breaker_open; none where an operator tripped it
	Message string          `json:"message,omitempty"`
	Mended  []*store.Damage `json:"mended,omitempty"` // what a killed engine had left, and opening the project made good
}

// session is an engine at work on one project, whose lock it holds.
type session struct {
	*Engine
	project *store.Project
	config  project.Config
}

// Run takes the project on until it is completed, failed, waiting, stopped, held by an open breaker, or
// ctx ends. Each step is the one that the state allows, so it goes on from wherever another engine
// died. An error is about the folder or its configuration: it says what to mend.
func (e *Engine) Run(ctx context.Context, id string) (Outcome, error) {
	p, err := openProject(e.Root, id, e.Now, e.actor())
	if err != nil {
		return Outcome{}, err
	}
	defer p.Close()
	s := &session{Engine: e, project: p}
	if err := s.begin(ctx); err != nil {
		return Outcome{}, err
	}
	for {
		out, err := s.step(ctx)
		if err != nil {
			return Outcome{}, err
		}
		if out != nil {
			state := p.State()
			out.Project, out.Status, out.Stage, out.Mended = id, state.Status, state.CurrentStage, p.Mended
			return *out, nil
		}
	}
}

func (e *Engine) actor() string {
	if e.Actor == "" {
		return "engine"
	}
	return e.Actor
}

// begin makes good what an engine that died left undone.
func (s *session) begin(ctx context.Context) (err error) {
	if s.config, err = LoadConfig(s.Root); err != nil {
		return err
	}
	if err := s.tellLast(ctx); err != nil {
		return err
	}
	state := s.project.State()
	if at := state.CurrentStage; state.Stages[at].Status == project.StageInProgress {
		return s.append(ctx, project.Entry{Event: project.Interrupted, Stage: at, Reason: "its engine died"})
	}
	return nil
}

// step takes one step. It returns an outcome where there is none to take.
func (s *session) step(ctx context.Context) (*Outcome, error) {
	state := s.project.State()
	switch state.Status {
	case project.Completed:
		return &Outcome{Why: WhyCompleted}, nil
	case project.Failed:
		return &Outcome{Why: WhyFailed, Message: state.RecoveryInfo.LastError}, nil
	case project.Waiting:
		return &Outcome{Why: WhyWaiting}, nil
	case project.Stopped:
		return &Outcome{Why: WhyStopped}, nil
	}
	if ctx.Err() != nil {
		return &Outcome{Why: WhyCancelled, Message: context.Cause(ctx).Error()}, nil
	}
	var err error
	if s.config, err = LoadConfig(s.Root); err != nil {
		return nil, err
	}
	if !s.config.Pipeline.Enabled {
		return nil, s.append(ctx, project.Entry{Event: project.StoppedByOperator, Reason: "pipeline.enabled is false"})
	}
	at := state.CurrentStage
	switch stage := state.Stages[at]; stage.Status {
	case project.StagePending:
		if stage.ApprovedAt == nil && slices.Contains(s.config.Pipeline.HumanGates, at) {
			return nil, s.append(ctx, project.Entry{Event: project.GateOpened, Stage: at})
		}
		return s.attempt(ctx, project.Entry{Event: project.StageStarted, Stage: at})
	case project.StageFailed:
		return s.recover(ctx, at)
	case project.StageCompleted:
		return nil, s.append(ctx, project.Entry{Event: project.PipelineCompleted})
	default:
		return nil, fmt.Errorf("%s: stage %s is %s in a %s project, which no step leads on from: run \"shadowrun pipeline doctor %s\"",
			state.Project, at, stage.Status, state.Status, state.Project)
	}
}

// append commits entries, then tells who is to be told.
func (s *session) append(ctx context.Context, entries ...project.Entry) error {
	first := len(s.project.Entries())
	if err := s.project.Append(entries...); err != nil {
		return err
	}
	for _, e := range s.project.Entries()[first:] {
		if s.Log != nil {
			s.Log(e)
		}
		if err := s.tell(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// openProject takes a project's lock.
func openProject(root, id string, now func() time.Time, actor string) (*store.Project, error) {
	if err := project.CheckID(id); err != nil {
		return nil, err
	}
	return store.Open(store.Dir(root, id), store.Options{Now: now, Actor: actor})
}

// openRead reads a project that may be another's at the time.
func openRead(root, id string) (*store.Project, error) {
	if err := project.CheckID(id); err != nil {
		return nil, err
	}
	return store.OpenRead(store.Dir(root, id))
}
