package cmd

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline"
	"github.com/shadowrun/shadowrun/harness/pipeline/project"
	"github.com/shadowrun/shadowrun/harness/pipeline/store"
)

// What init writes says of every setting that it is the default.
func TestStarterConfigurationIsTheDefaults(t *testing.T) {
	got, err := project.ParseConfig("config.yml", []byte(starterConfig))
	if err != nil {
		t.Fatal(err)
	}
	want := project.Config{}.Defaults()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("configuration (-default +written):\n%s", diff)
	}
}

// A refusal names commands; an operator's event without one could not be named.
func TestEveryOperatorsEventHasACommand(t *testing.T) {
	for _, row := range project.Table {
		if has := acts[row.Event] != ""; has != row.Operator && row.Event != project.AgentInvoked {
			t.Errorf("%s: has a command: %t, is an operator's act: %t", row.Event, has, row.Operator)
		}
	}
}

func TestExitStatusOfProjectsThatRan(t *testing.T) {
	for _, test := range []struct {
		name string
		ran  []pipeline.Why
		want int
	}{
		{"completed", []pipeline.Why{pipeline.WhyCompleted}, exitOK},
		{"failed", []pipeline.Why{pipeline.WhyFailed}, exitFail},
		{"waits for a person", []pipeline.Why{pipeline.WhyWaiting}, exitInconclusive},
		{"held by a breaker", []pipeline.Why{pipeline.WhyBreaker}, exitInconclusive},
		{"stopped", []pipeline.Why{pipeline.WhyStopped}, exitInterrupted},
		{"interrupted", []pipeline.Why{pipeline.WhyCancelled}, exitInterrupted},
		{"one of several waits", []pipeline.Why{pipeline.WhyCompleted, pipeline.WhyWaiting, pipeline.WhyCompleted}, exitInconclusive},
		{"stopped says more than waiting", []pipeline.Why{pipeline.WhyWaiting, pipeline.WhyStopped}, exitInterrupted},
		{"failed says most", []pipeline.Why{pipeline.WhyStopped, pipeline.WhyFailed, pipeline.WhyWaiting}, exitFail},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := exitOK
			for _, why := range test.ran {
				got = worse(got, ranStatus(why))
			}
			if got != test.want {
				t.Errorf("exit status %d, want %d", got, test.want)
			}
		})
	}
}

func TestWhatMendsMostComesFirst(t *testing.T) {
	damage := []*store.Damage{
		{File: "a", Mend: []string{"shadowrun pipeline restore project-1", "shadowrun pipeline reconstruct project-1"}},
		{File: "b", Mend: []string{"shadowrun pipeline reconstruct project-1", "move it away"}},
		{File: "c", Mend: []string{"shadowrun pipeline run project-1"}},
	}
	got := mends(damage)
	for i, m := range got {
		got[i] = (&pipelineFlags{root: "a b"}).mend(m)
	}
	want := []string{
		"shadowrun pipeline --root 'a b' reconstruct project-1 --reason \"…\"",
		"shadowrun pipeline --root 'a b' restore project-1 --reason \"…\"",
		"move it away",
		"shadowrun pipeline --root 'a b' run project-1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("commands (-want +got):\n%s", diff)
	}
}

func TestTimeLineBegins(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		since string
		want  time.Time
		ok    bool
	}{
		{"", time.Time{}, true},
		{"6h", now.Add(-6 * time.Hour), true},
		{"2026-11-23T09:00:00Z", now.Add(-3 * time.Hour), true},
		{"-6h", time.Time{}, false},
		{"yesterday", time.Time{}, false},
	} {
		t.Run("since "+test.since, func(t *testing.T) {
			got, err := sinceWhen(test.since, now)
			if !got.Equal(test.want) || (err == nil) != test.ok {
				t.Errorf("got %s, %v; want %s, ok %t", got, err, test.want, test.ok)
			}
		})
	}
}

func TestThresholdsHaveTheirUnits(t *testing.T) {
	for what, want := range map[string]string{
		"duration": "the threshold is 72 h", "human_wait": "the threshold is 72 h", "error_rate": "the threshold is 72 %",
		"timeout": "the threshold is 1m12s", "retries": "the threshold is 72", "dead_letters": "the threshold is 72",
		"failed": "always critical", "held": "always critical",
	} {
		if got := threshold(project.Finding{What: what, Level: project.Critical, Limit: 72}); got != want {
			t.Errorf("%s: got %q, want %q", what, got, want)
		}
	}
}
