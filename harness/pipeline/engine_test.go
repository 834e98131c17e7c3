package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
	"github.com/shadowrun/shadowrun/harness/pipeline/store"
)

// works is an agent that does every stage's work, but where a script says otherwise.
func works(script func(t Task) (Answer, error)) AgentFunc {
	return func(_ context.Context, t Task) (Answer, error) {
		if a, err := script(t); err != nil || a.Artifacts != nil || a.Measures != nil {
			return a, err
		}
		return Answer{Artifacts: map[string]string{string(t.Stage) + ".md": "done"}, Measures: map[string]float64{"coverage": 90, "failed_tests": 0}}, nil
	}
}

// faulty fails at a stage, so often, in a way.
func faulty(at project.Stage, times int, kind project.ErrorKind) AgentFunc {
	return works(func(t Task) (Answer, error) {
		if t.Failure == nil && t.Stage == at && t.Attempt <= times {
			return Answer{}, &Failure{Kind: kind, Service: map[project.ErrorKind]string{project.Transient: "ai_api"}[kind], Message: fmt.Sprint("no ", t.Attempt)}
		}
		return Answer{}, nil
	})
}

var rigStart = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// rig is a root with one project, and the agent that works at it.
type rig struct {
	t     *testing.T
	root  string
	agent Agent
	at    time.Time
}

func newRig(t *testing.T, config string, agent Agent) *rig {
	t.Helper()
	r := &rig{t: t, root: rootFolder(t), agent: agent, at: rigStart}
	writeConfig(t, r.root, config)
	create(t, r.root, 1)
	return r
}

func (r *rig) now() time.Time { return r.at }

func (r *rig) engine() *Engine {
	return &Engine{Root: r.root, Now: r.now, Agents: map[string]Agent{"stub": r.agent, "debugger": r.agent}}
}

func (r *rig) operator() Operator {
	return Operator{Root: r.root, Now: r.now, Actor: "ops", Reason: "a test"}
}

// run runs the engine until it rests.
func (r *rig) run(want Why) Outcome {
	r.t.Helper()
	out, err := r.engine().Run(r.t.Context(), "project-1")
	if err != nil || out.Why != want {
		r.t.Fatalf("want %s, got %+v, %v", want, out, err)
	}
	return out
}

// events are the project's, of a stage or without one, since its n-th transition.
func (r *rig) events(stage project.Stage) (events []string) {
	r.t.Helper()
	entries, err := r.operator().History("project-1", Filter{})
	if err != nil {
		r.t.Fatal(err)
	}
	for _, e := range entries[1:] {
		if e.Stage == stage || e.Stage == "" {
			events = append(events, string(e.Event))
		}
	}
	return events
}

func (r *rig) state() project.State {
	r.t.Helper()
	s, err := r.operator().Status("project-1")
	if err != nil {
		r.t.Fatal(err)
	}
	return s.State
}

const noGates = "pipeline: {human_gates: []}\n"

// What the engine does about failures, by the transitions of the stage.
func TestRecovery(t *testing.T) {
	for _, c := range []struct {
		name   string
		config string
		agent  Agent
		at     project.Stage
		rests  Why
		want   []string
	}{
		{"nothing fails", noGates, faulty("plan", 0, ""), "plan", WhyCompleted,
			[]string{"stage_started", "stage_completed", "pipeline_completed"}},
		{"a service fails twice", noGates, faulty("plan", 2, project.Transient), "plan", WhyCompleted,
			[]string{"stage_started", "circuit_breaker_counted", "stage_failed", "stage_retried", "circuit_breaker_counted", "stage_failed", "stage_retried",
				"circuit_breaker_counted", "stage_completed", "pipeline_completed"}},
		{"the work is not good enough: the debugger first", noGates, faulty("plan", 1, project.Validation), "plan", WhyCompleted,
			[]string{"stage_started", "stage_failed", "debugger_invoked", "stage_retried", "stage_completed", "pipeline_completed"}},
		{"trying again would not help", noGates, faulty("plan", 1, project.Permanent), "plan", WhyFailed,
			[]string{"stage_started", "stage_failed", "retries_exhausted"}},
		{"retries are used up", "error_handling: {retries: 1}\n", faulty("plan", 9, project.Transient), "plan", WhyFailed,
			[]string{"stage_started", "circuit_breaker_counted", "stage_failed", "stage_retried", "circuit_breaker_counted", "stage_failed", "retries_exhausted"}},
		{"a person is waited for", "pipeline: {human_gates: [plan]}\n", faulty("plan", 0, ""), "plan", WhyWaiting, []string{"human_gate_opened"}},
		{"all is stopped", "pipeline: {enabled: false}\n", faulty("plan", 0, ""), "plan", WhyStopped, []string{"stopped"}},
		{"an agent breaks", noGates, works(func(t Task) (Answer, error) { return Answer{}, errors.New("nil map") }), "intake", WhyFailed,
			[]string{"stage_started", "stage_failed", "retries_exhausted"}},
		{"an artifact would lie elsewhere", noGates, works(func(t Task) (Answer, error) {
			return Answer{Artifacts: map[string]string{"../x": ""}}, nil
		}), "intake", WhyFailed, []string{"stage_started", "stage_failed", "retries_exhausted"}},
		{"an artifact is another stage's", noGates, works(func(t Task) (Answer, error) {
			return Answer{Artifacts: map[string]string{"one.md": string(t.Stage)}}, nil
		}), "specify", WhyFailed, []string{"stage_started", "stage_failed", "retries_exhausted"}},
		{"a measure is missing", "pipeline: {human_gates: []}\nerror_handling: {retries: 0}\nquality_gates: {plan: {depth: 1}}\n", faulty("plan", 0, ""), "plan", WhyFailed,
			[]string{"stage_started", "stage_failed", "retries_exhausted"}},
		{"the debugger names a file that is none", noGates, works(func(t Task) (Answer, error) {
			if t.Failure != nil {
				return Answer{Artifacts: map[string]string{"../x": ""}}, nil
			}
			if t.Stage == "plan" && t.Attempt == 1 {
				return Answer{}, &Failure{Kind: project.Validation, Message: "thin"}
			}
			return Answer{}, nil
		}), "plan", WhyCompleted, []string{"stage_started", "stage_failed", "debugger_invoked", "stage_retried", "stage_completed", "pipeline_completed"}},
		{"the debugger fails too", noGates, works(func(t Task) (Answer, error) {
			if t.Failure != nil {
				return Answer{}, errors.New("no idea")
			}
			if t.Stage == "plan" && t.Attempt == 1 {
				return Answer{}, &Failure{Kind: project.Validation, Message: "thin"}
			}
			return Answer{}, nil
		}), "plan", WhyCompleted, []string{"stage_started", "stage_failed", "debugger_invoked", "stage_retried", "stage_completed", "pipeline_completed"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, c.config, c.agent)
			r.run(c.rests)
			got := slices.DeleteFunc(r.events(c.at), func(e string) bool { return e == "notified" })
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

// A dead letter has what is needed to try again: the error, the attempts, the task with the digests of its
// inputs.
func TestDeadLetterHasItsContext(t *testing.T) {
	r := newRig(t, "error_handling: {retries: 1}\n", faulty("specify", 9, project.Transient))
	r.run(WhyFailed)
	letters, err := r.operator().DeadLetters("project-1")
	if err != nil || len(letters) != 1 {
		t.Fatalf("%v, %v", letters, err)
	}
	l := letters[0]
	var task buried
	if err := json.Unmarshal(l.Task, &task); err != nil {
		t.Fatal(err)
	}
	want := buried{Stage: "specify", Seed: 1, Attempt: 2, Artifacts: map[string]string{"intake.md": project.Digest([]byte("done"))}}
	if d := cmp.Diff(want, task); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	if l.Service != "ai_api" || l.Kind != project.Transient || l.Message != "no 2" || l.Attempts != 2 || l.Retries != 1 {
		t.Errorf("got %+v", l)
	}
}

// What the debugger finds is an input to the next attempt.
func TestDebuggerNotesReachTheRetry(t *testing.T) {
	var seen []string
	r := newRig(t, noGates, works(func(t Task) (Answer, error) {
		switch {
		case t.Failure != nil:
			return Answer{Artifacts: map[string]string{"notes.md": "because: " + t.Failure.Message}}, nil
		case t.Stage == "plan" && t.Attempt == 1:
			return Answer{}, &Failure{Kind: project.Validation, Message: "thin"}
		case t.Stage == "plan":
			seen = append(seen, t.Inputs["notes.md"], t.Inputs["specify.md"])
		}
		return Answer{}, nil
	}))
	r.run(WhyCompleted)
	if d := cmp.Diff([]string{"because: thin", "done"}, seen); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

// An open breaker fails fast: the project rests until its time is up, then probes.
func TestOpenBreakerFailsFast(t *testing.T) {
	writeAgent := "stages: [intake, specify, plan, decompose, implement, verify, integrate, harden, release, operate, analyze]\nservice: ai_api\nbuiltin: stub\n"
	calls := 0
	r := newRig(t, noGates+"error_handling: {retries: 9, circuit_breaker: {failure_threshold: 2, recovery_timeout: 60, half_open_requests: 2}}\n", nil)
	agent := faulty("plan", 3, project.Transient)
	r.agent = AgentFunc(func(ctx context.Context, t Task) (Answer, error) { calls++; return agent(ctx, t) })
	putAgent(t, r.root, "stub", writeAgent)
	out := r.run(WhyBreaker)
	if want := r.at.Add(time.Minute); out.Service != "ai_api" || out.Until == nil || !out.Until.Equal(want) {
		t.Errorf("want ai_api until %s, got %+v", want, out)
	}
	before := calls
	r.run(WhyBreaker)
	if calls != before {
		t.Errorf("%d calls went through an open breaker", calls-before)
	}
	r.at = r.at.Add(time.Minute)
	r.run(WhyBreaker) // the probe failed
	r.at = r.at.Add(time.Minute)
	r.run(WhyCompleted)
	want := []string{"stage_started", "circuit_breaker_counted", "stage_failed", "stage_retried", "circuit_breaker_opened", "stage_failed",
		"circuit_breaker_half_opened", "stage_retried", "circuit_breaker_opened", "stage_failed",
		"circuit_breaker_half_opened", "stage_retried", "circuit_breaker_counted", "stage_completed", "circuit_breaker_closed", "pipeline_completed"}
	if d := cmp.Diff(want, r.events("plan")); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

func putAgent(t *testing.T, root, name, text string) {
	t.Helper()
	dir := filepath.Join(root, ".somas", "agents")
	if err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(filepath.Join(dir, name+".yml"), []byte(text), 0o644)); err != nil {
		t.Fatal(err)
	}
}

// pipeline.enabled is looked at before every stage: one that runs is finished.
func TestStopIsSeenBetweenStages(t *testing.T) {
	var r *rig
	r = newRig(t, noGates, works(func(task Task) (Answer, error) {
		if task.Stage == "plan" {
			writeConfig(t, r.root, "pipeline: {enabled: false}\n")
		}
		return Answer{}, nil
	}))
	out := r.run(WhyStopped)
	if s := r.state(); out.Stage != "decompose" || s.Stages["plan"].Status != project.StageCompleted || s.Status != project.Stopped {
		t.Errorf("got %+v, %s", out, s.Status)
	}
}

// An engine that is told to end leaves the stage to the next one.
func TestCancelledStageBeginsAnew(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r := newRig(t, noGates, nil)
	r.agent = AgentFunc(func(inner context.Context, t Task) (Answer, error) {
		if t.Stage == "plan" && t.Attempt == 1 {
			cancel()
			<-inner.Done()
			return Answer{}, inner.Err()
		}
		return works(func(Task) (Answer, error) { return Answer{}, nil })(inner, t)
	})
	if out, err := r.engine().Run(ctx, "project-1"); err != nil || out.Why != WhyCancelled {
		t.Fatalf("%+v, %v", out, err)
	}
	r.run(WhyCompleted)
	want := []string{"stage_started", "interrupted", "stage_started", "stage_completed", "pipeline_completed"}
	if d := cmp.Diff(want, r.events("plan")); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

// A stage that takes longer than its time-out is tried again.
func TestStageTimeout(t *testing.T) {
	r := newRig(t, "pipeline: {human_gates: [], stage_timeouts: {plan: 20ms}}\n", nil)
	r.agent = AgentFunc(func(ctx context.Context, t Task) (Answer, error) {
		if t.Stage == "plan" && t.Attempt == 1 {
			<-ctx.Done()
			return Answer{}, ctx.Err()
		}
		return works(func(Task) (Answer, error) { return Answer{}, nil })(ctx, t)
	})
	r.run(WhyCompleted)
	failed, err := r.operator().History("project-1", Filter{Failures: true})
	if err != nil || len(failed) != 1 || !strings.Contains(failed[0].Reason, "time-out of 20ms") {
		t.Errorf("%v, %v", failed, err)
	}
}

// Two engines don't work on one project.
func TestOneEngineAtATime(t *testing.T) {
	var second error
	var r *rig
	r = newRig(t, noGates, works(func(task Task) (Answer, error) {
		_, second = r.engine().Run(t.Context(), "project-1")
		return Answer{}, nil
	}))
	r.run(WhyCompleted)
	var held *store.HeldError
	if !errors.As(second, &held) || held.PID != os.Getpid() {
		t.Errorf("got %v", second)
	}
}

// A project's id does not lead out of its folder.
func TestIDsStayInTheirFolder(t *testing.T) {
	r := newRig(t, noGates, faulty("plan", 0, ""))
	for _, id := range []string{"", "../projects/project-1", "../../../tmp/project-1", "project-01", "project-1/", "project-1/../project-1"} {
		_, err := r.engine().Run(t.Context(), id)
		_, doctor := r.operator().Doctor(id)
		_, restored := r.operator().Restore(id, "")
		if err == nil || doctor == nil || restored == nil {
			t.Errorf("%q was taken: %v, %v, %v", id, err, doctor, restored)
		}
	}
}

// A failure is counted for the service that it names, and only a transient one.
func TestFailureIsItsServices(t *testing.T) {
	r := newRig(t, noGates, works(func(t Task) (Answer, error) {
		switch {
		case t.Stage == "plan" && t.Attempt == 1:
			return Answer{}, &Failure{Kind: project.Transient, Service: "git", Message: "no route"}
		case t.Stage == "implement" && t.Attempt == 1 && t.Failure == nil:
			return Answer{}, &Failure{Kind: project.Validation, Service: "ci", Message: "red"}
		}
		return Answer{}, nil
	}))
	r.run(WhyCompleted)
	want := map[string]project.Breaker{"git": {State: project.BreakerIsClosed, Failures: 1}}
	if d := cmp.Diff(want, r.state().CircuitBreakers); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}
