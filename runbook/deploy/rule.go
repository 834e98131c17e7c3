package deploy

import (
	"bytes"
	"fmt"
	"time"

	"github.com/goccy/go-yaml"
)

// Severities of alerts: who is told is the routes' business.
const (
	Critical = "critical" // wakes somebody
	Warning  = "warning"  // wants looking after in working hours
	Info     = "info"     // is good to know
)

// Alert is an alert rule.
type Alert struct {
	Name      string
	Condition string        // whose state it tells; "": it is told by Expr alone
	Expr      string        // filled in from Condition where that is set
	For       time.Duration // that it must hold
	Severity  string
	Summary   string
	Action    string // what to do, in a line
	Section   string // of the runbook: what to do, step by step
}

// Runbook is where the sections are.
const Runbook = "https://github.com/shadowrun/shadowrun/blob/HEAD/runbook/workflow-engine.md"

// Job is the name under which the monitor is scraped.
const Job = "shadowrun"

// Alerts are all rules, the gravest first. The monitor serves what they read, also of a soak that is dead
// or over: one whose target is down is a monitor that is.
var Alerts = []Alert{
	{Name: "ShadowrunDown", Expr: `up{job="` + Job + `"} == 0 or absent(up{job="` + Job + `"})`, For: 5 * time.Minute, Severity: Critical,
		Summary: "Nobody watches the soak: its monitor can't be scraped", Action: "shadowrun monitor status; shadowrun monitor start", Section: "the-monitor"},
	{Name: "ShadowrunProcessDead", Condition: "process_dead", Severity: Critical,
		Summary: "The soak's process died before its deadline", Action: "shadowrun status; shadowrun --resume", Section: "process-died"},
	{Name: "ShadowrunViolation", Condition: "violation", Severity: Critical,
		Summary: "A workflow did not do the same thing again", Action: "shadowrun stop enable; shadowrun capture; shadowrun findings", Section: "mismatch"},
	{Name: "ShadowrunDrift", Condition: "drift", Severity: Critical,
		Summary: "A workflow's build agrees with itself, but not with its golden", Action: "shadowrun findings", Section: "drift"},
	{Name: "ShadowrunDiskFull", Condition: "disk_full", Severity: Critical,
		Summary: "A file system that the soak needs is full", Action: "shadowrun sanity; shadowrun golden prune --older-than 168h", Section: "disk-full"},
	{Name: "ShadowrunLedgerUnreadable", Condition: "ledger_unreadable", For: 5 * time.Minute, Severity: Critical,
		Summary: "The soak's ledger can't be read, so nothing is known of it", Action: "shadowrun status", Section: "failed-resume"},
	{Name: "ShadowrunStale", Condition: "stale", Severity: Warning,
		Summary: "The soak has not got anywhere for too long", Action: "shadowrun debug process; shadowrun debug tail", Section: "stale-progress"},
	{Name: "ShadowrunNothingChecked", Condition: "nothing_checked", Severity: Warning,
		Summary: "Nothing was checked: no run left a golden that could be replayed", Action: "shadowrun summary", Section: "too-much-could-not-be-checked"},
	{Name: "ShadowrunUnknownRate", Condition: "unknown_rate", Severity: Warning,
		Summary: "More of the runs and replays than tolerated could not be checked", Action: "shadowrun summary", Section: "too-much-could-not-be-checked"},
	{Name: "ShadowrunLeak", Condition: "leak", Severity: Warning,
		Summary: "A reading of the world got into a workflow's output", Action: "shadowrun findings", Section: "golden-analysis"},
	{Name: "ShadowrunDiskHigh", Condition: "disk_high", For: 10 * time.Minute, Severity: Warning,
		Summary: "A file system that the soak needs fills up", Action: "shadowrun sanity", Section: "disk-full"},
	{Name: "ShadowrunGoldensLarge", Condition: "goldens_large", Severity: Warning,
		Summary: "The soak's goldens take more room than wanted", Action: "when it is over: shadowrun golden prune --older-than 168h", Section: "prune-goldens"},
	{Name: "ShadowrunNoSoak", Condition: "no_soak", For: time.Hour, Severity: Warning,
		Summary: "No soak has run with this state folder", Action: "shadowrun --duration 24h", Section: "start-a-soak"},
	{Name: "ShadowrunClockJumped", Condition: "clock_jumped", Severity: Info,
		Summary: "The machine's clock was set forward while the soak ran", Action: "look at the time service of the host", Section: "clock-jumped"},
	{Name: "ShadowrunStopped", Condition: "stopped", For: time.Hour, Severity: Info,
		Summary: "The soak has been stopped on purpose for an hour", Action: "shadowrun stop status; shadowrun stop disable, or shadowrun --resume", Section: "emergency-stop"},
	{Name: "ShadowrunFinished", Expr: `shadowrun_state{job="` + Job + `",state="FINISHED"} == 1`, Severity: Info,
		Summary: "The soak is over", Action: "shadowrun summary", Section: "sign-off"},
}

// expr is what the rule looks at.
func (a Alert) expr() string {
	if a.Condition == "" {
		return a.Expr
	}
	return fmt.Sprintf(`shadowrun_condition{job=%q,condition=%q} == 1`, Job, a.Condition)
}

// annotations are what the alert tells whom it wakes.
func (a Alert) annotations() map[string]string {
	return map[string]string{"summary": a.Summary, "action": a.Action, "runbook_url": Runbook + "#" + a.Section}
}

// rule is an alert as Prometheus reads it.
type rule struct {
	Alert       string            `yaml:"alert"`
	Expr        string            `yaml:"expr"`
	For         string            `yaml:"for,omitempty"`
	Labels      map[string]string `yaml:"labels"`
	Annotations map[string]string `yaml:"annotations"`
}

type group struct {
	Name  string `yaml:"name"`
	Rules []rule `yaml:"rules"`
}

func ruleFiles() ([]File, error) {
	g := group{Name: Job}
	for _, a := range Alerts {
		r := rule{Alert: a.Name, Expr: a.expr(), Labels: map[string]string{"severity": a.Severity}, Annotations: a.annotations()}
		if a.For > 0 {
			r.For = promDuration(a.For)
		}
		g.Rules = append(g.Rules, r)
	}
	text := bytes.NewBufferString("# Alert rules for shadowrun: one for each condition that 'shadowrun status' knows, and for its states.\n")
	if err := yaml.NewEncoder(text, yaml.IndentSequence(true)).Encode(map[string]any{"groups": []group{g}}); err != nil {
		return nil, err
	}
	return []File{{"shadowrun-rules.yml", text.Bytes()}}, nil
}

// promDuration is a duration of whole minutes as Prometheus writes it.
func promDuration(d time.Duration) string { return fmt.Sprintf("%dm", d/time.Minute) }
