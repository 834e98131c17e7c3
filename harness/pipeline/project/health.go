package project

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// Level is how bad a finding is.
type Level string

// A warning is to be looked at; what is critical, now.
const (
	Warning  Level = "warning"
	Critical Level = "critical"
)

// Finding is one thing that an operator is to know of a project.
type Finding struct {
	Level  Level   `json:"level"`
	What   string  `json:"what"` // failed, stopped, held, duration, retries, dead_letters, human_wait, error_rate, timeout
	Stage  Stage   `json:"stage,omitempty"`
	Value  float64 `json:"value"`
	Limit  float64 `json:"limit"` // that it is above
	Detail string  `json:"detail"`
}

// Warning is where alerts begin to warn, in the proportions of their defaults: a third of the
// duration, half of the wait, the dead letters and the error rate, and a retry less.
func (t Thresholds) Warning() Thresholds {
	return Thresholds{
		PipelineDurationHours: t.PipelineDurationHours / 3, ErrorRatePercent: t.ErrorRatePercent / 2,
		HumanWaitTimeHours: t.HumanWaitTimeHours / 2, DeadLetters: t.DeadLetters / 2, StageRetries: max(t.StageRetries-1, 0),
	}
}

// fewAttempts is how many attempts an error rate needs: one of one would be 100 %.
const fewAttempts = 5

// Health is what is wrong with the project at now, in a fixed order. It says nothing where alerts
// are off. Nothing is counted against a project that is completed but its dead letters.
func Health(s State, entries []Entry, c Config, now time.Time) []Finding {
	h := health{critical: c.Monitoring.Alerts.Thresholds}
	h.warning = h.critical.Warning()
	if !c.Monitoring.Alerts.Enabled || s.Project == "" {
		return nil
	}
	if s.Status == Failed {
		h.is(Critical, "failed", s.CurrentStage, fmt.Sprintf("failed at %s: %s", s.CurrentStage, s.RecoveryInfo.LastError))
	}
	if s.Status != Completed && s.Status != Failed {
		h.stopped(s, entries, c)
		h.held(s, c, now)
	}
	if s.Status != Completed {
		h.duration(s, now)
		h.stages(s, c, now)
		h.errorRate(entries)
	}
	n := float64(s.DeadLetters)
	h.judge("dead_letters", "", n, h.warning.DeadLetters, h.critical.DeadLetters, fmt.Sprintf("%d dead letters", s.DeadLetters))
	return h.findings
}

type health struct {
	warning, critical Thresholds
	findings          []Finding
}

func (h *health) judge(what string, stage Stage, value, warning, critical float64, detail string) {
	switch {
	case value > critical:
		h.findings = append(h.findings, Finding{Critical, what, stage, value, critical, detail})
	case value > warning:
		h.findings = append(h.findings, Finding{Warning, what, stage, value, warning, detail})
	}
}

// is notes what is so or not: the one is above the limit of none.
func (h *health) is(level Level, what string, stage Stage, detail string) {
	h.findings = append(h.findings, Finding{level, what, stage, 1, 0, detail})
}

// stopped is said of a project that nobody takes on: it is well by all that is measured, and gets nowhere.
func (h *health) stopped(s State, entries []Entry, c Config) {
	why := ""
	if !c.Pipeline.Enabled {
		why = "pipeline.enabled is false"
	}
	if s.Status == Stopped {
		why = "by an operator" // whose entry is lost
		for _, e := range slices.Backward(entries) {
			if e.Event == StoppedByOperator {
				why = fmt.Sprintf("by %s since %s: %s", e.Actor, e.At.UTC().Format(time.RFC3339), e.Reason)
				break
			}
		}
	}
	if why != "" {
		h.is(Warning, "stopped", s.CurrentStage, fmt.Sprintf("stopped at %s: %s", s.CurrentStage, why))
	}
}

// held is said of each service that may not be called now: the project gets no further than to a stage that needs it.
func (h *health) held(s State, c Config, now time.Time) {
	for _, service := range slices.Sorted(maps.Keys(s.CircuitBreakers)) {
		b := s.CircuitBreakers[service]
		if _, _, ok := b.Allow(now, c.ErrorHandling.CircuitBreaker); ok {
			continue
		}
		until := "until a reset"
		if at := b.Until(c.ErrorHandling.CircuitBreaker); !at.IsZero() {
			until = "until " + at.UTC().Format(time.RFC3339)
		}
		h.is(Warning, "held", "", fmt.Sprintf("held by the open circuit breaker of %s, %s", service, until))
	}
}

func (h *health) duration(s State, now time.Time) {
	hours := now.Sub(s.CreatedAt).Hours()
	h.judge("duration", "", hours, h.warning.PipelineDurationHours, h.critical.PipelineDurationHours,
		fmt.Sprintf("created %.1f hours ago and not completed", hours))
}

func (h *health) stages(s State, c Config, now time.Time) {
	for _, name := range Stages {
		stage := s.Stages[name]
		h.judge("retries", name, float64(stage.Retries), h.warning.StageRetries, h.critical.StageRetries,
			fmt.Sprintf("stage %s was retried %d times", name, stage.Retries))
		if stage.StartedAt == nil {
			continue
		}
		since := now.Sub(*stage.StartedAt)
		switch stage.Status {
		case StageWaiting:
			h.judge("human_wait", name, since.Hours(), h.warning.HumanWaitTimeHours, h.critical.HumanWaitTimeHours,
				fmt.Sprintf("stage %s waits for a person since %.1f hours", name, since.Hours()))
		case StageInProgress:
			limit := c.Timeout(name)
			h.judge("timeout", name, since.Seconds(), limit.Seconds(), limit.Seconds(),
				fmt.Sprintf("stage %s is in progress since %s; its time-out is %s", name, since.Round(time.Second), limit))
		}
	}
}

// errorRate is of attempts: those that failed, of all that ended, since the project last began anew.
func (h *health) errorRate(entries []Entry) {
	ended, failed := 0, 0
	for _, e := range entries {
		switch e.Event {
		case StageDone:
			ended++
		case StageGaveError:
			ended++
			failed++
		case Restarted, Resumed, LetterReplayed, Restored, RolledBack, Accepted:
			ended, failed = 0, 0
		}
	}
	if ended < fewAttempts {
		return
	}
	percent := 100 * float64(failed) / float64(ended)
	h.judge("error_rate", "", percent, h.warning.ErrorRatePercent, h.critical.ErrorRatePercent,
		fmt.Sprintf("%d of %d attempts failed", failed, ended))
}
