package project_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

var breakers = project.BreakerConfig{FailureThreshold: 3, RecoveryTimeout: 60, HalfOpenRequests: 2}

func TestBreaker(t *testing.T) {
	var b project.Breaker
	var got []project.Event
	did := func(after project.Breaker, event project.Event) { b = after; got = append(got, event) }
	did(b.Succeeded(breakers))
	did(b.Failed(start, breakers))
	did(b.Succeeded(breakers))
	for range 3 {
		did(b.Failed(start, breakers))
	}
	for _, test := range []struct {
		after time.Duration
		want  bool
	}{{0, false}, {59 * time.Second, false}, {60 * time.Second, true}} {
		if _, _, ok := b.Allow(start.Add(test.after), breakers); ok != test.want {
			t.Errorf("after %s: want allowed %v", test.after, test.want)
		}
	}
	if until := b.Until(breakers); !until.Equal(start.Add(time.Minute)) {
		t.Errorf("want it open for a minute, got until %s", until)
	}
	halfOpen := func() {
		after, event, _ := b.Allow(start.Add(time.Hour), breakers)
		did(after, event)
	}
	halfOpen()
	did(b.Failed(start, breakers)) // a probe
	halfOpen()
	did(b.Succeeded(breakers))
	did(b.Succeeded(breakers))
	want := []project.Event{"", project.BreakerCounted, project.BreakerCounted, project.BreakerCounted, project.BreakerCounted, project.BreakerOpened,
		project.BreakerHalfOpened, project.BreakerOpened, project.BreakerHalfOpened, project.BreakerCounted, project.BreakerClosed}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(project.Breaker{State: project.BreakerIsClosed}, b); diff != "" {
		t.Errorf("at last (-want +got):\n%s", diff)
	}
	forced := project.Breaker{State: project.BreakerIsOpen, OpenedAt: &start, Forced: true}
	if _, _, ok := forced.Allow(start.Add(1000*time.Hour), breakers); ok || !forced.Until(breakers).IsZero() {
		t.Error("want a tripped breaker to stay open")
	}
	for _, f := range []func() (project.Breaker, project.Event){func() (project.Breaker, project.Event) { return forced.Failed(start, breakers) }, func() (project.Breaker, project.Event) { return forced.Succeeded(breakers) }} {
		if after, event := f(); after != forced || event != "" {
			t.Errorf("want an open breaker to count nothing, got %v, %s", after, event)
		}
	}
}

// TestBreakerIsFolded: what the arithmetic says is what the entries say.
func TestBreakerIsFolded(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		h := begun(t)
		b := project.Breaker{State: project.BreakerIsClosed}
		now := start
		for range rapid.IntRange(1, 40).Draw(rt, "calls") {
			now = now.Add(time.Duration(rapid.IntRange(0, 40).Draw(rt, "seconds")) * time.Second)
			before, event, ok := b.Allow(now, breakers)
			if event != "" {
				h.must(at(before.Entry(event, "api"), now))
			}
			b = before
			if !ok {
				continue
			}
			if rapid.Bool().Draw(rt, "fails") {
				b, event = b.Failed(now, breakers)
			} else {
				b, event = b.Succeeded(breakers)
			}
			if event == "" {
				continue
			}
			h.must(at(b.Entry(event, "api"), now))
			if diff := cmp.Diff(b, h.state.CircuitBreakers["api"]); diff != "" {
				rt.Fatalf("breaker (-arithmetic +state):\n%s", diff)
			}
		}
	})
}

func at(e project.Entry, now time.Time) project.Entry {
	e.At = now
	return e
}

// TestBreakerStepByStep: what a call's outcome makes of each breaker, all of it, and the event that says so.
func TestBreakerStepByStep(t *testing.T) {
	long := start.Add(-time.Hour)
	now := start
	type outcome struct {
		After project.Breaker
		Event project.Event
	}
	fails := func(b project.Breaker) outcome { after, event := b.Failed(now, breakers); return outcome{after, event} }
	succeeds := func(b project.Breaker) outcome { after, event := b.Succeeded(breakers); return outcome{after, event} }
	asks := func(b project.Breaker) outcome {
		after, event, ok := b.Allow(now, breakers)
		if refused := b.State == "open" && (b.Forced || after.State == "open"); ok == refused {
			t.Errorf("%+v: it may be called: %t", b, ok)
		}
		return outcome{after, event}
	}
	for _, c := range []struct {
		name string
		do   func(project.Breaker) outcome
		b    project.Breaker
		want outcome
	}{
		{"a new one fails", fails, project.Breaker{}, outcome{project.Breaker{State: "closed", Failures: 1}, "circuit_breaker_counted"}},
		{"below the threshold", fails, project.Breaker{State: "closed", Failures: 1}, outcome{project.Breaker{State: "closed", Failures: 2}, "circuit_breaker_counted"}},
		{"at the threshold", fails, project.Breaker{State: "closed", Failures: 2}, outcome{project.Breaker{State: "open", Failures: 3, OpenedAt: &now}, "circuit_breaker_opened"}},
		{"above it, since it was lowered", fails, project.Breaker{State: "closed", Failures: 7}, outcome{project.Breaker{State: "open", Failures: 8, OpenedAt: &now}, "circuit_breaker_opened"}},
		{"a probe fails", fails, project.Breaker{State: "half_open", Failures: 3, Probes: 1, OpenedAt: &long}, outcome{project.Breaker{State: "open", Failures: 4, OpenedAt: &now}, "circuit_breaker_opened"}},
		{"nothing to count", succeeds, project.Breaker{}, outcome{}},
		{"the count ends", succeeds, project.Breaker{State: "closed", Failures: 2}, outcome{project.Breaker{State: "closed"}, "circuit_breaker_counted"}},
		{"a probe succeeds", succeeds, project.Breaker{State: "half_open", Failures: 3, OpenedAt: &long}, outcome{project.Breaker{State: "half_open", Failures: 3, Probes: 1, OpenedAt: &long}, "circuit_breaker_counted"}},
		{"the last probe succeeds", succeeds, project.Breaker{State: "half_open", Failures: 3, Probes: 1, OpenedAt: &long}, outcome{project.Breaker{State: "closed"}, "circuit_breaker_closed"}},
		{"closed", asks, project.Breaker{State: "closed", Failures: 2}, outcome{project.Breaker{State: "closed", Failures: 2}, ""}},
		{"half-open", asks, project.Breaker{State: "half_open", Probes: 1}, outcome{project.Breaker{State: "half_open", Probes: 1}, ""}},
		{"its time is up", asks, project.Breaker{State: "open", Failures: 3, Probes: 1, OpenedAt: &long}, outcome{project.Breaker{State: "half_open", Failures: 3, OpenedAt: &long}, "circuit_breaker_half_opened"}},
		{"its time is not up", asks, project.Breaker{State: "open", Failures: 3, OpenedAt: &now}, outcome{project.Breaker{State: "open", Failures: 3, OpenedAt: &now}, ""}},
		{"by hand", asks, project.Breaker{State: "open", OpenedAt: &long, Forced: true}, outcome{project.Breaker{State: "open", OpenedAt: &long, Forced: true}, ""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, c.do(c.b)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
	for _, b := range []project.Breaker{{}, {State: "closed", OpenedAt: &now}, {State: "half_open", OpenedAt: &now}, {State: "open"}, {State: "open", OpenedAt: &now, Forced: true}} {
		if until := b.Until(breakers); !until.IsZero() {
			t.Errorf("%+v: want no end of its own, got %s", b, until)
		}
	}
	for event, want := range map[project.Event]string{"circuit_breaker_counted": `{"failures":2,"probes":1}`, "circuit_breaker_opened": ""} {
		e := project.Breaker{Failures: 2, Probes: 1}.Entry(event, "api")
		if e.Event != event || e.Service != "api" || string(e.Detail) != want {
			t.Errorf("%s: want %s, got %+v", event, want, e)
		}
	}
}
