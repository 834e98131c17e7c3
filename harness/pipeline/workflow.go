package pipeline

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/pipeline/project"
	"github.com/shadowrun/shadowrun/harness/pipeline/store"
)

// NewWorkflow returns the pipeline as a workflow of the soak: a project in a folder of its own is
// taken through its stages, its faults follow from the seed, and a person is played who lets it pass
// its gate, waits for breakers and replays what was given up. It can be resumed after each stage. Agents,
// by name, take the place of the stub; nil: none does.
func NewWorkflow(agents map[string]Agent) harness.Workflow { return workflow{agents} }

type workflow struct{ agents map[string]Agent }

func (workflow) Name() string { return "pipeline" }

// Resumable marks the workflow as one that takes checkpoints.
func (workflow) Resumable() {}

// kept is what a checkpoint needs: from it the folder is made anew, to the byte.
type kept struct {
	Root     string            `json:"root"`  // of who was killed, which nobody else removes
	Files    map[string]string `json:"files"` // of the project's folder, by path; all are text
	At       time.Time         `json:"at"`
	Recorded int               `json:"recorded"` // transitions that are in the trace
}

const simulatedProject = "project-1"

// simulation is one run: a root, and a clock that goes on by a second with every transition. It
// does not go on with being read, which a resumed run does once more.
type simulation struct {
	root     string
	run      *harness.Run
	at       time.Time
	recorded int
}

// Run takes a project through the pipeline.
func (w workflow) Run(ctx context.Context, r *harness.Run) error {
	root, err := os.MkdirTemp("", "pipeline-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(root)
	s := &simulation{root: root, run: r, at: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	if err := s.begin(); err != nil {
		return err
	}
	e := &Engine{Root: root, Now: s.now, Actor: "soak", Agents: w.agents, staged: s.staged,
		Log: func(project.Entry) { s.at = s.at.Add(time.Second) }}
	for {
		out, err := e.Run(ctx, simulatedProject)
		if err != nil {
			return err
		}
		if again, err := s.goOn(ctx, out); err != nil || !again {
			return err
		}
	}
}

func (s *simulation) now() time.Time { return s.at }

func (s *simulation) operator() Operator {
	s.at = s.at.Add(time.Minute)
	return Operator{Root: s.root, Now: s.now, Actor: "soak", Reason: "played"}
}

// begin makes the project, or puts it back as it was at the checkpoint.
func (s *simulation) begin() error {
	var k kept
	resumed, err := s.run.Resume(&k)
	if err != nil {
		return err
	}
	if !resumed {
		_, err := s.operator().Create(simulatedProject, s.run.Seed())
		return err
	}
	if err := os.RemoveAll(k.Root); err != nil {
		return err
	}
	s.at, s.recorded = k.At, k.Recorded
	for name, content := range k.Files {
		path := filepath.Join(store.Dir(s.root, simulatedProject), filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// goOn does what the outcome asks of a person. A project that failed is given one more chance for
// each of its letters; the stub needs no more.
func (s *simulation) goOn(ctx context.Context, out Outcome) (again bool, err error) {
	switch out.Why {
	case WhyCompleted:
		return false, s.end()
	case WhyCancelled:
		return false, context.Cause(ctx)
	case WhyWaiting:
		_, err = s.operator().Approve(simulatedProject)
	case WhyFailed:
		_, err = s.operator().ReplayLetter(simulatedProject, "")
	case WhyBreaker:
		if out.Until == nil {
			return false, fmt.Errorf("the breaker of %s was tripped, and nobody did", out.Service)
		}
		s.at = *out.Until
	default:
		return false, fmt.Errorf("the pipeline came to rest as %s: %s", out.Why, out.Message)
	}
	return err == nil, err
}

// staged records what happened up to a stage's completion, then keeps it.
func (s *simulation) staged(p *store.Project) error {
	if err := s.record(p); err != nil {
		return err
	}
	k := kept{Root: s.root, Files: map[string]string{}, At: s.at, Recorded: s.recorded}
	dir := store.Dir(s.root, simulatedProject)
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || name == "lock" {
			return err
		}
		content, err := os.ReadFile(filepath.Join(dir, name))
		k.Files[name] = string(content)
		return err
	})
	if err != nil {
		return err
	}
	return s.run.Checkpoint(k)
}

// step is a transition as the trace has it: without the chain, in which every difference would
// show again in all that follows.
type step struct {
	Seq     int64               `json:"seq"`
	At      time.Time           `json:"at"`
	Event   project.Event       `json:"event"`
	Stage   project.Stage       `json:"stage,omitempty"`
	Service string              `json:"service,omitempty"`
	To      project.Status      `json:"to"`
	ToStage project.StageStatus `json:"to_stage,omitempty"`
	Reason  string              `json:"reason,omitempty"`
	Detail  project.Raw         `json:"detail,omitempty"`
}

// record adds the transitions since the last time to the trace, what the stages made, and the
// state. The state is there whole: in its digest a difference could not be told from one that follows from it.
func (s *simulation) record(p *store.Project) error {
	for _, e := range p.Entries()[s.recorded:] {
		if e.Event == project.StageDone {
			if err := s.artifacts(p, e.Stage); err != nil {
				return err
			}
		}
		s.run.Record("transition", step{e.Seq, e.At, e.Event, e.Stage, e.Service, e.To, e.ToStage, e.Reason, e.Detail})
		s.recorded++
	}
	s.run.Record("state", p.State())
	return s.run.Err()
}

// artifacts records what a stage that is still completed made.
func (s *simulation) artifacts(p *store.Project, stage project.Stage) error {
	for _, name := range slices.Sorted(maps.Keys(p.State().Stages[stage].Artifacts)) {
		content, err := p.ReadArtifact(name)
		if err != nil {
			return err
		}
		s.run.Artifact(name, content)
	}
	return nil
}

func (s *simulation) end() error {
	p, err := openRead(s.root, simulatedProject)
	if err != nil {
		return err
	}
	defer p.Close()
	return s.record(p)
}
