package deploy

import (
	"encoding/json"
	"fmt"
)

// Query is what a panel asks Prometheus.
type Query struct {
	Expr   string
	Legend string
}

// Panel is a part of the dashboard.
type Panel struct {
	Title   string
	Kind    string // as Grafana calls it
	Unit    string // as Grafana calls it; "": a plain number
	Width   int    // of the 24 columns
	Height  int
	Queries []Query
}

// Panels are the dashboard's, from left to right and downwards.
var Panels = []Panel{
	{"State", "stat", "", 6, 4, []Query{{`shadowrun_state{job="shadowrun"} == 1`, "{{state}}"}}},
	{"Conditions", "stat", "", 6, 4, []Query{{`sum(shadowrun_condition{job="shadowrun"})`, "conditions that hold"}}},
	{"Violations and drifts", "stat", "", 6, 4, []Query{{`sum(shadowrun_verdicts_total{job="shadowrun",verdict=~"violation|drift"})`, "verdicts"}}},
	{"Active time of what is planned", "gauge", "percentunit", 6, 4, []Query{
		{`shadowrun_active_seconds{job="shadowrun"} / (shadowrun_planned_seconds{job="shadowrun"} > 0)`, "done"}}},
	{"Which state when", "state-timeline", "", 24, 6, []Query{{`shadowrun_state{job="shadowrun"} == 1`, "{{state}}"}}},
	{"Which condition when", "state-timeline", "", 24, 7, []Query{{`shadowrun_condition{job="shadowrun"}`, "{{condition}}"}}},
	{"Runs and replays a second", "timeseries", "ops", 12, 8, []Query{
		{`rate(shadowrun_runs_total{job="shadowrun"}[$__rate_interval])`, "runs"},
		{`rate(shadowrun_replays_total{job="shadowrun"}[$__rate_interval])`, "replays"}}},
	{"Verdicts", "timeseries", "", 12, 8, []Query{{`shadowrun_verdicts_total{job="shadowrun"}`, "{{verdict}}"}}},
	{"Time since it last got somewhere", "timeseries", "s", 12, 8, []Query{
		{`time() - shadowrun_last_progress_timestamp_seconds{job="shadowrun"}`, "since progress"},
		{`shadowrun_stale_after_seconds{job="shadowrun"}`, "stale after"}}},
	{"How long runs take", "timeseries", "s", 12, 8, []Query{
		{`histogram_quantile(0.5, sum by (workflow, le) (rate(shadowrun_run_duration_seconds_bucket{job="shadowrun"}[$__rate_interval])))`, "{{workflow}} median"},
		{`histogram_quantile(0.95, sum by (workflow, le) (rate(shadowrun_run_duration_seconds_bucket{job="shadowrun"}[$__rate_interval])))`, "{{workflow}} 95 %"}}},
	{"Mismatches by workflow", "bargauge", "", 12, 8, []Query{
		{`sum by (workflow) (shadowrun_workflow_verdicts_total{job="shadowrun",verdict=~"violation|drift|leak"})`, "{{workflow}}"}}},
	{"Findings by class", "bargauge", "", 12, 8, []Query{{`shadowrun_findings{job="shadowrun",accepted="false"}`, "{{class}}"}}},
	{"Disks in use", "timeseries", "percentunit", 12, 8, []Query{{`shadowrun_disk_used_ratio{job="shadowrun"}`, "{{disk}}"}}},
	{"Goldens", "timeseries", "bytes", 12, 8, []Query{
		{`shadowrun_golden_folder_bytes{job="shadowrun"}`, "on disk"},
		{`shadowrun_trace_bytes_total{job="shadowrun"}`, "traces"}}},
}

// The dashboard as Grafana reads it (schema 39, Grafana 10 and later).
type dashboard struct {
	ID            *int     `json:"id"` // null: a new one
	UID           string   `json:"uid"`
	Title         string   `json:"title"`
	Tags          []string `json:"tags"`
	SchemaVersion int      `json:"schemaVersion"`
	Version       int      `json:"version"`
	Refresh       string   `json:"refresh"`
	Time          span     `json:"time"`
	Templating    struct {
		List []variable `json:"list"`
	} `json:"templating"`
	Panels []panel `json:"panels"`
}

type span struct {
	From string `json:"from"`
	To   string `json:"to"`
}

type variable struct {
	Name  string `json:"name"`
	Label string `json:"label"`
	Type  string `json:"type"`
	Query string `json:"query"`
}

type source struct {
	Type string `json:"type"`
	UID  string `json:"uid"`
}

type panel struct {
	ID          int         `json:"id"`
	Title       string      `json:"title"`
	Type        string      `json:"type"`
	Datasource  source      `json:"datasource"`
	GridPos     place       `json:"gridPos"`
	FieldConfig fieldConfig `json:"fieldConfig"`
	Options     options     `json:"options"`
	Targets     []target    `json:"targets"`
}

// options: a stat shows the series' name too, which is the state.
type options struct {
	TextMode string `json:"textMode,omitempty"`
}

type place struct {
	X int `json:"x"`
	Y int `json:"y"`
	W int `json:"w"`
	H int `json:"h"`
}

type fieldConfig struct {
	Defaults struct {
		Unit string `json:"unit,omitempty"`
		Min  int    `json:"min"`
	} `json:"defaults"`
	Overrides []struct{} `json:"overrides"`
}

type target struct {
	RefID        string `json:"refId"`
	Datasource   source `json:"datasource"`
	Expr         string `json:"expr"`
	LegendFormat string `json:"legendFormat"`
}

func dashboardFiles() ([]File, error) {
	d := newDashboard()
	plain, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return nil, err
	}
	wrapped, err := json.MarshalIndent(map[string]any{"dashboard": d, "overwrite": true}, "", "  ")
	if err != nil {
		return nil, err
	}
	return []File{{"shadowrun-dashboard-api.json", append(wrapped, '\n')}, {"shadowrun-dashboard.json", append(plain, '\n')}}, nil
}

func newDashboard() dashboard {
	from := source{"prometheus", "${datasource}"}
	d := dashboard{UID: "shadowrun", Title: "shadowrun", Tags: []string{"shadowrun"}, SchemaVersion: 39, Version: 1,
		Refresh: "30s", Time: span{"now-24h", "now"}}
	d.Templating.List = []variable{{"datasource", "Prometheus", "datasource", "prometheus"}}
	const columns = 24
	x, y, row := 0, 0, 0
	for i, p := range Panels {
		if x+p.Width > columns {
			x, y, row = 0, y+row, 0
		}
		out := panel{ID: i + 1, Title: p.Title, Type: p.Kind, Datasource: from, GridPos: place{x, y, p.Width, p.Height}}
		out.FieldConfig.Defaults.Unit = p.Unit
		out.FieldConfig.Overrides = []struct{}{}
		if p.Kind == "stat" {
			out.Options.TextMode = "value_and_name"
		}
		for n, q := range p.Queries {
			out.Targets = append(out.Targets, target{fmt.Sprintf("%c", 'A'+n), from, q.Expr, q.Legend})
		}
		d.Panels = append(d.Panels, out)
		x, row = x+p.Width, max(row, p.Height)
	}
	return d
}
