package project_test

import (
	"testing"
	"time"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

var start = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

// history is a project under construction: its entries, and what they fold to.
type history struct {
	t       testing.TB
	entries []project.Entry
	state   project.State
	letters []project.DeadLetter
}

func begun(t testing.TB) *history {
	h := &history{t: t}
	h.must(project.Entry{Event: project.Created, Detail: project.Detail(project.Creation{Project: "project-1", Seed: 7})})
	return h
}

// try applies an entry at the time of its sequence, in minutes after start.
func (h *history) try(e project.Entry) error {
	if e.At.IsZero() {
		e.At = start.Add(time.Duration(len(h.entries)) * time.Minute)
	}
	e, state, letters, err := project.Prepare(h.state, h.letters, e)
	if err != nil {
		return err
	}
	prev := ""
	if n := len(h.entries); n > 0 {
		prev = h.entries[n-1].Sum
	}
	if e, err = e.Seal(prev); err != nil {
		return err
	}
	h.entries, h.state, h.letters = append(h.entries, e), state, letters
	return nil
}

func (h *history) must(e project.Entry) {
	h.t.Helper()
	if err := h.try(e); err != nil {
		h.t.Fatal(err)
	}
}

// by is the operator's part of an entry.
func by(e project.Entry) project.Entry {
	e.Actor, e.Reason = "ann", "because"
	return e
}

func (h *history) start(stage project.Stage) {
	h.t.Helper()
	h.must(project.Entry{Event: project.StageStarted, Stage: stage})
}

func (h *history) complete(stage project.Stage, artifacts map[string]string) {
	h.t.Helper()
	h.must(project.Entry{Event: project.StageDone, Stage: stage, Detail: project.Detail(project.Completion{Artifacts: artifacts})})
}

func (h *history) fail(stage project.Stage) {
	h.t.Helper()
	h.must(project.Entry{Event: project.StageGaveError, Stage: stage, Detail: project.Detail(project.Failure{Kind: project.Transient, Message: "boom"})})
}

func (h *history) exhaust(stage project.Stage) {
	h.t.Helper()
	h.must(project.Entry{Event: project.RetriesExhausted, Stage: stage, Service: "ai_api",
		Detail: project.Detail(project.Failure{Kind: project.Transient, Message: "boom", Task: project.Raw(`{"stage":"x"}`)})})
}

// upTo completes the stages before stage.
func (h *history) upTo(stage project.Stage) {
	h.t.Helper()
	for _, s := range project.Stages[:stage.Index()] {
		h.start(s)
		h.complete(s, map[string]string{string(s) + ".txt": project.Digest([]byte(s))})
	}
}
