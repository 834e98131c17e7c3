package pipeline

import (
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

// operations are those that change something, each where it is allowed.
var operations = []struct {
	name string
	rig  *situation
	do   func(Operator) (Done, error)
	did  []string // some of its lines
	next Why      // how an engine comes to rest after it
}{
	{"restart from a stage", failed, func(o Operator) (Done, error) { return o.RestartFrom(id, "plan") },
		[]string{"status: failed → pending", "current stage: implement → plan", "stage plan: completed → pending", "checkpoints: 4 → 2"}, WhyCompleted},
	{"resume", failed, func(o Operator) (Done, error) { return o.Resume(id, "") },
		[]string{"status: failed → pending", "stage implement: failed → pending"}, WhyCompleted},
	{"restart fresh", failed, func(o Operator) (Done, error) { return o.RestartFresh(id, nil) },
		[]string{"project-1 begins at intake, seed 1"}, WhyFailed},
	{"restart a damaged one fresh", broken, func(o Operator) (Done, error) { seed := uint64(1); return o.RestartFresh(id, &seed) },
		[]string{"project-1 begins at intake, seed 1"}, WhyFailed},
	{"reset a breaker", failed, func(o Operator) (Done, error) { return o.ResetBreaker(id, "ai_api") }, []string{"breaker ai_api: none → closed"}, WhyFailed},
	{"trip a breaker", waiting, func(o Operator) (Done, error) { return o.TripBreaker(id, "ai_api") }, []string{"breaker ai_api: none → open"}, WhyWaiting},
	{"replay a dead letter", failed, func(o Operator) (Done, error) { return o.ReplayLetter(id, "") },
		[]string{"status: failed → pending", "dead letters: 1 → 0"}, WhyCompleted},
	{"purge dead letters", failed, func(o Operator) (Done, error) { return o.PurgeLetters(id, Purge{All: true}) },
		[]string{"dead letters: 1 → 0"}, WhyFailed},
	{"unstick", stuck, func(o Operator) (Done, error) { return o.Unstick(id) }, []string{"stage plan: in_progress → pending"}, WhyCompleted},
	{"invoke an agent", failed, func(o Operator) (Done, error) {
		_, d, err := o.InvokeAgent(context0, id, "stub", "plan")
		return d, err
	},
		[]string{"asked stub to work at plan"}, WhyFailed},
	{"adjust a gate", failed, func(o Operator) (Done, error) {
		low := 70.0
		return o.AdjustGate(id, "verify.coverage", project.Gate{Min: &low})
	},
		[]string{"gate verify.coverage: none → at least 70"}, WhyFailed},
	{"approve", waiting, func(o Operator) (Done, error) { return o.Approve(id) }, []string{"status: waiting → pending"}, WhyCompleted},
	{"reject", waiting, func(o Operator) (Done, error) { return o.Reject(id) }, []string{"status: waiting → failed"}, WhyFailed},
	{"stop all", waiting, func(o Operator) (Done, error) { return o.StopAll() }, []string{"project-1: waiting → stopped"}, WhyStopped},
	{"start all", stopped, func(o Operator) (Done, error) { return o.StartAll() }, []string{"project-1: stopped → pending"}, WhyCompleted},
	{"escalate", failed, func(o Operator) (Done, error) { return o.Escalate(context0, id, "high") },
		[]string{"escalated as high: an answer is due within 1h0m0s, until 2026-01-01T01:00:00Z"}, WhyFailed},
	{"escalate what is critical", waiting, func(o Operator) (Done, error) { return o.Escalate(context0, id, "critical") },
		[]string{"project-1: waiting → stopped"}, WhyStopped},
	{"record an incident", failed, func(o Operator) (Done, error) {
		return o.RecordIncident(id, Incident{Title: "No model", Severity: "low"})
	}, nil, WhyFailed},
	{"reconstruct", broken, func(o Operator) (Done, error) { return o.Reconstruct(id) }, []string{"wrote state.json", "kept aside damaged/"}, WhyFailed},
	{"reconstruct what was edited", byHand, func(o Operator) (Done, error) { return o.Reconstruct(id) },
		[]string{"wrote state.json", "status: running → failed"}, WhyFailed},
	{"accept what was edited", byHand, func(o Operator) (Done, error) { return o.Accept(id) }, []string{"status: failed → running"}, WhyFailed},
	{"restore", broken, func(o Operator) (Done, error) { return o.Restore(id, "") }, []string{"status: failed → running", "wrote state.json"}, WhyFailed},
	{"create", failed, func(o Operator) (Done, error) { return o.Create("", 5) }, []string{"project-2 begins at intake, seed 5"}, WhyFailed},
}

func TestOperations(t *testing.T) {
	for _, op := range operations {
		t.Run(op.name, func(t *testing.T) {
			t.Parallel()
			r := op.rig.rig(t)
			before := files(t, r.root)
			o := r.operator()
			o.DryRun = true
			dry, err := op.do(o)
			if err != nil {
				t.Fatalf("dry run: %v", err)
			}
			if d := cmp.Diff(before, files(t, r.root)); d != "" {
				t.Errorf("a dry run wrote (-was +is)\n%s", d)
			}
			for _, who := range []Operator{{Actor: "ops", Reason: " "}, {Reason: "a test"}} {
				if who.Root, who.Now = r.root, r.now; op.name == "create" {
					break // what is begun needs no reason
				}
				if nameless, err := op.do(who); err == nil {
					t.Errorf("nobody did it, or for no reason: %+v", nameless)
				}
			}
			if d := cmp.Diff(before, files(t, r.root)); d != "" {
				t.Errorf("what nobody did wrote (-was +is)\n%s", d)
			}
			done, err := op.do(r.operator())
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range op.did {
				if !strings.Contains(strings.Join(done.Did, "\n"), want) {
					t.Errorf("it says nothing of %q: %q", want, done.Did)
				}
				if !strings.Contains(strings.Join(dry.Did, "\n"), want) {
					t.Errorf("its dry run says nothing of %q: %q", want, dry.Did)
				}
			}
			if d := cmp.Diff(done.Did, dry.Did); d != "" && !strings.HasPrefix(done.Operation, "restart") && (op.rig == broken || op.rig == byHand) {
				t.Errorf("what it did is not what its dry run said (-did +said)\n%s", d)
			}
			if damage, err := r.operator().Doctor(); err != nil || len(damage) > 0 {
				t.Errorf("after it the doctor says %v %v", damage, err)
			}
			r.run(op.next)
		})
	}
}

// Nothing is done to a project that an engine is at work on, but that it is told to stop.
func TestOperationsRefuseWhileAnEngineWorks(t *testing.T) {
	for _, op := range operations {
		if op.name == "create" {
			continue
		}
		t.Run(op.name, func(t *testing.T) {
			t.Parallel()
			r := op.rig.rig(t)
			if op.rig == broken || op.rig == byHand {
				if _, err := r.operator().Reconstruct(id); err != nil {
					t.Fatal(err)
				}
			}
			p, err := openProject(r.root, id, r.now, "engine")
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			before := p.State().Sequence
			for _, dry := range []bool{true, false} {
				o := r.operator()
				o.DryRun = dry
				done, err := op.do(o)
				if strings.HasSuffix(op.name, " all") {
					want := fmt.Sprintf("project-1: its engine (pid %d) looks at pipeline.enabled before its next stage", os.Getpid())
					if err != nil || !slices.Contains(done.Did, want) {
						t.Errorf("got %+v, %v", done, err)
					}
					continue
				}
				want := &store.HeldError{Project: id, Holder: store.Holder{PID: os.Getpid(), Since: r.at, Actor: "engine"}}
				var held *store.HeldError
				if !errors.As(err, &held) || !cmp.Equal(want, held) {
					t.Errorf("dry run %t: want %v, got %+v, %v", dry, want, done, err)
				}
			}
			if got := r.state().Sequence; got != before {
				t.Errorf("transitions: want %d, got %d", before, got)
			}
		})
	}
}

// refusals are of what is unsafe, or makes no sense: each says what would.
var refusals = []struct {
	name string
	rig  *situation
	do   func(Operator) (Done, error)
	says string
}{
	{"restart what is completed", completed, func(o Operator) (Done, error) { return o.RestartFrom(id, "plan") }, "project-1 is completed"},
	{"restart fresh what is completed", completed, func(o Operator) (Done, error) { return o.RestartFresh(id, nil) }, "is completed"},
	{"resume what is completed", completed, func(o Operator) (Done, error) { return o.Resume(id, "") }, "project-1 is completed"},
	{"restart from nowhere", failed, func(o Operator) (Done, error) { return o.RestartFrom(id, "deploy") }, `there is no stage "deploy": expected one of intake, specify, `},
	{"restart ahead", failed, func(o Operator) (Done, error) { return o.RestartFrom(id, "verify") }, "stage implement comes before it"},
	{"resume from no checkpoint", failed, func(o Operator) (Done, error) { return o.Resume(id, "checkpoint-99") }, `there is no checkpoint "checkpoint-99": want one of checkpoint-3, checkpoint-5`},
	{"unstick what is not stuck", failed, func(o Operator) (Done, error) { return o.Unstick(id) }, "is not stuck"},
	{"approve what waits for nobody", failed, func(o Operator) (Done, error) { return o.Approve(id) }, "waits for nobody: it is failed"},
	{"reset a service that is none", failed, func(o Operator) (Done, error) { return o.ResetBreaker(id, "ai-api") }, "expected one of ai_api"},
	{"replay no letter", completed, func(o Operator) (Done, error) { return o.ReplayLetter(id, "") }, "has no dead letters"},
	{"replay another letter", failed, func(o Operator) (Done, error) { return o.ReplayLetter(id, "letter-1") }, "there are letter-"},
	{"purge without saying what", failed, func(o Operator) (Done, error) { return o.PurgeLetters(id, Purge{}) }, "by id, older than a time, or all"},
	{"purge both", failed, func(o Operator) (Done, error) { return o.PurgeLetters(id, Purge{All: true, OlderThan: time.Hour}) }, "by id, older than a time, or all"},
	{"purge another letter", failed, func(o Operator) (Done, error) { return o.PurgeLetters(id, Purge{IDs: []string{"letter-1"}}) }, "there are letter-"},
	{"adjust no gate", failed, func(o Operator) (Done, error) { return o.AdjustGate(id, "verify.speed", project.Gate{Min: new(1.0)}) }, `has no quality gate "verify.speed": there are verify.coverage`},
	{"adjust a gate to nothing", failed, func(o Operator) (Done, error) { return o.AdjustGate(id, "verify.coverage", project.Gate{}) }, "minimum"},
	{"escalate at no severity", failed, func(o Operator) (Done, error) { return o.Escalate(context0, id, "urgent") }, "low, medium, high, critical"},
	{"an incident without a title", failed, func(o Operator) (Done, error) { return o.RecordIncident(id, Incident{Severity: "low"}) }, "has a title"},
	{"restore no backup", failed, func(o Operator) (Done, error) { return o.Restore(id, "state.json.backup.999") }, "has no backup"},
	{"create one again", failed, func(o Operator) (Done, error) { return o.Create(id, 1) }, "already"},
	{"no such project", failed, func(o Operator) (Done, error) { return o.Resume("project-9", "") }, "there is no such project"},
	{"a damaged project", broken, func(o Operator) (Done, error) { return o.RestartFrom(id, "plan") }, "shadowrun pipeline reconstruct project-1"},
	{"a damaged project's seed", broken, func(o Operator) (Done, error) { return o.RestartFresh(id, nil) }, "say with which seed"},
	{"no such agent", failed, func(o Operator) (Done, error) { _, d, err := o.InvokeAgent(context0, id, "none", ""); return d, err }, "none.yml"},
	{"rolling back without git", failed, func(o Operator) (Done, error) { return o.Rollback(context0, id, "HEAD") }, "git"},
}

func TestOperationsRefuse(t *testing.T) {
	for _, c := range refusals {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := c.rig.rig(t)
			before := files(t, r.root)
			done, err := c.do(r.operator())
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("want a refusal that says %q, got %+v, %v", c.says, done, err)
			}
			if d := cmp.Diff(before, files(t, r.root)); d != "" {
				t.Errorf("it was refused, and wrote (-was +is)\n%s", d)
			}
		})
	}
}

// What goes on, goes on from artifacts as they were: with one altered, restarting and resuming are
// refused, and say which.
func TestDamagedArtifactsAreNotGoneOnFrom(t *testing.T) {
	r := failed.rig(t)
	if err := replaceFile(filepath.Join(store.Dir(r.root, id), "artifacts", "plan.md"), []byte("other")); err != nil {
		t.Fatal(err)
	}
	for name, do := range map[string]func(Operator) (Done, error){
		"restart": func(o Operator) (Done, error) { return o.RestartFrom(id, "implement") },
		"resume":  func(o Operator) (Done, error) { return o.Resume(id, "") },
		"replay":  func(o Operator) (Done, error) { return o.ReplayLetter(id, "") },
	} {
		if _, err := do(r.operator()); !errors.As(err, new(*store.Damage)) || !strings.Contains(err.Error(), "artifacts/plan.md") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// What a killed engine left half written is told of when it is made good.
func TestMendingIsTold(t *testing.T) {
	r := failed.rig(t)
	f, err := os.OpenFile(filepath.Join(store.Dir(r.root, id), "transitions.jsonl"), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"seq":`); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	torn := files(t, r.root)
	if out := r.run(WhyFailed); len(out.Mended) != 1 || out.Mended[0].File != "transitions.jsonl" {
		t.Errorf("the engine tells %v", out.Mended)
	}
	putBack(t, r.root, torn)
	d, err := r.operator().Resume(id, "")
	if err != nil || !strings.Contains(strings.Join(d.Did, "\n"), "opening it mended transitions.jsonl") {
		t.Errorf("got %q, %v", d.Did, err)
	}
}

// A beginning afresh that was cut off is told, by every command that looks, and the next one that changes something goes on with it.
func TestAFreshBeginningThatWasCutOff(t *testing.T) {
	for _, next := range []struct {
		name string
		do   func(*rig)
	}{
		{"restart --fresh", func(r *rig) {
			d := must(r.operator().RestartFresh(id, nil))(r.t)
			if !slices.Contains(d.Did, "went on with the restart --fresh that was cut off: what was there is archived") {
				r.t.Errorf("it did %q", d.Did)
			}
			if log := must(Operations(r.root))(r.t); len(log) != 1 || log[0].Event != "restart --fresh" {
				r.t.Errorf("log: %+v", log)
			}
		}},
		{"run", func(r *rig) {
			if out := r.run(WhyFailed); len(out.Mended) != 1 || out.Mended[0].File != "." {
				r.t.Errorf("the engine tells %v", out.Mended)
			}
		}},
	} {
		t.Run(next.name, func(t *testing.T) {
			r := cutOff(t)
			var d *store.Damage
			if _, err := r.operator().Status(id); !errors.As(err, &d) || !strings.Contains(err.Error(), "cut off") {
				t.Errorf("status: %v", err)
			}
			if l := must(r.operator().List())(t); len(l) != 1 || !strings.Contains(l[0].Damage, "cut off") {
				t.Errorf("list: %+v", l)
			}
			if found := must(r.operator().Doctor())(t); len(found) != 1 || !found[0].Heals {
				t.Errorf("doctor: %+v", found)
			}
			next.do(r)
			if found := must(r.operator().Doctor())(t); len(found) != 0 {
				t.Errorf("doctor: %+v", found)
			}
		})
	}
}
