package pipeline

import (
	"fmt"
	"strings"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
	"github.com/shadowrun/shadowrun/harness/pipeline/store"
)

// RestartFrom makes a stage and those after it begin anew. Those before it stay completed.
func (o Operator) RestartFrom(id string, from project.Stage) (Done, error) {
	return o.change("restart", id, func(*store.Project) (project.Entry, error) {
		if from.Index() < 0 {
			return project.Entry{}, noStage(from)
		}
		return project.Entry{Event: project.Restarted, Stage: from}, nil
	})
}

// Resume makes the stages after a checkpoint begin anew; "" is the last one.
func (o Operator) Resume(id, checkpoint string) (Done, error) {
	return o.change("resume", id, func(p *store.Project) (project.Entry, error) {
		s := p.State()
		if checkpoint == "" {
			checkpoint = s.RecoveryInfo.LastSuccessfulCheckpoint
		}
		if checkpoint == "" {
			return project.Entry{}, fmt.Errorf("%s has no checkpoint: no stage was completed; restart it from %s", id, project.Stages[0])
		}
		return project.Entry{Event: project.Resumed, Detail: project.Detail(project.Resumption{Checkpoint: checkpoint})}, nil
	})
}

// Unstick makes a stage that nobody works at any more begin anew. An engine at work is no such
// case: it holds the project's lock.
func (o Operator) Unstick(id string) (Done, error) {
	return o.change("unstick", id, func(p *store.Project) (project.Entry, error) {
		s := p.State()
		if now := s.Stages[s.CurrentStage].Status; now != project.StageInProgress {
			return project.Entry{}, fmt.Errorf("%s is not stuck: it is %s and its stage %s is %s", id, s.Status, s.CurrentStage, now)
		}
		return project.Entry{Event: project.Unstuck, Stage: s.CurrentStage}, nil
	})
}

// Approve lets the stage start whose human gate is open.
func (o Operator) Approve(id string) (Done, error) {
	return o.atGate("approve", id, project.GateApproved)
}

// Reject fails the project at its human gate.
func (o Operator) Reject(id string) (Done, error) {
	return o.atGate("reject", id, project.GateRejected)
}

func (o Operator) atGate(operation, id string, event project.Event) (Done, error) {
	return o.change(operation, id, func(p *store.Project) (project.Entry, error) {
		s := p.State()
		if s.Status != project.Waiting {
			return project.Entry{}, fmt.Errorf("%s waits for nobody: it is %s", id, s.Status)
		}
		return project.Entry{Event: event, Stage: s.CurrentStage}, nil
	})
}

func noStage(s project.Stage) error {
	var names []string
	for _, known := range project.Stages {
		names = append(names, string(known))
	}
	return fmt.Errorf("there is no stage %q: expected one of %s", s, strings.Join(names, ", "))
}
