package pipeline

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
	"github.com/shadowrun/shadowrun/harness/pipeline/store"
)

// when makes something happen at the operator's first look at the clock at which it is so.
func (r *rig) when(is func() bool, do func()) Operator {
	o, done := r.operator(), false
	o.Now = func() time.Time {
		if !done && is() {
			done = true
			do()
		}
		return r.at
	}
	return o
}

func (r *rig) has(path, text string) func() bool {
	return func() bool {
		all, err := os.ReadFile(filepath.Join(r.root, filepath.FromSlash(path)))
		return err == nil && strings.Contains(string(all), text)
	}
}

const (
	logOf1   = ".somas/projects/project-1/transitions.jsonl"
	inTheWay = "monitoring: {notifications: {command: [mkdir, -p, .somas/projects/project-1/state.json.tmp/x]}}\n"
)

// TestEscalationsThatEndHalfway: what is escalated stays so, whatever comes after; what is critical still stops all; and what
// could not be done is said.
func TestEscalationsThatEndHalfway(t *testing.T) {
	for _, c := range []struct {
		name     string
		config   string
		wrong    func(*rig) error // as soon as it is escalated
		severity Severity
		did      []string
		says     string
	}{
		{"it can't be entered who was told", inTheWay, nil, "low",
			[]string{"escalated as low: an answer is due within 24h0m0s, until 2026-01-02T00:00:00Z"}, "project-1: notified: "},
		{"the project is damaged meanwhile", toFile, func(r *rig) error { return breaks(".somas/projects/project-1/artifacts/intake.md", "other")(r.root) }, "medium",
			[]string{"escalated as medium: an answer is due within 4h0m0s, until 2026-01-01T04:00:00Z"}, "artifacts/intake.md"},
		{"the same, and it is critical", toFile, func(r *rig) error { return breaks(".somas/projects/project-1/artifacts/intake.md", "other")(r.root) }, "critical",
			[]string{"escalated as critical: an answer is due within 15m0s, until 2026-01-01T00:15:00Z", "pipeline.enabled: true → false in ROOT/.somas/config.yml", "project-2: pending → stopped"},
			"artifacts/intake.md"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := waiting.rig(t)
			must(r.operator().Create("project-2", 1))(t)
			writeConfig(t, r.root, c.config)
			o := r.operator()
			if c.wrong != nil {
				o = r.when(r.has(logOf1, `"event":"escalated"`), func() {
					if err := c.wrong(r); err != nil {
						t.Error(err)
					}
				})
			}
			d, err := o.Escalate(t.Context(), id, c.severity)
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("want an error that says %q, got %v", c.says, err)
			}
			for i := range d.Did {
				d.Did[i] = strings.ReplaceAll(d.Did[i], r.root, "ROOT")
			}
			if diff := cmp.Diff(c.did, d.Did[:min(len(c.did), len(d.Did))]); diff != "" {
				t.Errorf("did (-want +got)\n%s", diff)
			}
			if !r.has(logOf1, `"event":"escalated"`)() {
				t.Error("the escalation is lost")
			}
		})
	}
}

// TestIncidentsThatCanNotBeEntered: a record that the log does not have is not left behind.
func TestIncidentsThatCanNotBeEntered(t *testing.T) {
	r := failed.rig(t)
	record := ".somas/incidents/project-1-13.md"
	o := r.when(r.has(record, "# It failed"), r.full)
	d, err := o.RecordIncident(id, Incident{Title: "It failed", Severity: "low"})
	if err == nil || !strings.HasPrefix(err.Error(), "project-1: incident_recorded: ") {
		t.Errorf("got %+v, %v", d, err)
	}
	r.freed()
	if _, err := os.Stat(filepath.Join(r.root, record)); !os.IsNotExist(err) {
		t.Errorf("the record was left: %v", err)
	}
	if s := r.state(); s.Sequence != 12 {
		t.Errorf("transition %d", s.Sequence)
	}
	both := Incident{Severity: "urgent", Title: " "}
	_, err = (Operator{Root: r.root, Now: r.now}).RecordIncident(id, both)
	want := "severity \"urgent\": expected one of low, medium, high, critical\nan incident has a title: say in a few words what happened\n" +
		"an operator's act is entered with who and why: give an actor and a reason"
	if err == nil || err.Error() != want {
		t.Errorf("want all that is wrong with it at once, got %v", err)
	}
}

// TestStoppingAndStartingAllWithTroubles: nothing keeps the others from being stopped; but nothing is started while the switch
// can't be set.
func TestStoppingAndStartingAllWithTroubles(t *testing.T) {
	three := func(t *testing.T, stop bool) *rig {
		r := newRig(t, noGates, faulty("plan", 0, ""))
		must(r.operator().Create("project-2", 1))(t)
		must(r.operator().Create("project-3", 1))(t)
		if stop {
			must(r.operator().StopAll())(t)
		}
		return r
	}
	for _, c := range []struct {
		name   string
		stop   bool
		breaks string
		do     func(Operator) (Done, error)
		did    []string
		says   string
		logged int
	}{
		{"stop, one is damaged", false, ".somas/projects/project-2/state.json", Operator.StopAll,
			[]string{"pipeline.enabled: true → false in ROOT/.somas/config.yml", "project-1: pending → stopped", "project-3: pending → stopped"}, "project-2: project-2/state.json: ", 1},
		{"stop, the configuration is none", false, ".somas/config.yml", Operator.StopAll,
			[]string{"project-1: pending → stopped", "project-2: pending → stopped", "project-3: pending → stopped"}, "config.yml", 1},
		{"stop, the log is none", false, ".somas/operations.jsonl", Operator.StopAll,
			[]string{"pipeline.enabled: true → false in ROOT/.somas/config.yml", "project-1: pending → stopped", "project-2: pending → stopped", "project-3: pending → stopped"}, "operations.jsonl:1: ", 0},
		{"start, one is damaged", true, ".somas/projects/project-2/state.json", Operator.StartAll,
			[]string{"pipeline.enabled: false → true in ROOT/.somas/config.yml", "project-1: stopped → pending", "project-3: stopped → pending"}, "project-2: project-2/state.json: ", 2},
		{"start, the configuration is none", true, ".somas/config.yml", Operator.StartAll, []string{}, "config.yml", 1},
		{"stop what is stopped", true, ".somas/none", Operator.StopAll, []string{"pipeline.enabled was false already"}, "", 2},
		{"start what is started", false, ".somas/none", Operator.StartAll, []string{"pipeline.enabled was true already"}, "", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := three(t, c.stop)
			if err := breaks(c.breaks, "{ ]\n")(r.root); err != nil {
				t.Fatal(err)
			}
			d, err := c.do(r.operator())
			if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
				t.Errorf("want an error that says %q, got %v", c.says, err)
			}
			for i := range d.Did {
				d.Did[i] = strings.ReplaceAll(d.Did[i], r.root, "ROOT")
			}
			if diff := cmp.Diff(c.did, d.Did); diff != "" {
				t.Errorf("did (-want +got)\n%s", diff)
			}
			if log, err := Operations(r.root); len(log) != c.logged {
				t.Errorf("the root's log: %+v, %v", log, err)
			}
		})
	}
}

// TestStoppingOneThatCanNotBeEntered: it is said of which project, and it stays what it was.
func TestStoppingOneThatCanNotBeEntered(t *testing.T) {
	r := waiting.rig(t)
	o := r.operator()
	o.Now = atReading(3, r.now, r.full) // after the root's log, and opening the project
	d, err := o.StopAll()
	if err == nil || !strings.HasPrefix(err.Error(), "project-1: project-1: stopped: ") || len(d.Did) != 1 {
		t.Errorf("got %+v, %v", d, err)
	}
	r.freed()
	if s := r.state(); s.Status != project.Waiting {
		t.Errorf("it is %s", s.Status)
	}
}

// TestStoppingStopsWhatCouldGoOn: by its status, and starting makes it that again.
func TestStoppingStopsWhatCouldGoOn(t *testing.T) {
	for _, c := range []struct {
		name string
		rig  *situation
		want []project.Status // stopped, then started
	}{
		{"waiting", waiting, []project.Status{project.Stopped, project.Waiting}},
		{"running", stuck, []project.Status{project.Stopped, project.Running}},
		{"failed", failed, []project.Status{project.Failed, project.Failed}},
		{"completed", completed, []project.Status{project.Completed, project.Completed}},
		{"stopped", stopped, []project.Status{project.Stopped, project.Pending}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := c.rig.rig(t)
			var got []project.Status
			for _, do := range []func() (Done, error){r.operator().StopAll, r.operator().StartAll} {
				must(do())(t)
				got = append(got, r.state().Status)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

// TestNoStepLeadsOn: a state that somebody made by hand, and that the engine knows no way out of, is said to be one.
func TestNoStepLeadsOn(t *testing.T) {
	r := newRig(t, noGates, faulty("plan", 0, ""))
	s := r.state()
	intake := s.Stages["intake"]
	intake.Status = project.StageWaiting
	s.Stages["intake"], s.Status = intake, project.Running
	text, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(store.Dir(r.root, id), "state.json"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	must(r.operator().Accept(id))(t)
	out, err := r.engine().Run(t.Context(), id)
	want := `project-1: stage intake is waiting in a running project, which no step leads on from: run "shadowrun pipeline doctor project-1"`
	if err == nil || err.Error() != want {
		t.Errorf("want %s, got %+v, %v", want, out, err)
	}
}

// TestEnginesHaveNames: who runs an engine is in what it enters.
func TestEnginesHaveNames(t *testing.T) {
	for _, c := range []struct{ actor, want string }{{"", "engine"}, {"night shift", "night shift"}} {
		r := newRig(t, "pipeline: {human_gates: [specify]}\n"+toFile, faulty("plan", 0, ""))
		e := r.engine()
		e.Actor = c.actor
		if out := must(e.Run(t.Context(), id))(t); out.Why != WhyWaiting {
			t.Fatalf("got %+v", out)
		}
		for _, entry := range must(r.operator().History(id, Filter{}))(t)[1:] {
			if entry.Actor != c.want {
				t.Errorf("%q: %s was entered by %q", c.actor, entry.Event, entry.Actor)
			}
		}
	}
}

// TestLooksStayInTheirFolder: whoever only looks is not led out of it either.
func TestLooksStayInTheirFolder(t *testing.T) {
	r := waiting.rig(t)
	for _, id := range []string{"", "../projects/project-1", "project-01"} {
		for name, err := range map[string]error{
			"status":   second(r.operator().Status(id)),
			"history":  second(r.operator().History(id, Filter{})),
			"letters":  second(r.operator().DeadLetters(id)),
			"gates":    second(r.operator().Gates(id)),
			"breakers": second(r.operator().Breakers(id)),
			"backups":  second(r.operator().Backups(id)),
			"doctor":   second(r.operator().Doctor(id)),
		} {
			if err == nil || !strings.Contains(err.Error(), "want project-N") {
				t.Errorf("%s of %q: %v", name, id, err)
			}
		}
	}
}

func second[T any](_ T, err error) error { return err }
