package soak

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/replay"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func finding(class replay.Class, until time.Time) ledger.Finding {
	f := ledger.Finding{Sighting: ledger.Sighting{Class: class}}
	if !until.IsZero() {
		f.Accepted = &ledger.Acceptance{Until: until}
	}
	return f
}

func TestJudge(t *testing.T) {
	clean := ledger.Counters{Replays: 1000, Match: 1000}
	violation := finding(replay.ClassViolation, time.Time{})
	leak := finding(replay.ClassVolatile, time.Time{})
	latent := finding(replay.ClassLatent, time.Time{})
	accepted := finding(replay.ClassViolation, noon.Add(time.Hour))
	expired := finding(replay.ClassViolation, noon)
	violated := ledger.Counters{Replays: 1000, Match: 999, Violation: 1}
	leaked := ledger.Counters{Replays: 1000, Match: 999, Leak: 1}
	nothing := ledger.Counters{Replays: 9, Unknown: 9}
	for _, c := range []struct {
		name       string
		policy     Policy
		counters   ledger.Counters
		findings   []ledger.Finding
		unfinished bool
		want       Outcome
		why        string
	}{
		{"all match", Policy{}, clean, nil, false, Pass, "1000 replays, no violation"},
		{"a violation", Policy{}, violated, []ledger.Finding{violation}, false, Fail, "1 violations and 0 drifts in 1000"},
		{"a drift", Policy{}, ledger.Counters{Replays: 9, Match: 8, Drift: 1}, []ledger.Finding{violation}, false, Fail, "0 violations and 1 drifts"},
		{"a violation without a finding", Policy{}, violated, nil, false, Fail, "1 violations"},
		{"a violation that is accepted", Policy{}, violated, []ledger.Finding{accepted}, false, Pass, "accepted"},
		{"whose acceptance has expired, to the instant", Policy{}, violated, []ledger.Finding{expired}, false, Fail, "1 violations"},
		{"of two violations one is accepted", Policy{}, violated, []ledger.Finding{accepted, violation}, false, Fail, "1 violations"},
		{"a leak warns", Policy{}, leaked, []ledger.Finding{leak}, false, Pass, ""},
		{"a leak, and fail_on is leak", Policy{FailOnLeak: true}, leaked, []ledger.Finding{leak}, false, Fail, "1 leaks in 1000 replays, and fail_on is leak"},
		{"a latent one, too", Policy{FailOnLeak: true}, leaked, []ledger.Finding{latent}, false, Fail, "1 leaks"},
		{"an accepted leak", Policy{FailOnLeak: true}, leaked, []ledger.Finding{finding(replay.ClassVolatile, noon.Add(1))}, false, Pass, ""},
		{"fail_on leak, and none", Policy{FailOnLeak: true}, clean, nil, false, Pass, ""},
		{"an accepted violation excuses no leak", Policy{FailOnLeak: true}, ledger.Counters{Replays: 9, Match: 7, Violation: 1, Leak: 1},
			[]ledger.Finding{accepted, leak}, false, Fail, "1 leaks"},
		{"stopped before anything was checked", Policy{}, ledger.Counters{Runs: 4, Abandoned: 4}, nil, true, Interrupted, "--resume"},
		{"nothing ran", Policy{}, ledger.Counters{}, nil, false, Inconclusive, "nothing was checked"},
		{"every run timed out", Policy{UnknownRate: 1}, ledger.Counters{Runs: 9, Unfinished: 9}, nil, false, Inconclusive, "nothing was checked"},
		{"every replay is unknown, whatever rate is tolerated", Policy{UnknownRate: 1}, nothing, nil, false, Inconclusive, "nothing was checked"},
		{"unknowns at the tolerated rate", Policy{UnknownRate: 0.001}, ledger.Counters{Replays: 1000, Match: 999, Unknown: 1}, nil, false, Pass, ""},
		{"unknowns above it", Policy{UnknownRate: 0.001}, ledger.Counters{Replays: 999, Match: 998, Unknown: 1}, nil, false, Inconclusive, "1 of 999 could not be checked, which is more than 0.1 %"},
		{"a run without a golden counts like an unknown", Policy{UnknownRate: 0.001}, ledger.Counters{Replays: 1000, Match: 999, Unknown: 1, Unfinished: 1}, nil, false, Inconclusive, "2 of 1001"},
		{"runs that were abandoned count for nothing", Policy{}, ledger.Counters{Runs: 9, Replays: 6, Match: 6, Abandoned: 3}, nil, false, Pass, ""},
		{"stopped", Policy{}, clean, nil, true, Interrupted, "shadowrun --resume"},
		{"FAIL before INCONCLUSIVE", Policy{}, ledger.Counters{Replays: 9, Violation: 1, Unknown: 8}, []ledger.Finding{violation}, false, Fail, ""},
		{"FAIL before INTERRUPTED", Policy{}, violated, []ledger.Finding{violation}, true, Fail, ""},
		{"INCONCLUSIVE before INTERRUPTED", Policy{}, nothing, nil, true, Inconclusive, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, why := c.policy.Judge(c.counters, c.findings, !c.unfinished, noon)
			if got != c.want || !strings.Contains(why, c.why) {
				t.Errorf("%s: %s\nwant %s: …%s…", got, why, c.want, c.why)
			}
		})
	}
}

func TestOutcomesExitStatus(t *testing.T) {
	got := map[Outcome]int{}
	for _, o := range []Outcome{Pass, Fail, Inconclusive, Interrupted} {
		got[o] = o.ExitStatus()
	}
	if diff := cmp.Diff(map[Outcome]int{Pass: 0, Fail: 1, Inconclusive: 3, Interrupted: 4}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestPolicyOf(t *testing.T) {
	if diff := cmp.Diff(Policy{UnknownRate: 0.001}, PolicyOf(harness.Config{}.Defaults())); diff != "" {
		t.Errorf("by default (-want +got)\n%s", diff)
	}
	if !PolicyOf(harness.Config{FailOn: "leak"}.Defaults()).FailOnLeak {
		t.Error("fail_on: leak is not heeded")
	}
}

// The figures that the documents state.
func TestBound(t *testing.T) {
	for n, want := range map[int64]float64{-1: 1, 0: 1, 1: 0.95, 59: 0.0495, 299: 0.00997, 25_461: 0.000117652} {
		if got := Bound(n); math.Abs(got-want) > want/200 {
			t.Errorf("%d clean replays bound the rate at %v, want %v", n, got, want)
		}
	}
	if Bound(58) <= 0.05 || Bound(59) > 0.05 || Bound(298) <= 0.01 || Bound(299) > 0.01 {
		t.Errorf("58: %v, 59: %v, 298: %v, 299: %v; want 5 %% from 59 on, and 1 %% from 299 on", Bound(58), Bound(59), Bound(298), Bound(299))
	}
}
