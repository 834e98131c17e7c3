package project_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// TestApplyAltersNothingThatItIsGiven: a log's earlier states are kept beside the later ones, so no event may reach back.
func TestApplyAltersNothingThatItIsGiven(t *testing.T) {
	for _, s := range spec {
		t.Run(string(s.event), func(t *testing.T) {
			for _, status := range append([]project.Status{project.None}, project.Statuses...) {
				for _, verify := range project.StageStatuses {
					h := standing(t, status, verify)
					if of, has := h.state.Stages["verify"]; has {
						of.Artifacts = map[string]string{"held.txt": project.Digest([]byte("held"))}
						h.state.Stages["verify"] = of
						h.state.QualityGates["verify.coverage"] = project.Adjustment{Actor: "ann"}
					}
					before := written(t, h)
					if _, _, _, err := project.Prepare(h.state, h.letters, timely(example(t, s.event))); err != nil {
						continue
					}
					if diff := cmp.Diff(before, written(t, h)); diff != "" {
						t.Errorf("%s, verify %s (-before +after)\n%s", status, verify, diff)
					}
					return
				}
			}
			t.Error("it is allowed nowhere")
		})
	}
}

// timely is an entry of its day.
func timely(e project.Entry) project.Entry {
	e.At = start
	return e
}

func written(t *testing.T, h *history) string {
	t.Helper()
	text, err := json.MarshalIndent(map[string]any{"state": h.state, "letters": h.letters}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestTakenOverStatesAreCopies: what is taken over is a detail's, and stays as it was entered.
func TestTakenOverStatesAreCopies(t *testing.T) {
	h := standing(t, project.Waiting, project.StageWaiting)
	e := example(t, project.Accepted)
	h.must(e)
	before := string(e.Detail)
	h.must(by(project.Entry{Event: project.BreakerTripped, Service: "half"}))
	if diff := cmp.Diff(before, string(e.Detail)); diff != "" {
		t.Errorf("(-before +after)\n%s", diff)
	}
}

// TestWhereADocumentWasAltered: the byte is named, also where one spelling is the beginning of the other.
func TestWhereADocumentWasAltered(t *testing.T) {
	src, err := standing(t, project.Failed, project.StageFailed).state.Encode()
	if err != nil {
		t.Fatal(err)
	}
	text := string(src)
	for _, c := range []struct {
		name, src string
		at        int
	}{
		{"its last byte is missing", text[:len(text)-1], len(text) - 1},
		{"there is a byte more", text + "\n", len(text)},
		{"there is a byte more within", strings.Replace(text, `"seed": 7`, `"seed":  7`, 1), strings.Index(text, `"seed": 7`) + len(`"seed": `)},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := project.ParseState([]byte(c.src))
			if want := fmt.Sprintf("byte %d: it was altered", c.at); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("want %q, got %v", want, err)
			}
		})
	}
}

// TestWhatIsNoDocument: a file that is empty, torn or another's is refused by each reader.
func TestWhatIsNoDocument(t *testing.T) {
	read := map[string]func([]byte) error{
		"state":          func(src []byte) error { _, err := project.ParseState(src); return err },
		"letters":        func(src []byte) error { _, err := project.ParseLetters(src); return err },
		"entry":          func(src []byte) error { _, err := project.ParseEntry(src, ""); return err },
		"edited state":   func(src []byte) error { _, err := project.ReadEdited(src); return err },
		"edited letters": func(src []byte) error { _, err := project.ReadEditedLetters(src); return err },
	}
	for name, do := range read {
		for _, src := range []string{"", "\n", "{", "{}", "{}\n", "[]\n", "null\n", `{"version":1}` + "\n"} {
			if do([]byte(src)) == nil {
				t.Errorf("%s: %q was taken", name, src)
			}
		}
	}
}
