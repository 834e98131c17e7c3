package project_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

func TestWholePipeline(t *testing.T) {
	h := begun(t)
	h.upTo("analyze")
	h.start("analyze")
	h.complete("analyze", nil)
	h.must(project.Entry{Event: project.PipelineCompleted})
	if h.state.Status != project.Completed || len(h.state.Checkpoints) != len(project.Stages) {
		t.Errorf("want completed with a checkpoint a stage, got %s with %d", h.state.Status, len(h.state.Checkpoints))
	}
	state, letters, err := project.Fold(h.entries)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(h.state, state); diff != "" {
		t.Errorf("fold (-want +got):\n%s", diff)
	}
	if len(letters) != 0 {
		t.Errorf("want no letters, got %v", letters)
	}
	src, err := state.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := project.ParseState(src); err != nil {
		t.Error(err)
	}
	prev := ""
	for _, e := range h.entries {
		line, err := e.Line()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := project.ParseEntry(line, prev); err != nil {
			t.Fatal(err)
		}
		prev = e.Sum
	}
}

// everyByte flips every bit of every byte, and cuts everywhere: read must refuse each.
func everyByte(t *testing.T, src []byte, read func([]byte) error) {
	t.Helper()
	if err := read(src); err != nil {
		t.Fatalf("unaltered: %v", err)
	}
	for i := range src {
		for bit := range 8 {
			altered := append([]byte{}, src...)
			altered[i] ^= 1 << bit
			if read(altered) == nil {
				t.Fatalf("byte %d: %q read as if it were %q", i, altered[i], src[i])
			}
		}
		if read(src[:i]) == nil {
			t.Fatalf("cut at byte %d: read as if it were whole", i)
		}
	}
	for _, more := range []string{" ", "\n", "{}"} {
		if read(append(append([]byte{}, src...), more...)) == nil {
			t.Fatalf("with %q at its end: read as if it were whole", more)
		}
	}
}

func TestNoByteIsSpare(t *testing.T) {
	if testing.Short() {
		t.Skip("repeats much; the other pass has it")
	}
	h := begun(t)
	h.start("intake")
	h.fail("intake")
	h.exhaust("intake")
	state, err := h.state.Encode()
	if err != nil {
		t.Fatal(err)
	}
	letters, err := project.Letters{Version: project.Version, Project: "project-1", Letters: h.letters}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	line, err := h.entries[3].Line()
	if err != nil {
		t.Fatal(err)
	}
	everyByte(t, state, func(b []byte) error { _, err := project.ParseState(b); return err })
	everyByte(t, letters, func(b []byte) error { _, err := project.ParseLetters(b); return err })
	everyByte(t, line, func(b []byte) error { _, err := project.ParseEntry(b, h.entries[2].Sum); return err })
	if _, err := project.ParseEntry(line, h.entries[1].Sum); err == nil {
		t.Error("want an entry that follows another one refused")
	}
}

// TestFoldRefusesWhatTheTableDoes: a log that is whole by its sums can still say what can't have happened.
func TestFoldRefusesWhatTheTableDoes(t *testing.T) {
	h := begun(t)
	h.start("intake")
	for name, alter := range map[string]func(e *project.Entry){
		"seq": func(e *project.Entry) { e.Seq = 3 }, "from": func(e *project.Entry) { e.From = "running" }, "to": func(e *project.Entry) { e.To = "failed" },
		"from_stage": func(e *project.Entry) { e.FromStage = "failed" }, "to_stage": func(e *project.Entry) { e.ToStage = "failed" },
	} {
		e := h.entries[1]
		alter(&e)
		if _, _, err := project.Fold([]project.Entry{h.entries[0], e}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: want it refused, got %v", name, err)
		}
	}
}

// TestTextHasOneSpelling: what an agent wrote may be no UTF-8.
func TestTextHasOneSpelling(t *testing.T) {
	h := begun(t)
	h.must(project.Entry{Event: project.Notified, Service: "a\xff", Actor: "b\xff", Reason: "c\xff <&>"})
	line, err := h.entries[1].Line()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := project.ParseEntry(line, h.entries[0].Sum); err != nil {
		t.Error(err)
	}
}
