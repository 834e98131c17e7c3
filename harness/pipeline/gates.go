package pipeline

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
	"github.com/shadowrun/shadowrun/harness/pipeline/store"
)

// GateStatus is a quality gate, and what was measured last.
type GateStatus struct {
	Name string `json:"name"` // STAGE.MEASURE
	project.Gate
	Adjusted *project.Adjustment `json:"adjusted,omitempty"` // for this project; else the configuration's
	Measured *float64            `json:"measured,omitempty"` // when the stage was last completed
	Failed   string              `json:"failed,omitempty"`   // the stage's last failure at its gates
}

// Gates returns a project's quality gates, in the order of the stages.
func (o Operator) Gates(id string) ([]GateStatus, error) {
	config, err := LoadConfig(o.Root)
	if err != nil {
		return nil, err
	}
	p, err := openRead(o.Root, id)
	if err != nil {
		return nil, err
	}
	defer p.Close()
	s := p.State()
	all := []GateStatus{}
	for _, stage := range project.Stages {
		gates := config.Gates(stage, s)
		measures, failed := measured(p.Entries(), stage)
		for _, measure := range slices.Sorted(maps.Keys(gates)) {
			g := GateStatus{Name: string(stage) + "." + measure, Gate: gates[measure], Failed: failed}
			if a, is := s.QualityGates[g.Name]; is {
				g.Adjusted = &a
			}
			if m, is := measures[measure]; is {
				g.Measured = &m
			}
			all = append(all, g)
		}
	}
	return all, nil
}

// measured returns what a stage's last completion measured, and the error of a failure after it.
func measured(entries []project.Entry, stage project.Stage) (measures map[string]float64, failed string) {
	for _, e := range entries {
		if e.Stage != stage {
			continue
		}
		switch e.Event {
		case project.StageDone:
			var c project.Completion
			json.Unmarshal(e.Detail, &c) // the table has read it
			measures, failed = c.Measures, ""
		case project.StageGaveError:
			failed = e.Reason
		}
	}
	return measures, failed
}

// AdjustGate makes a quality gate ask for something else of this project. Who did, and why, is kept
// in its state.
func (o Operator) AdjustGate(id, gate string, to project.Gate) (Done, error) {
	return o.change("gate adjust", id, func(p *store.Project) (project.Entry, error) {
		config, err := LoadConfig(o.Root)
		if err != nil {
			return project.Entry{}, err
		}
		there := gateNames(config, p.State())
		if !slices.Contains(there, gate) {
			return project.Entry{}, fmt.Errorf("%s has no quality gate %q: there are %s; a new gate belongs into %s",
				id, gate, cmp.Or(strings.Join(there, ", "), "none"), ConfigPath(o.Root))
		}
		return project.Entry{Event: project.QualityGateMoved, Detail: project.Detail(project.Move{Gate: gate, Min: to.Min, Max: to.Max})}, nil
	})
}

// gateNames are those of a project's quality gates, as STAGE.MEASURE.
func gateNames(config project.Config, s project.State) (names []string) {
	for _, stage := range project.Stages {
		for _, measure := range slices.Sorted(maps.Keys(config.Gates(stage, s))) {
			names = append(names, string(stage)+"."+measure)
		}
	}
	return names
}
