package pipeline

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// attempt enters that the stage begins, or begins again, asks its agent, and enters what came of
// it. Where the breaker of the agent's service is open nothing is entered or asked.
func (s *session) attempt(ctx context.Context, begin project.Entry) (*Outcome, error) {
	at := begin.Stage
	agent, err := s.agentFor(s.config, at)
	if err != nil {
		return nil, err
	}
	if out, err := s.allowed(ctx, agent.Service); out != nil || err != nil {
		return out, err
	}
	if err := s.append(ctx, begin); err != nil {
		return nil, err
	}
	task, err := s.task(at)
	if err != nil {
		return nil, err
	}
	answer, err := s.invoke(ctx, agent, task)
	if ctx.Err() != nil {
		return nil, s.append(context.WithoutCancel(ctx), project.Entry{Event: project.Interrupted, Stage: at, Reason: "the engine was told to end"})
	}
	failure := failureOf(err)
	if counted := s.count(ctx, agent.Service, failure); counted != nil {
		return nil, counted
	}
	if failure == nil {
		failure = s.judge(at, answer)
	}
	if failure != nil {
		return nil, s.append(ctx, project.Entry{Event: project.StageGaveError, Stage: at, Service: failure.Service,
			Reason: failure.Message, Detail: project.Detail(project.Failure{Agent: agent.Name, Kind: failure.Kind, Message: failure.Message})})
	}
	return nil, s.complete(ctx, agent.Name, at, answer)
}

// complete keeps what the agent made, then enters that the stage is done: a file that no entry
// names is nothing, an entry whose file is missing is a loss.
func (s *session) complete(ctx context.Context, agent string, at project.Stage, answer Answer) error {
	digests, err := s.keep(answer.Artifacts)
	if err != nil {
		return err
	}
	detail := project.Detail(project.Completion{Agent: agent, Artifacts: digests, Measures: answer.Measures})
	if err := s.append(ctx, project.Entry{Event: project.StageDone, Stage: at, Detail: detail}); err != nil {
		return err
	}
	if s.staged != nil {
		return s.staged(s.project)
	}
	return nil
}

// keep writes artifacts, by name so that it is the same each time, and returns their digests.
func (s *session) keep(artifacts map[string]string) (map[string]string, error) {
	digests := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(artifacts)) {
		digest, err := s.project.Artifact(name, []byte(artifacts[name]))
		if err != nil {
			return nil, err
		}
		digests[name] = digest
	}
	return digests, nil
}

// task is what the stage's agent is given: everything that the stages made so far.
func (s *session) task(at project.Stage) (Task, error) {
	state := s.project.State()
	t := Task{Project: state.Project, Stage: at, Seed: state.Seed, Attempt: attempts(s.project.Entries(), at), Inputs: map[string]string{}}
	for name := range state.Artifacts() {
		content, err := s.project.ReadArtifact(name)
		if err != nil {
			return Task{}, err
		}
		t.Inputs[name] = string(content)
	}
	return t, nil
}

// invoke asks an agent, for as long as the stage may take.
func (s *session) invoke(ctx context.Context, agent worker, t Task) (Answer, error) {
	limit := agent.Limit(s.config, t.Stage)
	limited, end := context.WithTimeoutCause(ctx, limit, &Failure{Kind: project.Transient, Message: "took longer than its time-out of " + limit.String()})
	defer end()
	answer, err := agent.agent.Invoke(limited, t)
	if limited.Err() != nil {
		return Answer{}, context.Cause(limited)
	}
	return answer, err
}

// judge holds a stage's answer to what it has to be: files that can be kept, and measures that
// pass the quality gates.
func (s *session) judge(at project.Stage, a Answer) *Failure {
	if f := s.judgeFiles(at, a); f != nil {
		return f
	}
	return judgeGates(at, s.config.Gates(at, s.project.State()), a.Measures)
}

// judgeFiles refuses a name that is none, or that another stage has.
func (s *session) judgeFiles(at project.Stage, a Answer) *Failure {
	state := s.project.State()
	for _, name := range slices.Sorted(maps.Keys(a.Artifacts)) {
		if err := project.CheckArtifact(name, project.Digest([]byte(a.Artifacts[name]))); err != nil {
			return &Failure{Kind: project.Permanent, Message: err.Error()}
		}
		for _, other := range project.Stages {
			if _, has := state.Stages[other].Artifacts[name]; has && other != at {
				return &Failure{Kind: project.Permanent, Message: fmt.Sprintf("artifact %s is stage %s's: give it another name", name, other)}
			}
		}
	}
	return nil
}
