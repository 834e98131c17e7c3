package pipeline

import (
	"context"
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

// full makes it impossible to write a project's state, and so to enter anything, until freed.
func (r *rig) full() {
	r.t.Helper()
	if err := os.MkdirAll(filepath.Join(store.Dir(r.root, id), "state.json.tmp", "in the way"), 0o755); err != nil {
		r.t.Error(err)
	}
}

func (r *rig) freed() {
	r.t.Helper()
	if err := os.RemoveAll(filepath.Join(store.Dir(r.root, id), "state.json.tmp")); err != nil {
		r.t.Fatal(err)
	}
}

// eventful is a project that meets with everything on its way to the gate of its third stage: a service that fails, work that
// is not good enough, and somebody who is told.
const eventful = "pipeline: {human_gates: [plan]}\nerror_handling: {circuit_breaker: {failure_threshold: 1, recovery_timeout: 60, half_open_requests: 1}}\n" + toFile

func eventfulAgent() AgentFunc {
	failedOnce := map[project.Stage]bool{}
	return works(func(task Task) (Answer, error) {
		switch {
		case task.Failure != nil:
			return Answer{Artifacts: map[string]string{"notes.md": "look again"}}, nil
		case failedOnce[task.Stage]:
			return Answer{}, nil
		}
		failedOnce[task.Stage] = true
		switch task.Stage {
		case "intake":
			return Answer{}, &Failure{Kind: project.Transient, Service: "ai_api", Message: "503"}
		case "specify":
			return Answer{}, &Failure{Kind: project.Validation, Message: "thin"}
		}
		return Answer{}, nil
	})
}

// eventfulRig is at its beginning; its agent's calls are guarded by a breaker.
func eventfulRig(t *testing.T) *rig {
	t.Helper()
	r := newRig(t, eventful, eventfulAgent())
	putAgent(t, r.root, "stub", "builtin: stub\nservice: ai_api\n")
	putAgent(t, r.root, "debugger", "builtin: stub\nservice: ai_api\n")
	return r
}

// toTheGate runs engines until the project waits at its gate, or one fails. A breaker's time is waited for.
func (r *rig) toTheGate(with func(*Engine)) error {
	for {
		e := r.engine()
		if with != nil {
			with(e)
		}
		out, err := e.Run(r.t.Context(), id)
		switch {
		case err != nil:
			return err
		case out.Why == WhyWaiting:
			return nil
		case out.Why != WhyBreaker:
			return fmt.Errorf("it came to rest as %+v", out)
		}
		r.at = out.Until.Add(time.Second)
	}
}

// TestDiskFailsAtEveryTransition: an engine that can't enter what happened ends there, and says what it could not. All before it is
// kept; when there is room again another engine goes on from there.
func TestDiskFailsAtEveryTransition(t *testing.T) {
	calm := eventfulRig(t)
	var way []project.Event
	if err := calm.toTheGate(func(e *Engine) { e.Log = func(e project.Entry) { way = append(way, e.Event) } }); err != nil {
		t.Fatal(err)
	}
	for _, met := range []project.Event{project.BreakerOpened, project.BreakerHalfOpened, project.BreakerClosed, project.StageGaveError, project.StageRetried,
		project.DebuggerInvoked, project.StageDone, project.GateOpened, project.Notified} {
		if !slices.Contains(way, met) {
			t.Fatalf("nothing is shown of %s: %q", met, way)
		}
	}
	for i, next := range way {
		t.Run(fmt.Sprintf("%d %s", i, next), func(t *testing.T) {
			t.Parallel()
			r := eventfulRig(t)
			seen := 0
			err := r.toTheGate(func(e *Engine) {
				readings := 0
				e.Log = func(project.Entry) { seen++ }
				e.Now = func() time.Time { // which is read when a project is opened, then for each entry
					if readings++; readings == 1 {
						r.freed()
					} else if seen == i {
						r.full()
					}
					return r.at
				}
			})
			if err == nil || !strings.HasPrefix(err.Error(), fmt.Sprintf("project-1: %s: ", next)) || !strings.Contains(err.Error(), "state.json.tmp") {
				t.Errorf("want an error that begins with project-1: %s, and names the file, got %v", next, err)
			}
			if seen != i {
				t.Errorf("it went on: %d transitions after it", seen-i)
			}
			r.freed()
			entries := must(r.operator().History(id, Filter{}))(t)
			var kept []project.Event
			for _, e := range entries[1:] {
				kept = append(kept, e.Event)
			}
			if d := cmp.Diff(way[:i], kept); d != "" && i > 0 {
				t.Errorf("the log (-want +got)\n%s", d)
			}
			if err := r.toTheGate(nil); err != nil {
				t.Errorf("when there was room again: %v", err)
			}
			s := r.state()
			if d := cmp.Diff(calm.state().Stages["specify"].Artifacts["specify.md"], s.Stages["specify"].Artifacts["specify.md"]); d != "" || s.CurrentStage != "plan" {
				t.Errorf("it is at %s (-want +got)\n%s", s.CurrentStage, d)
			}
			if damage := must(r.operator().Doctor())(t); len(damage) > 0 {
				t.Errorf("damage: %v", damage)
			}
		})
	}
}

// atReading makes something happen when an engine or operator looks at the clock for the n-th time.
func atReading(n int, now func() time.Time, do func()) func() time.Time {
	read := 0
	return func() time.Time {
		if read++; read == n {
			do()
		}
		return now()
	}
}

// TestWhatCanNotBeMadeGood: an engine that can't enter what a dead one left undone does not begin.
func TestWhatCanNotBeMadeGood(t *testing.T) {
	for _, c := range []struct {
		name string
		rig  *situation
		make func(*rig)
		says string
	}{
		{"that its stage was interrupted", stuck, func(*rig) {}, "project-1: interrupted: "},
		{"whom it told", waiting, func(r *rig) { writeConfig(r.t, r.root, toFile) }, "project-1: notified: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := c.rig.rig(t)
			c.make(r)
			before := r.state().Sequence
			asked := 0
			e := r.engine()
			e.Agents["stub"] = AgentFunc(func(context.Context, Task) (Answer, error) { asked++; return Answer{}, nil })
			e.Now = atReading(2, r.now, r.full)
			out, err := e.Run(t.Context(), id)
			if err == nil || !strings.HasPrefix(err.Error(), c.says) || !strings.Contains(err.Error(), "state.json.tmp") {
				t.Errorf("want an error that begins with %q, got %+v, %v", c.says, out, err)
			}
			r.freed()
			if s := r.state(); asked != 0 || s.Sequence != before {
				t.Errorf("it went on: %d agents were asked, transition %d was %d", asked, s.Sequence, before)
			}
		})
	}
}

// TestArtifactsThatCanNotBeKept: a stage is not done before what it made is kept, nor has the debugger looked.
func TestArtifactsThatCanNotBeKept(t *testing.T) {
	for _, c := range []struct {
		at   project.Stage
		made string
		says string
		next project.StageStatus // that the stage keeps
	}{
		{"intake", "503 lines", "project-1: artifact intake.md: ", project.StageInProgress},
		{"specify", "look again", "project-1: artifact notes.md: ", project.StageFailed},
	} {
		t.Run(string(c.at), func(t *testing.T) {
			r := eventfulRig(t)
			r.agent = works(func(task Task) (Answer, error) {
				switch {
				case task.Stage == "intake":
					return Answer{Artifacts: map[string]string{"intake.md": "503 lines"}}, nil
				case task.Failure != nil:
					return Answer{Artifacts: map[string]string{"notes.md": "look again"}}, nil
				case task.Stage == "specify" && task.Attempt == 1:
					return Answer{}, &Failure{Kind: project.Validation, Message: "thin"}
				}
				return Answer{}, nil
			})
			taken := filepath.Join(store.Dir(r.root, id), "artifacts", ".objects", strings.TrimPrefix(project.Digest([]byte(c.made)), "sha256:")+".tmp", "x")
			if err := os.MkdirAll(taken, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := r.toTheGate(nil); err == nil || !strings.HasPrefix(err.Error(), c.says) || !strings.Contains(err.Error(), "is a directory") {
				t.Errorf("want an error that begins with %q, got %v", c.says, err)
			}
			if s := r.state(); s.CurrentStage != c.at || s.Stages[c.at].Status != c.next || len(s.Stages[c.at].Artifacts) != 0 {
				t.Errorf("got %s, %+v", s.CurrentStage, s.Stages[c.at])
			}
			if err := os.RemoveAll(filepath.Dir(taken)); err != nil {
				t.Fatal(err)
			}
			if err := r.toTheGate(nil); err != nil {
				t.Errorf("when there was room again: %v", err)
			}
			var found []string
			for name, digest := range r.state().Artifacts() {
				if digest == project.Digest([]byte(c.made)) {
					found = append(found, name)
				}
			}
			if len(found) != 1 {
				t.Errorf("want it kept once, got %q", found)
			}
		})
	}
}

// TestInputsThatAreGone: an agent is not asked to work on what is not what it was, nor is the debugger.
func TestInputsThatAreGone(t *testing.T) {
	for _, at := range []project.Event{project.StageStarted, project.StageGaveError} {
		t.Run(string(at), func(t *testing.T) {
			r := eventfulRig(t)
			asked := 0
			agent := r.agent
			lost := false
			r.agent = AgentFunc(func(ctx context.Context, task Task) (Answer, error) {
				if lost {
					asked++
				}
				return agent.Invoke(ctx, task)
			})
			err := r.toTheGate(func(engine *Engine) {
				engine.Log = func(e project.Entry) {
					if e.Stage == "specify" && e.Event == at {
						lost = true
						if err := breaks(".somas/projects/project-1/artifacts/intake.md", "other")(r.root); err != nil {
							t.Error(err)
						}
					}
				}
			})
			var damage *store.Damage
			if !errors.As(err, &damage) || damage.File != "artifacts/intake.md" {
				t.Errorf("want damage of artifacts/intake.md, got %v", err)
			}
			if asked != 0 {
				t.Errorf("%d agents were asked all the same", asked)
			}
		})
	}
}
