package pipeline

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/sebdah/goldie/v2"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// digestForm is a digest with the digits that a page has of it.
var digestForm = regexp.MustCompile(`(sha256:[0-9a-f]{6})[0-9a-f]{58}`)

// page is a text of many parts, in which a root is called ROOT, and digests are short.
type page struct {
	t    *testing.T
	text strings.Builder
}

func (p *page) part(name string) { fmt.Fprintf(&p.text, "\n## %s\n", name) }

// say adds a value as whoever reads our JSON sees it.
func (p *page) say(what, root string, v any) {
	p.t.Helper()
	var text bytes.Buffer
	form := json.NewEncoder(&text)
	form.SetEscapeHTML(false)
	if err := form.Encode(v); err != nil {
		p.t.Fatal(err)
	}
	fmt.Fprintf(&p.text, "%s: %s", what, strings.ReplaceAll(text.String(), root, "ROOT"))
}

// entered adds transitions: all of them that is not the chain's, nor follows from what was before.
func (p *page) entered(entries []project.Entry) {
	p.t.Helper()
	for _, e := range entries {
		of := strings.TrimSpace(string(e.Stage) + " " + e.Service)
		fmt.Fprintf(&p.text, "%d %s %s %s → %s %s by %s: %s %s\n", e.Seq, e.At.Format(time.TimeOnly), e.Event, of, e.To, e.ToStage, e.Actor, e.Reason, e.Detail)
	}
}

func (p *page) is(name string) {
	p.t.Helper()
	goldie.New(p.t).Assert(p.t, name, digestForm.ReplaceAll([]byte(strings.TrimPrefix(p.text.String(), "\n")), []byte("$1")))
}

// TestOperationsWhole holds all that each operation says, and all that it enters.
func TestOperationsWhole(t *testing.T) {
	t.Parallel()
	p := &page{t: t}
	for _, op := range operations {
		p.part(op.name)
		r := op.rig.rig(t)
		r.at = rigStart.Add(time.Minute)
		var before int64
		if op.rig != broken && op.rig != byHand {
			before = r.state().Sequence
		}
		dry := r.operator()
		dry.DryRun = true
		p.say("would", r.root, must(op.do(dry))(t))
		done := must(op.do(r.operator()))(t)
		p.say("did", r.root, done)
		if op.rig == broken || op.rig == byHand {
			before = r.state().Sequence - 1
		}
		entries := must(r.operator().History(id, Filter{}))(t)
		p.entered(entries[min(before, int64(len(entries)-1)):])
		for _, o := range must(Operations(r.root))(t) {
			o.Prev, o.Sum = "", ""
			p.say("the root's log", r.root, o)
		}
	}
	p.is("operations")
}

// TestLooksWhole holds all that is said to whoever only looks, of projects in every situation.
func TestLooksWhole(t *testing.T) {
	t.Parallel()
	p := &page{t: t}
	for _, s := range []struct {
		name string
		rig  *situation
	}{{"failed", failed}, {"waiting", waiting}, {"completed", completed}, {"stopped", stopped}, {"stuck", stuck}} {
		p.part(s.name)
		for _, l := range looks {
			if l.name == "history" || l.name == "doctor of one" {
				continue // of the same that is elsewhere
			}
			r := s.rig.rig(t)
			r.at = rigStart.Add(48 * time.Hour)
			p.say(l.name, r.root, must(l.do(r.operator()))(t))
		}
	}
	p.is("looks")
}

// TestEventfulWayWhole holds all that an engine enters of a project that meets with everything, and who is told of what.
func TestEventfulWayWhole(t *testing.T) {
	t.Parallel()
	p := &page{t: t}
	r := eventfulRig(t)
	agent := r.agent
	r.agent = AgentFunc(func(ctx context.Context, task Task) (Answer, error) {
		p.say("asked", r.root, task)
		return agent.Invoke(ctx, task)
	})
	p.part("tasks")
	if err := r.toTheGate(nil); err != nil {
		t.Fatal(err)
	}
	r.at = r.at.Add(time.Hour)
	must(r.operator().Escalate(t.Context(), id, "high"))(t)
	must(r.operator().Approve(id))(t)
	p.part("rests")
	r.at = r.at.Add(time.Hour)
	r.agent = faulty("decompose", 9, project.Permanent)
	p.say("failed", r.root, r.run(WhyFailed))
	must(r.operator().ReplayLetter(id, ""))(t)
	must(r.operator().TripBreaker(id, "ai_api"))(t)
	p.say("tripped", r.root, r.run(WhyBreaker))
	must(r.operator().ResetBreaker(id, "ai_api"))(t)
	must(r.operator().StopAll())(t)
	p.say("stopped", r.root, r.run(WhyStopped))
	must(r.operator().StartAll())(t)
	r.agent = faulty("decompose", 0, "")
	p.say("completed", r.root, r.run(WhyCompleted))
	p.part("transitions")
	p.entered(must(r.operator().History(id, Filter{}))(t))
	p.part("notices")
	p.text.WriteString(files(t, r.root)["notices.jsonl"])
	p.part("status")
	p.say("status", r.root, must(r.operator().Status(id))(t))
	p.say("breakers", r.root, must(r.operator().Breakers(id))(t))
	p.say("gates", r.root, must(r.operator().Gates(id))(t))
	p.is("eventful")
}

// TestInterruptedWayWhole holds all that is entered of a project that is interrupted, stopped, rejected and given up, and which of
// it counts as a failure.
func TestInterruptedWayWhole(t *testing.T) {
	t.Parallel()
	p := &page{t: t}
	r := stuck.rig(t)
	writeConfig(t, r.root, "pipeline: {enabled: false}\n")
	p.say("stopped", r.root, r.run(WhyStopped))
	must(r.operator().StartAll())(t)
	writeConfig(t, r.root, "pipeline: {human_gates: [decompose]}\nerror_handling: {retries: 1, circuit_breaker: {failure_threshold: 3}}\nmonitoring: {notifications: {enabled: false}}\n")
	ctx, cancel := context.WithCancelCause(t.Context())
	r.agent = AgentFunc(func(inner context.Context, task Task) (Answer, error) {
		cancel(errors.New("the host goes down"))
		return Answer{}, inner.Err()
	})
	p.say("cancelled", r.root, must(r.engine().Run(ctx, id))(t))
	p.say("cancelled before it began", r.root, must(r.engine().Run(ctx, id))(t))
	r.agent = AgentFunc(func(_ context.Context, task Task) (Answer, error) {
		p.say("asked", r.root, task)
		switch {
		case task.Failure != nil:
			return Answer{}, &Failure{Kind: project.Transient, Service: "oracle", Message: "no idea"}
		case task.Stage == "plan" && task.Attempt == 3:
			return Answer{}, &Failure{Kind: project.Validation, Service: "ci", Message: "red"}
		case task.Stage == "implement":
			return Answer{}, &Failure{Kind: project.Transient, Service: "ai_api", Message: "503"}
		}
		return Answer{Artifacts: map[string]string{string(task.Stage) + ".md": "done"}}, nil
	})
	p.say("waiting", r.root, r.run(WhyWaiting))
	must(r.operator().Reject(id))(t)
	p.say("rejected", r.root, r.run(WhyFailed))
	must(r.operator().Resume(id, ""))(t)
	r.run(WhyWaiting)
	must(r.operator().Approve(id))(t)
	p.say("given up", r.root, r.run(WhyFailed))
	must(r.operator().ReplayLetter(id, ""))(t)
	p.say("held", r.root, r.run(WhyBreaker))
	p.part("transitions")
	p.entered(must(r.operator().History(id, Filter{}))(t))
	p.part("failures")
	p.entered(must(r.operator().History(id, Filter{Failures: true}))(t))
	p.part("failures of a stage")
	p.entered(must(r.operator().History(id, Filter{Failures: true, Stage: "plan", Tail: 2}))(t))
	p.part("status")
	p.say("breakers", r.root, must(r.operator().Breakers(id))(t))
	p.say("letters", r.root, must(r.operator().DeadLetters(id))(t))
	p.is("interrupted")
}

// TestRefusalsWhole holds all that is said where an operation is refused.
func TestRefusalsWhole(t *testing.T) {
	t.Parallel()
	p := &page{t: t}
	for _, c := range refusals {
		if c.rig == broken || c.name == "rolling back without git" {
			continue // in the store's words, or git's
		}
		p.part(c.name)
		r := c.rig.rig(t)
		d, err := c.do(r.operator())
		p.say("said", r.root, fmt.Sprint(err))
		p.say("did", r.root, d)
	}
	p.is("refusals")
}
