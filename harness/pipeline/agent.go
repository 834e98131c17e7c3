package pipeline

import (
	"context"
	"errors"
	"fmt"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// Agent does a stage's work. It should return soon after ctx is done.
//
// An error that is, or wraps, a [*Failure] is of its kind. Any other is permanent: what an agent
// did not foresee is not tried again.
type Agent interface {
	Invoke(ctx context.Context, task Task) (Answer, error)
}

// Task is what an agent is asked to do; a command reads it as JSON from its standard input.
type Task struct {
	Project string            `json:"project"`
	Stage   project.Stage     `json:"stage"`
	Seed    uint64            `json:"seed"`
	Attempt int               `json:"attempt"` // at this stage, from 1, over all restarts
	Inputs  map[string]string `json:"artifacts"`
	Failure *Failure          `json:"failure,omitempty"` // what a debugger is to find the reason of
}

// Answer is what came of a task; a command writes it as JSON to its standard output.
type Answer struct {
	Artifacts map[string]string  `json:"artifacts"`
	Measures  map[string]float64 `json:"measures"` // what quality gates judge
	Error     *Failure           `json:"error"`
}

// Failure is why an agent did not do its work.
type Failure struct {
	Kind    project.ErrorKind `json:"kind"`
	Service string            `json:"service,omitempty"` // the one that failed; "" is the agent's own
	Message string            `json:"message"`
}

func (f *Failure) Error() string {
	if f.Service == "" {
		return fmt.Sprintf("%s: %s", f.Kind, f.Message)
	}
	return fmt.Sprintf("%s (%s): %s", f.Kind, f.Service, f.Message)
}

// failureOf makes a failure of what an agent returned; nil is none.
func failureOf(err error) *Failure {
	var f *Failure
	switch {
	case err == nil:
		return nil
	case errors.As(err, &f):
		return f
	case errors.Is(err, context.DeadlineExceeded):
		return &Failure{Kind: project.Transient, Message: "took longer than its time limit"}
	}
	return &Failure{Kind: project.Permanent, Message: err.Error()}
}

// AgentFunc makes an agent of a function.
type AgentFunc func(ctx context.Context, task Task) (Answer, error)

// Invoke calls the function.
func (f AgentFunc) Invoke(ctx context.Context, task Task) (Answer, error) { return f(ctx, task) }
