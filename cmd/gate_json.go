package cmd

import (
	"github.com/shadowrun/shadowrun/harness/gate"
	"github.com/shadowrun/shadowrun/harness/soak"
	"github.com/shadowrun/shadowrun/replay"
	"github.com/shadowrun/shadowrun/replay/explain"
)

type gateJSON struct {
	Version  int                `json:"version"`
	Outcome  soak.Outcome       `json:"outcome"`
	Why      string             `json:"why"`
	Goldens  string             `json:"goldens"`
	FailOn   []string           `json:"fail_on"`
	Compared int                `json:"compared"`
	Checks   []gateCheckJSON    `json:"checks"`
	Problems []problemJSON      `json:"problems"`
	Accepted []gateAcceptedJSON `json:"accepted"`
}

// gateCheckJSON is what a gate says of one workflow and seed.
type gateCheckJSON struct {
	gate.Case
	Verdict     replay.Verdict       `json:"verdict"`
	Fails       bool                 `json:"fails"`
	Why         string               `json:"why"`
	Golden      string               `json:"golden"`
	Line        int                  `json:"line,omitempty"`
	Runs        int                  `json:"runs"`
	Differing   int                  `json:"differing"`
	Acceptable  bool                 `json:"acceptable"`
	Seconds     float64              `json:"seconds"`
	Differences []replay.Difference  `json:"differences"`
	Explanation *explain.Explanation `json:"explanation,omitempty"`
}

// gateAcceptedJSON is what came of accepting one of them.
type gateAcceptedJSON struct {
	gate.Case
	Golden      string              `json:"golden"`
	Removed     bool                `json:"removed"`
	Differences []replay.Difference `json:"differences,omitempty"`
	New         []string            `json:"new,omitempty"`
	Error       string              `json:"error,omitempty"`
}

func newGateJSON(g *gate.Gate, report gate.Report, accepted []gate.Accepted) gateJSON {
	outcome, why := report.Judge()
	j := gateJSON{Version: jsonVersion, Outcome: outcome, Why: why, Goldens: g.Dir(), FailOn: report.FailOn, Compared: report.Compared(),
		Checks: []gateCheckJSON{}, Problems: []problemJSON{}, Accepted: []gateAcceptedJSON{}}
	for _, r := range report.Results {
		why := r.Why
		if r.Failed != "" {
			why += ": " + r.Failed
		}
		j.Checks = append(j.Checks, gateCheckJSON{r.Case, r.Verdict, report.Fails(r), why, r.Golden, r.Line, r.Runs, r.Differing,
			r.Acceptable(), r.Duration.Seconds(), emptyNotNil(r.Differences), r.Explanation})
	}
	for _, p := range report.Problems {
		j.Problems = append(j.Problems, problemJSON{Golden: p.Golden, Kind: string(p.Kind), Detail: p.Detail})
	}
	for _, x := range accepted {
		row := gateAcceptedJSON{Case: x.Case, Golden: x.Golden, Removed: x.Removed, Differences: x.Was.Differences, New: x.Was.New}
		if x.Err != nil {
			row.Error = x.Err.Error()
		}
		j.Accepted = append(j.Accepted, row)
	}
	return j
}
