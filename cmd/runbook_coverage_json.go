package cmd

import "github.com/shadowrun/shadowrun/runbook"

// coverageJSON is 'shadowrun runbook coverage --json'.
type coverageJSON struct {
	Version  int                `json:"version"`
	Complete bool               `json:"complete"`
	Steps    []stepCoverageJSON `json:"steps"`
	Orphans  []orphanJSON       `json:"orphans"`
	Runbooks []stepFiguresJSON  `json:"runbooks"`
	Problems []lintProblemJSON  `json:"problems"`
}

type stepCoverageJSON struct {
	Runbook   string        `json:"runbook"`
	Procedure string        `json:"procedure"`
	Step      string        `json:"step"`
	Line      int           `json:"line"`
	Digest    string        `json:"digest"`
	State     string        `json:"state"`
	Why       string        `json:"why,omitempty"`
	Uses      []stepUseJSON `json:"uses"`
	Drill     string        `json:"drill,omitempty"`
}

type stepUseJSON struct {
	Scenario string `json:"scenario"`
	Line     int    `json:"line"`
	Reviewed string `json:"reviewed,omitempty"`
}

type orphanJSON struct {
	Scenario string `json:"scenario"`
	Line     int    `json:"line"`
	Name     string `json:"name"`
	Why      string `json:"why"`
}

type stepFiguresJSON struct {
	Runbook   string `json:"runbook"`
	Steps     int    `json:"steps"`
	Asserted  int    `json:"asserted"`
	Executed  int    `json:"executed"`
	Uncovered int    `json:"uncovered"`
	Stale     int    `json:"stale"`
	Manual    int    `json:"manual"`
	Percent   int    `json:"percent"`
	Complete  bool   `json:"complete"`
}

func newCoverageJSON(e *runbook.Extent, books []*runbook.Book, problems []runbook.Problem, complete bool) coverageJSON {
	j := coverageJSON{
		Version: jsonVersion, Complete: complete, Steps: []stepCoverageJSON{}, Orphans: []orphanJSON{},
		Runbooks: []stepFiguresJSON{}, Problems: newLintProblemsJSON(problems),
	}
	for _, c := range e.Steps {
		j.Steps = append(j.Steps, newStepCoverageJSON(c))
	}
	for _, o := range e.Orphans {
		j.Orphans = append(j.Orphans, orphanJSON{o.Use.Scenario.Name, o.Use.Line, o.Use.Name, o.Why})
	}
	for _, b := range books {
		f := e.Figures(b)
		j.Runbooks = append(j.Runbooks, stepFiguresJSON{b.Name, f.Steps, f.Asserted, f.Executed, f.Uncovered, f.Stale, f.Manual, f.Percent(), f.Complete()})
	}
	return j
}

func newStepCoverageJSON(c runbook.Covered) stepCoverageJSON {
	s := c.Step
	j := stepCoverageJSON{c.Book.Name, s.Procedure.ID, s.ID, s.Line, s.Digest, string(c.State), c.Why, []stepUseJSON{}, string(c.Drill)}
	for _, u := range c.Uses {
		j.Uses = append(j.Uses, stepUseJSON{u.Scenario.Name, u.Line, u.Reviewed})
	}
	return j
}
