package pipeline

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

func (r *rig) notices() (all []string) {
	r.t.Helper()
	text, err := os.ReadFile(filepath.Join(r.root, "notices.jsonl"))
	if err != nil {
		r.t.Fatal(err)
	}
	for line := range bytes.Lines(text) {
		var n Notice
		if err := json.Unmarshal(line, &n); err != nil {
			r.t.Fatal(err)
		}
		all = append(all, strings.TrimSpace(n.Event+" "+n.Stage))
	}
	return all
}

// tellings are what the log says of deliveries.
func (r *rig) tellings() (all []Telling) {
	r.t.Helper()
	entries, err := r.operator().History(id, Filter{Event: project.Notified})
	if err != nil {
		r.t.Fatal(err)
	}
	for _, e := range entries {
		var n Telling
		if err := json.Unmarshal(e.Detail, &n); err != nil {
			r.t.Fatal(err)
		}
		all = append(all, n)
	}
	return all
}

const toFile = "monitoring: {notifications: {file: notices.jsonl}}\n"

// The four notices come when what they tell of has happened, each once.
func TestNotices(t *testing.T) {
	r := newRig(t, "pipeline: {human_gates: [plan]}\n"+toFile, faulty("specify", 1, project.Permanent))
	r.run(WhyFailed)
	if _, err := r.operator().ReplayLetter(id, ""); err != nil {
		t.Fatal(err)
	}
	r.run(WhyWaiting)
	r.run(WhyWaiting)
	if _, err := r.operator().Approve(id); err != nil {
		t.Fatal(err)
	}
	r.run(WhyCompleted)
	want := []string{"stage_completed intake", "error_occurred specify", "stage_completed specify", "human_gate_opened plan"}
	for _, s := range project.Stages[2:] {
		want = append(want, "stage_completed "+string(s))
	}
	want = append(want, "pipeline_completed")
	if d := cmp.Diff(want, r.notices()); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	if got := len(r.tellings()); got != len(want) {
		t.Errorf("the log tells of %d deliveries, not %d", got, len(want))
	}
}

// Only what notify_on names is told of, and nothing where notifications are off.
func TestNoticesAreChosen(t *testing.T) {
	r := newRig(t, noGates+"monitoring: {notifications: {file: notices.jsonl, notify_on: [pipeline_completed]}}\n", faulty("plan", 0, ""))
	r.run(WhyCompleted)
	if d := cmp.Diff([]string{"pipeline_completed"}, r.notices()); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	r = newRig(t, noGates+"monitoring: {notifications: {file: notices.jsonl, enabled: false}}\n", faulty("plan", 0, ""))
	r.run(WhyCompleted)
	if got := r.tellings(); got != nil {
		t.Errorf("told %v", got)
	}
}

// A receiver that is dead stops no pipeline, nor the other receivers; the log says that it was not told.
func TestDeadReceiver(t *testing.T) {
	r := newRig(t, noGates+"monitoring: {notifications: {file: notices.jsonl, webhook: \"http://127.0.0.1:1/secret\", notify_on: [pipeline_completed]}}\n", faulty("plan", 0, ""))
	r.run(WhyCompleted)
	got := r.tellings()
	if len(got) != 1 || len(got[0].Deliveries) != 2 || got[0].Event != "pipeline_completed" {
		t.Fatalf("got %+v", got)
	}
	hook, file := got[0].Deliveries[0], got[0].Deliveries[1]
	if hook.To != "webhook of 127.0.0.1:1" || !strings.Contains(hook.Error, "refused") || file != (Delivery{To: "file notices.jsonl"}) {
		t.Errorf("got %+v", got[0].Deliveries)
	}
}

// An engine that died between a transition and its notice leaves the notice to the next one.
func TestNoticeOfADeadEngineIsMadeGood(t *testing.T) {
	r := newRig(t, "pipeline: {human_gates: [intake]}\n", faulty("plan", 0, ""))
	r.run(WhyWaiting) // nobody was told
	writeConfig(t, r.root, "pipeline: {human_gates: [intake]}\n"+toFile)
	r.run(WhyWaiting)
	r.run(WhyWaiting)
	if d := cmp.Diff([]string{"human_gate_opened intake"}, r.notices()); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

// An engine that was told to end tells nobody of what it still enters; the next one does.
func TestNoticeOfAnEngineThatWasToldToEnd(t *testing.T) {
	r := newRig(t, "pipeline: {human_gates: [specify]}\n"+toFile, faulty("plan", 0, ""))
	if err := breaks("notices.jsonl", "")(r.root); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	e := r.engine()
	e.Log = func(entry project.Entry) {
		if entry.Event == project.StageDone {
			cancel()
		}
	}
	if out := must(e.Run(ctx, id))(t); out.Why != WhyCancelled {
		t.Fatalf("got %+v", out)
	}
	if got := r.notices(); got != nil {
		t.Errorf("it told of %q", got)
	}
	r.run(WhyWaiting)
	if d := cmp.Diff([]string{"stage_completed intake", "human_gate_opened specify"}, r.notices()); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

// An escalation before the next engine does not take the place of a notice that a dead one owed, nor does it make it come twice.
func TestEscalationHidesNoNotice(t *testing.T) {
	r := newRig(t, "pipeline: {human_gates: [intake]}\n", faulty("plan", 0, ""))
	r.run(WhyWaiting) // nobody was told
	writeConfig(t, r.root, "pipeline: {human_gates: [intake]}\n"+toFile)
	must(r.operator().Escalate(t.Context(), id, "low"))(t)
	r.run(WhyWaiting)
	must(r.operator().Escalate(t.Context(), id, "low"))(t)
	r.run(WhyWaiting)
	if d := cmp.Diff([]string{"escalated intake", "human_gate_opened intake", "escalated intake"}, r.notices()); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

// An escalation reaches receivers whatever notify_on names.
func TestEscalationIsTold(t *testing.T) {
	r := newRig(t, "monitoring: {notifications: {file: notices.jsonl, notify_on: []}}\n", faulty("plan", 0, ""))
	d, err := r.operator().Escalate(t.Context(), id, "critical")
	if err != nil || !strings.Contains(strings.Join(d.Did, "\n"), "told file notices.jsonl") {
		t.Errorf("%+v, %v", d, err)
	}
	if d := cmp.Diff([]string{"escalated intake"}, r.notices()); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	done, err := Operations(r.root)
	if err != nil || len(done) != 1 || done[0].Event != "stop-all" || done[0].Actor != "ops" || done[0].Reason != "a test" {
		t.Errorf("%+v, %v", done, err)
	}
}
