package project_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// TestRefusalsWhole: the sentence, with and without each of its parts.
func TestRefusalsWhole(t *testing.T) {
	for _, c := range []struct {
		name string
		e    project.NotAllowed
		want string
	}{
		{"of nothing", project.NotAllowed{Event: "stopped", Why: "no"}, "the project: stopped is not allowed: the project is not created yet: no"},
		{"nothing instead", project.NotAllowed{Event: "stopped", Project: "project-1", Status: "failed", Why: "no"}, "project-1: stopped is not allowed: project-1 is failed: no"},
		{"one instead", project.NotAllowed{Event: "stopped", Project: "project-1", Status: "failed", Why: "no", Instead: []project.Event{"resumed"}},
			"project-1: stopped is not allowed: project-1 is failed: no; allowed now: resumed"},
		{"a stage, and two instead", project.NotAllowed{Event: "stopped", Project: "project-1", Status: "failed", Stage: "plan", StageStatus: "waiting", Why: "no", Instead: []project.Event{"resumed", "started"}},
			"project-1: stopped is not allowed: project-1 is failed, stage plan waiting: no; allowed now: resumed, started"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, c.e.Error()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestFoldStops: where an entry can't have happened, at what the one before left, and says which.
func TestFoldStops(t *testing.T) {
	h := begun(t)
	h.start("intake")
	h.must(project.Entry{Event: project.Notified})
	second := h.entries[1]
	second.Stage = "plan"
	state, letters, err := project.Fold([]project.Entry{h.entries[0], second, h.entries[2]})
	want := "entry 2 of 3: project-1: stage_started is not allowed: project-1 is pending, stage plan pending: stage intake comes before it and is pending: want completed; allowed now: "
	if err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("want %s, got %v", want, err)
	}
	if state.Sequence != 1 || letters == nil || len(letters) > 0 {
		t.Errorf("want the state after 1, got %d, %v", state.Sequence, letters)
	}
	second = h.entries[1]
	second.To = "failed"
	state, letters, err = project.Fold([]project.Entry{h.entries[0], second})
	if want := "entry 2 of 2: entry 2: stage_started: to: want running, got failed"; err == nil || err.Error() != want || state.Sequence != 1 || letters == nil {
		t.Errorf("want %s, got %v after %d", want, err, state.Sequence)
	}
	if state, letters, err := project.Fold(nil); err != nil || state.Status != project.None || letters == nil || len(letters) > 0 {
		t.Errorf("of none: got %v, %v, %v", state, letters, err)
	}
}

// TestAlteredDocuments: each reader says what is wrong with a document that is JSON, and of its form.
func TestAlteredDocuments(t *testing.T) {
	h := standing(t, project.Failed, project.StageFailed)
	last := h.entries[len(h.entries)-1]
	prev := h.entries[len(h.entries)-2].Sum
	encoded := func(src []byte, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return string(src)
	}
	state, line := encoded(h.state.Encode()), encoded(last.Line())
	letters := encoded(project.Letters{Version: project.Version, Project: "project-1", Letters: h.letters}.Encode())
	readState := func(src string) error { _, err := project.ParseState([]byte(src)); return err }
	readLetters := func(src string) error { _, err := project.ParseLetters([]byte(src)); return err }
	readLine := func(src string) error { _, err := project.ParseEntry([]byte(src), prev); return err }
	for _, c := range []struct {
		name     string
		src      string
		old, new string
		read     func(string) error
		want     string // begins with
	}{
		{"a whole state", state, "", "", readState, ""},
		{"another seed", state, `"seed": 7`, `"seed": 8`, readState, "byte 4189: it was altered: its checksum sha256:"},
		{"a state of another version", state, `"version": 1`, `"version": 2`, readState, "version: value must be 1"},
		{"a state that says more", state, `"seed"`, `"soil": 1, "seed"`, readState, "soil: there is no such key"},
		{"whole letters", letters, "", "", readLetters, ""},
		{"another letter", letters, `"boom"`, `"bang"`, readLetters, "byte 376: it was altered: its checksum sha256:"},
		{"a letter of no kind", letters, `"transient"`, `"odd"`, readLetters, "dead_letters.0.kind: value must be one of 'transient', 'validation', 'permanent'"},
		{"a whole line", line, "", "", readLine, ""},
		{"a line without an end", line, "\n", "", readLine, "it has no end: want a line"},
		{"a whole number with a point", line, `"seq":17`, `"seq":17.0`, readLine, "json: cannot unmarshal number 17.0 into Go struct field Entry.seq of type int64"},
		{"a state's whole number with a point", state, `"seed": 7`, `"seed": 7.0`, readState, "json: cannot unmarshal number 7.0 into Go struct field State.seed of type uint64"},
		{"a letter's", letters, `"attempts": 1`, `"attempts": 1.0`, readLetters, "json: cannot unmarshal number 1.0 into Go struct field DeadLetter.dead_letters.attempts of type int"},
		{"a line of no form", line, `"seq"`, `"SEQ"`, readLine, "missing property 'seq'"},
		{"another service", line, `"half"`, `"haft"`, readLine, "it was altered: its sum is " + last.Sum + ": want sha256:"},
		{"a line spelled in another way", line, `"half"`, `"hal\u0066"`, readLine, "it was altered: it is not spelled as it was written"},
		{"a line after another", line, last.Prev, project.Digest(nil), readLine, "it was altered: its sum is " + last.Sum + ": want sha256:"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.read(strings.Replace(c.src, c.old, c.new, 1))
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.HasPrefix(err.Error(), c.want)) {
				t.Errorf("want %q, got %v", c.want, err)
			}
		})
	}
	_, err := project.ParseEntry([]byte(line), "sha256:of another")
	if want := fmt.Sprintf(`it does not follow the line before it: its prev is %q: want "sha256:of another"`, last.Prev); err == nil || err.Error() != want {
		t.Errorf("want %s, got %v", want, err)
	}
}

// TestWhatHasNoSpelling: a document that JSON can't say is not written.
func TestWhatHasNoSpelling(t *testing.T) {
	nan := math.NaN()
	s := begun(t).state
	s.QualityGates["verify.coverage"] = project.Adjustment{Min: &nan, Actor: "ann", Reason: "because", At: start}
	letters := []project.DeadLetter{{ID: "letter-1", Sequence: 1, At: start, Stage: "plan", Kind: "transient", Message: "m", Task: project.Raw("{")}}
	e := begun(t).entries[0]
	e.Detail = project.Raw("{")
	for name, do := range map[string]func() error{
		"a state":          func() error { _, err := s.Encode(); return err },
		"a state's seal":   func() error { _, err := s.Sealed(); return err },
		"a state's schema": func() error { return s.Validate() },
		"letters": func() error {
			_, err := project.Letters{Version: 1, Project: "project-1", Letters: letters}.Encode()
			return err
		},
		"a line":          func() error { _, err := e.Line(); return err },
		"an entry's seal": func() error { _, err := e.Seal(""); return err },
	} {
		if err := do(); !strings.Contains(fmt.Sprint(err), "json: ") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	defer func() {
		if got := fmt.Sprint(recover()); got != "project: detail func(): json: unsupported type: func()" {
			t.Errorf("a detail: got %s", got)
		}
	}()
	project.Detail(func() {})
}

// TestWhatIsOfNoForm: a document that is not of its schema is not written either.
func TestWhatIsOfNoForm(t *testing.T) {
	s := begun(t).state
	s.Status = "lost"
	if _, err := s.Encode(); err == nil || err.Error() != "status: value must be one of 'pending', 'running', 'waiting', 'failed', 'completed', 'stopped'" {
		t.Errorf("a state: got %v", err)
	}
	if _, err := (project.Letters{Version: 1, Project: "elsewhere", Letters: []project.DeadLetter{}}).Encode(); err == nil || !strings.HasPrefix(err.Error(), "project: 'elsewhere' does not match pattern") {
		t.Errorf("letters: got %v", err)
	}
	e := begun(t).entries[0]
	e.Event = "odd"
	if _, err := e.Line(); err == nil || !strings.HasPrefix(err.Error(), "event: value must be one of ") {
		t.Errorf("a line: got %v", err)
	}
}

// TestDurations are Go's, in quotation marks.
func TestDurations(t *testing.T) {
	var d project.Duration
	if err := json.Unmarshal([]byte(`"1h30m"`), &d); err != nil || time.Duration(d) != 90*time.Minute {
		t.Errorf("got %s, %v", time.Duration(d), err)
	}
	for src, want := range map[string]string{"5": "json: cannot unmarshal number into Go value of type string", `"soon"`: `time: invalid duration "soon"`} {
		if err := json.Unmarshal([]byte(src), &d); err == nil || err.Error() != want {
			t.Errorf("%s: want %s, got %v", src, want, err)
		}
	}
}

// TestSummonedToAPlaceThatIsNone: a project's name is held to its form when it is created, and only then.
func TestSummonedToAPlaceThatIsNone(t *testing.T) {
	for _, id := range []string{"", "../x", "project-0"} {
		_, _, _, err := project.Prepare(project.State{}, nil, timely(project.Entry{Event: project.Created, Detail: project.Detail(project.Creation{Project: id, Seed: 7})}))
		want := fmt.Sprintf("the project: created is not allowed: the project is not created yet: project %q: want project-N, N a number from 1 to 1000000000; allowed now: created, accepted, restored, rolled_back", id)
		if err == nil || err.Error() != want || !errors.As(err, new(*project.NotAllowed)) {
			t.Errorf("want %s, got %v", want, err)
		}
	}
}

// TestArtifactsOfAll: those of each stage, by name.
func TestArtifactsOfAll(t *testing.T) {
	h := begun(t)
	if got := h.state.Artifacts(); got == nil || len(got) > 0 {
		t.Errorf("want none, got %v", got)
	}
	h.upTo("plan")
	want := map[string]string{"intake.txt": project.Digest([]byte("intake")), "specify.txt": project.Digest([]byte("specify"))}
	if diff := cmp.Diff(want, h.state.Artifacts()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
