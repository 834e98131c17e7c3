package pipeline

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// Stub is the agent of a project that has no others. It works without a service, and everything
// about it follows from the project's seed: what it makes, and where it fails.
type Stub struct{}

// Fault is where and how a stub fails.
type Fault struct {
	Kind  project.ErrorKind `json:"kind"`
	Times int               `json:"times"` // it fails that often, then no more
}

const (
	stubService  = "ai_api"
	notesPrefix  = ".debugger-" // of what a stub finds as the debugger; without it a validation failure stays
	permanentOne = 16           // one seed in so many has a permanent failure
)

// StubFaults says where a stub fails under a seed. One stage in four has a fault.
func StubFaults(seed uint64) map[project.Stage]Fault {
	faults := map[project.Stage]Fault{}
	for i, s := range project.Stages {
		switch r := rand.New(rand.NewPCG(seed, uint64(i))); r.IntN(8) {
		case 0:
			faults[s] = Fault{Kind: project.Transient, Times: 1 + r.IntN(2)}
		case 1:
			faults[s] = Fault{Kind: project.Validation, Times: 1}
		}
	}
	if r := rand.New(rand.NewPCG(seed, 1<<32)); r.IntN(permanentOne) == 0 {
		faults[project.Stages[r.IntN(len(project.Stages))]] = Fault{Kind: project.Permanent, Times: 1}
	}
	return faults
}

// Invoke does a stage's work. It fails as [StubFaults] says.
func (Stub) Invoke(_ context.Context, t Task) (Answer, error) {
	if t.Failure != nil {
		return Answer{Artifacts: map[string]string{notes(t): fmt.Sprintf("# %s\n\n%s\n", t.Stage, t.Failure.Message)}}, nil
	}
	if err := stubFault(t); err != nil {
		return Answer{}, err
	}
	text := fmt.Sprintf("# %s of %s\n\nseed %d\n%s", t.Stage, t.Project, t.Seed, inputs(t.Inputs))
	a := Answer{Artifacts: map[string]string{string(t.Stage) + ".md": text}}
	if t.Stage == "verify" {
		r := rand.New(rand.NewPCG(t.Seed, 1<<33))
		coverage := 80 + float64(r.IntN(200))/10
		a.Measures = map[string]float64{"coverage": coverage, "failed_tests": 0}
		a.Artifacts["test_results.json"] = fmt.Sprintf("{\"coverage\":%g,\"failed_tests\":0}\n", coverage)
	}
	return a, nil
}

func stubFault(t Task) error {
	f, has := StubFaults(t.Seed)[t.Stage]
	mended := slices.ContainsFunc(slices.Collect(maps.Keys(t.Inputs)), func(name string) bool { return strings.HasPrefix(name, string(t.Stage)+notesPrefix) })
	switch {
	case !has, f.Kind == project.Validation && mended, f.Kind != project.Validation && t.Attempt > f.Times:
		return nil
	case f.Kind == project.Transient:
		return &Failure{Kind: project.Transient, Service: stubService, Message: fmt.Sprintf("503 from %s (call %d)", stubService, t.Attempt)}
	case f.Kind == project.Validation:
		return &Failure{Kind: project.Validation, Message: fmt.Sprintf("%s.md has a contradiction", t.Stage)}
	}
	return &Failure{Kind: project.Permanent, Message: fmt.Sprintf("%s can't be done as asked", t.Stage)}
}

// inputs says line by line what a stage was made from, so that a lost or altered input shows in all
// that follows. The debugger's notes are left out: they change nothing but that it works.
func inputs(of map[string]string) string {
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(of)) {
		if !strings.Contains(name, notesPrefix) {
			fmt.Fprintf(&text, "from %s %s\n", name, project.Digest([]byte(of[name])))
		}
	}
	return text.String()
}

// notes names what the debugger found: after the attempt, so that nothing that is kept is written over.
func notes(t Task) string { return fmt.Sprintf("%s%s%d.md", t.Stage, notesPrefix, t.Attempt) }
