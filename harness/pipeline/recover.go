package pipeline

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// recover decides what becomes of a stage that failed: the debugger, another attempt, or none.
// It decides by the log alone, so that an engine that was killed in between is no matter.
func (s *session) recover(ctx context.Context, at project.Stage) (*Outcome, error) {
	stage := s.project.State().Stages[at]
	failed, debugged := s.lastFailure(at)
	var why project.Failure
	if err := json.Unmarshal(failed.Detail, &why); err != nil { // the state was taken over from elsewhere
		why = project.Failure{Kind: project.Transient, Message: stage.Error}
	}
	switch {
	case why.Kind == project.Permanent, stage.Retries >= s.config.ErrorHandling.Retries:
		return nil, s.giveUp(ctx, at, failed.Service, why)
	case why.Kind == project.Validation && !debugged:
		return s.debug(ctx, at, &Failure{Kind: why.Kind, Service: failed.Service, Message: why.Message})
	}
	return s.attempt(ctx, project.Entry{Event: project.StageRetried, Stage: at, Reason: why.Message})
}

// lastFailure is the entry of the stage's last failure, and whether the debugger looked at it.
func (s *session) lastFailure(at project.Stage) (failed project.Entry, debugged bool) {
	for _, e := range slices.Backward(s.project.Entries()) {
		switch {
		case e.Stage != at:
		case e.Event == project.DebuggerInvoked:
			debugged = true
		case e.Event == project.StageGaveError:
			return e, debugged
		}
	}
	return project.Entry{}, debugged
}

// debug has the debugger look at a validation failure. What it finds is an input to the next
// attempt; that it finds nothing, or fails itself, does not keep the stage from being tried again.
func (s *session) debug(ctx context.Context, at project.Stage, why *Failure) (*Outcome, error) {
	agent, err := s.agentNamed(s.config.ErrorHandling.Debugger)
	if err != nil {
		return nil, err
	}
	if out, err := s.allowed(ctx, agent.Service); out != nil || err != nil {
		return out, err
	}
	task, err := s.task(at)
	if err != nil {
		return nil, err
	}
	task.Failure = why
	answer, err := s.invoke(ctx, agent, task)
	if ctx.Err() != nil {
		return nil, nil // nothing was entered: the next engine asks again
	}
	failure := failureOf(err)
	if err := s.count(ctx, agent.Service, failure); err != nil {
		return nil, err
	}
	if failure == nil {
		failure = s.judgeFiles(at, answer)
	}
	reason := why.Message
	if failure != nil {
		answer, reason = Answer{}, "the debugger failed: "+failure.Message
	}
	digests, err := s.keep(answer.Artifacts)
	if err != nil {
		return nil, err
	}
	return nil, s.append(ctx, project.Entry{Event: project.DebuggerInvoked, Stage: at, Reason: reason,
		Detail: project.Detail(project.Completion{Agent: agent.Name, Artifacts: digests})})
}

// buried is a task as a dead letter keeps it: its inputs by their digests.
type buried struct {
	Stage     project.Stage     `json:"stage"`
	Seed      uint64            `json:"seed"`
	Attempt   int               `json:"attempt"`
	Artifacts map[string]string `json:"artifacts"`
}

func (s *session) giveUp(ctx context.Context, at project.Stage, service string, why project.Failure) error {
	state := s.project.State()
	why.Task = project.Detail(buried{Stage: at, Seed: state.Seed, Attempt: attempts(s.project.Entries(), at), Artifacts: state.Artifacts()})
	return s.append(ctx, project.Entry{Event: project.RetriesExhausted, Stage: at, Service: service, Reason: why.Message, Detail: project.Detail(why)})
}

// attempts counts a stage's over all restarts; its state begins anew with each.
func attempts(entries []project.Entry, at project.Stage) (n int) {
	for _, e := range entries {
		if e.Stage == at && (e.Event == project.StageStarted || e.Event == project.StageRetried) {
			n++
		}
	}
	return n
}
