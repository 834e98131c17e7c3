package project_test

import (
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
