package project

import (
	"encoding/json"
	"maps"
	"strings"
	"time"
)

// Config is .somas/config.yml, with the defaults filled in.
type Config struct {
	Pipeline      PipelineConfig            `json:"pipeline"`
	ErrorHandling ErrorConfig               `json:"error_handling"`
	QualityGates  map[Stage]map[string]Gate `json:"quality_gates"` // by stage and measure
	Monitoring    MonitoringConfig          `json:"monitoring"`
	Agents        AgentsConfig              `json:"agents"`
}

// PipelineConfig says how stages run.
type PipelineConfig struct {
	Enabled       bool               `json:"enabled"` // false: no stage is started
	StageTimeout  Duration           `json:"stage_timeout"`
	StageTimeouts map[Stage]Duration `json:"stage_timeouts"` // where a stage's differs
	HumanGates    []Stage            `json:"human_gates"`    // stages that a person lets start
}

// ErrorConfig says what automatic recovery may do.
type ErrorConfig struct {
	Retries        int           `json:"retries"`  // after the first attempt
	Debugger       string        `json:"debugger"` // the agent that looks at validation failures
	CircuitBreaker BreakerConfig `json:"circuit_breaker"`
}

// BreakerConfig is every circuit breaker's.
type BreakerConfig struct {
	FailureThreshold int `json:"failure_threshold"` // failures in a row that open it
	RecoveryTimeout  int `json:"recovery_timeout"`  // seconds that it stays open
	HalfOpenRequests int `json:"half_open_requests"`
}

// MonitoringConfig says what an operator is told.
type MonitoringConfig struct {
	Alerts        AlertsConfig        `json:"alerts"`
	Notifications NotificationsConfig `json:"notifications"`
}

// AlertsConfig holds what [Health] warns of.
type AlertsConfig struct {
	Enabled    bool       `json:"enabled"`
	Thresholds Thresholds `json:"thresholds"`
}

// Thresholds are where an alert is critical; [Thresholds.Warning] is where it warns.
type Thresholds struct {
	PipelineDurationHours float64 `json:"pipeline_duration_hours"`
	ErrorRatePercent      float64 `json:"error_rate_percent"`
	HumanWaitTimeHours    float64 `json:"human_wait_time_hours"`
	DeadLetters           float64 `json:"dead_letters"`
	StageRetries          float64 `json:"stage_retries"`
}

// NotificationsConfig says of what, and where to, word is sent. Each receiver that is set gets it.
type NotificationsConfig struct {
	Enabled  bool     `json:"enabled"`
	NotifyOn []string `json:"notify_on"`
	Command  []string `json:"command"`
	Webhook  string   `json:"webhook"`
	File     string   `json:"file"`
}

// Notifications are all that notify_on may name.
var Notifications = []string{"stage_completed", "human_gate_opened", "error_occurred", "pipeline_completed"}

// AgentsConfig says which agent runs a stage that no agent file names.
type AgentsConfig struct {
	Default string `json:"default"`
}

// Defaults are the configuration of a file that says nothing.
func (Config) Defaults() Config {
	coverage, failed := 80.0, 0.0
	return Config{
		Pipeline: PipelineConfig{
			Enabled: true, StageTimeout: Duration(time.Hour),
			StageTimeouts: map[Stage]Duration{"implement": Duration(4 * time.Hour)}, HumanGates: []Stage{"release"},
		},
		ErrorHandling: ErrorConfig{
			Retries: 3, Debugger: "debugger",
			CircuitBreaker: BreakerConfig{FailureThreshold: 5, RecoveryTimeout: 60, HalfOpenRequests: 3},
		},
		QualityGates: map[Stage]map[string]Gate{"verify": {"coverage": {Min: &coverage}, "failed_tests": {Max: &failed}}},
		Monitoring: MonitoringConfig{
			Alerts: AlertsConfig{Enabled: true, Thresholds: Thresholds{
				PipelineDurationHours: 72, ErrorRatePercent: 20, HumanWaitTimeHours: 48, DeadLetters: 10, StageRetries: 3,
			}},
			Notifications: NotificationsConfig{Enabled: true, NotifyOn: append([]string{}, Notifications...)},
		},
		Agents: AgentsConfig{Default: "stub"},
	}
}

// Timeout is the stage's.
func (c Config) Timeout(s Stage) time.Duration {
	if d, ok := c.Pipeline.StageTimeouts[s]; ok {
		return time.Duration(d)
	}
	return time.Duration(c.Pipeline.StageTimeout)
}

// Gates are the stage's quality gates for this project: the configuration's, as adjusted.
func (c Config) Gates(stage Stage, s State) map[string]Gate {
	gates := maps.Clone(c.QualityGates[stage])
	for name, a := range s.QualityGates {
		if of, measure, _ := strings.Cut(name, "."); Stage(of) == stage {
			if gates == nil {
				gates = map[string]Gate{}
			}
			gates[measure] = Gate{Min: a.Min, Max: a.Max}
		}
	}
	return gates
}

// Duration is written as Go does: 90s, 1h30m.
type Duration time.Duration

// UnmarshalJSON reads a duration's text.
func (d *Duration) UnmarshalJSON(src []byte) error {
	var text string
	if err := json.Unmarshal(src, &text); err != nil {
		return err
	}
	parsed, err := time.ParseDuration(text)
	*d = Duration(parsed)
	return err
}

// Gate is what a measure has to be. A plain number in the configuration is the least it may be,
// but the most where its name says that it counts what should not be there: failures, errors.
type Gate struct {
	Min *float64 `json:"min,omitempty"`
	Max *float64 `json:"max,omitempty"`
}

// Holds says whether the measure passes.
func (g Gate) Holds(measure float64) bool {
	return (g.Min == nil || measure >= *g.Min) && (g.Max == nil || measure <= *g.Max)
}
