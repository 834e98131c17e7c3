package project_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

func TestHealth(t *testing.T) {
	attempts := func(failed, of int) []project.Entry {
		var all []project.Entry
		for i := range of {
			e := project.Entry{Event: project.StageDone}
			if i < failed {
				e.Event = project.StageGaveError
			}
			all = append(all, e)
		}
		return all
	}
	longAgo := start.AddDate(0, 0, -1)
	for _, test := range []struct {
		name    string
		age     time.Duration
		change  func(*project.State)
		entries []project.Entry
		want    []string
	}{
		{name: "all well"},
		{name: "24 h", age: 24 * time.Hour},
		{name: "above 24 h", age: 24*time.Hour + time.Minute, want: []string{"warning duration "}},
		{name: "72 h", age: 72 * time.Hour, want: []string{"warning duration "}},
		{name: "above 72 h", age: 72*time.Hour + time.Minute, want: []string{"critical duration "}},
		{name: "completed long ago", age: 1000 * time.Hour, change: func(s *project.State) { s.Status = project.Completed }},
		{name: "2 retries", change: func(s *project.State) { stage(s, func(v *project.StageState) { v.Retries = 2 }) }},
		{name: "3 retries", change: func(s *project.State) { stage(s, func(v *project.StageState) { v.Retries = 3 }) }, want: []string{"warning retries verify"}},
		{name: "4 retries", change: func(s *project.State) { stage(s, func(v *project.StageState) { v.Retries = 4 }) }, want: []string{"critical retries verify"}},
		{name: "5 letters", change: func(s *project.State) { s.DeadLetters = 5 }},
		{name: "6 letters", change: func(s *project.State) { s.DeadLetters = 6 }, want: []string{"warning dead_letters "}},
		{name: "11 letters, completed", change: func(s *project.State) { s.DeadLetters, s.Status = 11, project.Completed }, want: []string{"critical dead_letters "}},
		{name: "waiting 25 h", change: waiting(25 * time.Hour), want: []string{"warning human_wait verify"}},
		{name: "waiting 49 h", change: waiting(49 * time.Hour), want: []string{"critical human_wait verify"}},
		{name: "waiting 24 h", change: waiting(24 * time.Hour)},
		{name: "working an hour", change: working(time.Hour)},
		{name: "working longer", change: working(time.Hour + time.Second), want: []string{"critical timeout verify"}},
		{name: "failed", change: func(s *project.State) { s.Status = project.Failed }, want: []string{"critical failed " + string(standing(t, project.Running, project.StagePending).state.CurrentStage)}},
		{name: "stopped", change: func(s *project.State) { s.Status = project.Stopped }, want: []string{"warning stopped " + string(standing(t, project.Running, project.StagePending).state.CurrentStage)}},
		{name: "tripped by hand, long ago", change: breaker(project.Breaker{State: project.BreakerIsOpen, OpenedAt: &longAgo, Forced: true}), want: []string{"warning held "}},
		{name: "open", change: breaker(project.Breaker{State: project.BreakerIsOpen, OpenedAt: &start}), want: []string{"warning held "}},
		{name: "open, and its time is up", change: breaker(project.Breaker{State: project.BreakerIsOpen, OpenedAt: &longAgo})},
		{name: "completed, a breaker open", change: func(s *project.State) {
			breaker(project.Breaker{State: project.BreakerIsOpen, OpenedAt: &start})(s)
			s.Status = project.Completed
		}},
		{name: "few attempts", entries: attempts(4, 4)},
		{name: "1 of 10 failed", entries: attempts(1, 10)},
		{name: "1 of 9 failed", entries: attempts(1, 9), want: []string{"warning error_rate "}},
		{name: "1 of 5 failed", entries: attempts(1, 5), want: []string{"warning error_rate "}},
		{name: "2 of 9 failed", entries: attempts(2, 9), want: []string{"critical error_rate "}},
		{name: "failed before a restart", entries: append(attempts(9, 9), project.Entry{Event: project.Restarted})},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := standing(t, project.Running, project.StagePending)
			s, now := h.state, start.Add(test.age)
			s.CreatedAt, s.DeadLetters, s.CircuitBreakers = start, 0, nil
			stage(&s, func(v *project.StageState) { v.StartedAt = nil })
			if test.change != nil {
				test.change(&s)
			}
			var got []string
			for _, f := range project.Health(s, test.entries, project.Config{}.Defaults(), now) {
				got = append(got, fmt.Sprintf("%s %s %s", f.Level, f.What, f.Stage))
				if f.Value <= f.Limit || f.Detail == "" {
					t.Errorf("%s: want a value above its limit, and words, got %+v", f.What, f)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			off := project.Config{}.Defaults()
			off.Monitoring.Alerts.Enabled = false
			if got := project.Health(s, test.entries, off, now); got != nil {
				t.Errorf("alerts off: want nothing, got %v", got)
			}
		})
	}
}

func breaker(b project.Breaker) func(*project.State) {
	return func(s *project.State) { s.CircuitBreakers = map[string]project.Breaker{"api": b} }
}

func waiting(since time.Duration) func(*project.State) {
	return func(s *project.State) {
		at := start.Add(-since)
		stage(s, func(v *project.StageState) { v.Status, v.StartedAt = project.StageWaiting, &at })
	}
}

func working(since time.Duration) func(*project.State) {
	return func(s *project.State) {
		at := start.Add(-since)
		stage(s, func(v *project.StageState) { v.Status, v.StartedAt = project.StageInProgress, &at })
	}
}

// TestStoppedProjectsAreNoHealthyOnes: it is said who stopped it, or that the configuration does.
func TestStoppedProjectsAreNoHealthyOnes(t *testing.T) {
	off := project.Config{}.Defaults()
	off.Pipeline.Enabled = false
	log := []project.Entry{
		{Event: project.StoppedByOperator, At: start, Actor: "ada", Reason: "INC-39"}, {Event: project.Started},
		{Event: project.StoppedByOperator, At: start.Add(time.Hour), Actor: "mara", Reason: "INC-40"}, {Event: project.QualityGateMoved},
	}
	for _, test := range []struct {
		name   string
		status project.Status
		config project.Config
		want   []string
	}{
		{"stopped, and by whom", project.Stopped, off, []string{"stopped at verify: by mara since 2026-01-01T13:00:00Z: INC-40"}},
		{"stopped, the configuration edited by hand", project.Stopped, project.Config{}.Defaults(), []string{"stopped at verify: by mara since 2026-01-01T13:00:00Z: INC-40"}},
		{"its engine lives, and begins no stage", project.Running, off, []string{"stopped at verify: pipeline.enabled is false"}},
		{"completed before", project.Completed, off, nil},
		{"failed before", project.Failed, off, nil},
		{"under way", project.Running, project.Config{}.Defaults(), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := standing(t, project.Running, project.StagePending).state
			s.Status, s.CurrentStage = test.status, "verify"
			var got []string
			for _, f := range project.Health(s, log, test.config, start) {
				if f.What == "stopped" {
					got = append(got, f.Detail)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
