package cmd

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness/pipeline"
	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

type pipelineHealthJSON struct {
	Version  int                   `json:"version"`
	Judged   bool                  `json:"judged"`
	Warning  project.Thresholds    `json:"warning"`
	Critical project.Thresholds    `json:"critical"`
	Projects []pipelineVerdictJSON `json:"projects"`
}

// pipelineVerdictJSON is how well one project is.
type pipelineVerdictJSON struct {
	Project  string            `json:"project"`
	Health   string            `json:"health"` // well, warning, critical, damaged
	Damage   string            `json:"damage,omitempty"`
	Findings []project.Finding `json:"findings"`
}

const (
	wellHealth    = "well"
	damagedHealth = "damaged"
)

func (a *app) pipelineHealthCommand(f *pipelineFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "health [ID…]",
		Short: "Judge projects by the thresholds: duration, retries, waits, dead letters, errors",
		Long: `Judges projects, all of them unless some are named, by the thresholds of monitoring.alerts in
.somas/config.yml, which it prints, and by the stages' time-outs. One that has failed is critical; one that an open
circuit breaker holds is a warning.

Exit status: 0 all are well; 1 a warning, something critical, or a project that can't be read; 3 alerts are off,
so that nothing was judged.`,
		Example: "  shadowrun pipeline health\n  shadowrun pipeline health project-1\n  shadowrun pipeline health --json | jq '.projects[] | select(.health != \"well\")'",
		RunE:    func(_ *cobra.Command, ids []string) error { return a.pipelineHealth(f, ids) },
	}
}

func (a *app) pipelineHealth(f *pipelineFlags, ids []string) error {
	o, err := f.reader()
	if err != nil {
		return err
	}
	config, err := pipeline.LoadConfig(f.root)
	if err != nil {
		return err
	}
	if len(ids) == 0 {
		all, err := o.List()
		if err != nil {
			return err
		}
		for _, l := range all {
			ids = append(ids, l.Project)
		}
	}
	alerts := config.Monitoring.Alerts
	j := pipelineHealthJSON{jsonVersion, alerts.Enabled, alerts.Thresholds.Warning(), alerts.Thresholds, []pipelineVerdictJSON{}}
	status := exitOK
	for _, id := range ids {
		v, err := verdictOf(o, id)
		if err != nil {
			return f.refused(err)
		}
		if v.Health != wellHealth {
			status = exitFail
		}
		j.Projects = append(j.Projects, v)
	}
	if !alerts.Enabled && status == exitOK {
		status = exitInconclusive
	}
	if a.json {
		err = a.printJSON(j)
	} else {
		err = f.writeHealth(a.out, j)
	}
	if err == nil && status != exitOK {
		err = exitError(status)
	}
	return err
}

// verdictOf judges a project. One that is damaged is judged, too; that there is none of the name is an error.
func verdictOf(o pipeline.Operator, id string) (pipelineVerdictJSON, error) {
	v := pipelineVerdictJSON{Project: id, Health: wellHealth, Findings: []project.Finding{}}
	findings, err := o.Health(id)
	if damage, _ := damageOf(err); len(damage) > 0 {
		v.Health, v.Damage = damagedHealth, describeDamage(damage[0])
		return v, nil
	}
	if err != nil {
		return v, err
	}
	v.Findings = append(v.Findings, findings...)
	for _, found := range findings {
		if v.Health != string(project.Critical) {
			v.Health = string(found.Level)
		}
	}
	return v, nil
}

func (f *pipelineFlags) writeHealth(out io.Writer, j pipelineHealthJSON) error {
	if len(j.Projects) == 0 {
		fmt.Fprintf(out, "no project in %s\n", printable(f.root))
	}
	if !j.Judged {
		fmt.Fprintf(out, "NOTHING IS JUDGED: monitoring.alerts.enabled is false in %s\n", printable(pipeline.ConfigPath(f.root)))
	}
	for _, p := range j.Projects {
		switch {
		case p.Health == damagedHealth:
			fmt.Fprintf(out, "%s: DAMAGED\n  %s\n  next  %s\n", p.Project, shortened(p.Damage), f.paste("shadowrun pipeline doctor "+p.Project))
			continue
		case p.Health == wellHealth && j.Judged:
			fmt.Fprintf(out, "%s: well\n", p.Project)
			continue
		case p.Health == wellHealth:
			fmt.Fprintf(out, "%s: not judged\n", p.Project)
			continue
		}
		fmt.Fprintf(out, "%s: %s\n", p.Project, strings.ToUpper(p.Health))
		w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		for _, h := range p.Findings {
			fmt.Fprintf(w, "  %s\t%s\t%s\n", h.Level, shortened(h.Detail), threshold(h))
		}
		w.Flush()
		fmt.Fprintf(out, "  next  %s\n", f.paste("shadowrun pipeline status "+p.Project))
	}
	if !j.Judged {
		return nil
	}
	return writeThresholds(out, j)
}

// threshold says what a finding is above, with its unit.
func threshold(h project.Finding) string {
	limit := fmt.Sprintf("%g", h.Limit)
	switch h.What {
	case "failed", "stopped", "held":
		return "always " + string(h.Level)
	case "duration", "human_wait":
		limit += " h"
	case "error_rate":
		limit += " %"
	case "timeout":
		limit = time.Duration(h.Limit * float64(time.Second)).String()
	}
	return "the threshold is " + limit
}

func writeThresholds(out io.Writer, j pipelineHealthJSON) error {
	fmt.Fprintln(out)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "MEASURE\tWARNING ABOVE\tCRITICAL ABOVE")
	for _, t := range []struct {
		name, unit        string
		warning, critical float64
	}{
		{"pipeline duration", " h", j.Warning.PipelineDurationHours, j.Critical.PipelineDurationHours},
		{"retries of a stage", "", j.Warning.StageRetries, j.Critical.StageRetries},
		{"dead letters", "", j.Warning.DeadLetters, j.Critical.DeadLetters},
		{"wait for a person", " h", j.Warning.HumanWaitTimeHours, j.Critical.HumanWaitTimeHours},
		{"attempts that failed", " %", j.Warning.ErrorRatePercent, j.Critical.ErrorRatePercent},
	} {
		fmt.Fprintf(w, "%s\t%g%s\t%g%s\n", t.name, t.warning, t.unit, t.critical, t.unit)
	}
	return w.Flush()
}
