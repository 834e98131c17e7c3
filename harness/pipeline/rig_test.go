package pipeline

import (
	"bytes"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
	"github.com/shadowrun/shadowrun/harness/pipeline/store"
)

// situation is a rig that is made once and copied for each test.
type situation struct {
	config string
	agent  Agent
	make   func(*testing.T, *rig)

	once  sync.Once
	files map[string]string
}

func (s *situation) rig(t *testing.T) *rig {
	t.Helper()
	s.once.Do(func() {
		r := newRig(t, s.config, s.agent)
		s.make(t, r)
		s.files = files(t, r.root)
	})
	if s.files == nil {
		t.Fatal("the situation could not be made")
	}
	r := &rig{t: t, root: rootFolder(t), agent: s.agent, at: rigStart}
	putBack(t, r.root, s.files)
	return r
}

var (
	failed = &situation{config: noGates, agent: faulty("implement", 1, project.Permanent), make: func(_ *testing.T, r *rig) { r.run(WhyFailed) }}

	waiting = &situation{agent: faulty("plan", 0, ""), make: func(_ *testing.T, r *rig) { r.run(WhyWaiting) }}

	completed = &situation{config: noGates, agent: faulty("plan", 0, ""), make: func(_ *testing.T, r *rig) { r.run(WhyCompleted) }}

	stopped = &situation{config: noGates, agent: faulty("plan", 0, ""), make: func(t *testing.T, r *rig) {
		if _, err := r.operator().StopAll(); err != nil {
			t.Fatal(err)
		}
	}}

	// stuck: its engine died at plan.
	stuck = &situation{config: noGates, agent: works(func(task Task) (Answer, error) {
		if task.Stage == "plan" && task.Attempt == 1 {
			panic("killed")
		}
		return Answer{}, nil
	}), make: func(t *testing.T, r *rig) {
		defer func() { recover() }()
		r.engine().Run(t.Context(), id)
	}}

	// byHand: somebody set its status by hand.
	byHand = &situation{config: noGates, agent: failed.agent, make: func(t *testing.T, r *rig) {
		r.run(WhyFailed)
		path := filepath.Join(store.Dir(r.root, id), "state.json")
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := replaceFile(path, bytes.Replace(text, []byte(`"status": "failed"`), []byte(`"status": "running"`), 1)); err != nil {
			t.Fatal(err)
		}
	}}

	// broken: one of its files was altered.
	broken = &situation{config: noGates, agent: failed.agent, make: func(t *testing.T, r *rig) {
		r.run(WhyFailed)
		if err := replaceFile(filepath.Join(store.Dir(r.root, id), "state.json"), []byte("{}\n")); err != nil {
			t.Fatal(err)
		}
	}}
)

const id = "project-1"
