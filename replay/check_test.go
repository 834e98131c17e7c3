package replay

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/shadowrun/shadowrun/golden"
)

// attemptOf returns an attempt whose output is this JSON document.
func attemptOf(tb testing.TB, value string, c *Circumstances) Attempt {
	tb.Helper()
	b := golden.NewBuilder(golden.Header{Workflow: "orders", Seed: 7, Output: golden.OutputJSON}, golden.BuildOptions{})
	if err := b.Add(golden.KindOut, "", []byte(value)); err != nil {
		tb.Fatal(err)
	}
	trace, err := b.End(golden.End{Status: golden.StatusOK})
	if err != nil {
		tb.Fatal(err)
	}
	defer trace.Close()
	lines, err := trace.Bytes()
	if err != nil {
		tb.Fatal(err)
	}
	return Attempt{Lines: func() ([]byte, error) { return lines, nil }, Digest: trace.Digest(), Circumstances: c}
}

// later returns the circumstances of a run that starts n minutes after the first.
func later(n int, build string) *Circumstances {
	start := time.Date(2026, 11, 22, 10, n, 0, 0, time.UTC)
	return &Circumstances{Start: start, End: start.Add(time.Second), Build: build, Environment: "e"}
}

var errTimeout = errors.New("timed out after 20 s")

func TestCheck(t *testing.T) {
	const steady = `{"v":"approved"}`
	clock := func(n int) string { return fmt.Sprintf(`{"v":"a","w":"2026-11-22T10:%02d:00Z"}`, n) }
	at := func(n int) string { return fmt.Sprintf(`{"v":"2026-11-22T10:%02d:00Z"}`, n) }
	for _, test := range []struct {
		name    string
		golden  string
		replays []string // the last one goes on for ever; "-" is not replayable
		build   string   // of the replays; the golden's is b1
		variant string
		want    Checked
		why     string
	}{
		{name: "equal", golden: steady, replays: []string{steady},
			want: Checked{Verdict: VerdictMatch, Replays: 1}},
		{name: "not replayable once", golden: steady, replays: []string{"-", steady},
			want: Checked{Verdict: VerdictMatch, Replays: 1, NotReplayable: 1}},
		{name: "not replayable", golden: steady, replays: []string{"-"},
			want: Checked{Verdict: VerdictUnknown, NotReplayable: 2}, why: "timed out"},
		{name: "always another value", golden: steady, replays: []string{`{"v":"rejected"}`},
			want: Checked{Verdict: VerdictViolation, Replays: 6, Differing: 6, Got: 1, Agree: true}, why: "differs in 6 of 6"},
		{name: "differs once", golden: steady, replays: []string{`{"v":"rejected"}`, steady},
			want: Checked{Verdict: VerdictViolation, Replays: 6, Differing: 1, Got: 1}, why: "differs in 1 of 6"},
		{name: "differs twice", golden: steady, replays: []string{`{"v":"rejected"}`, steady, steady, `{"v":"rejected"}`, steady},
			want: Checked{Verdict: VerdictViolation, Replays: 6, Differing: 2, Got: 1}, why: "differs in 2 of 6"},
		{name: "another build, the same six times", golden: steady, replays: []string{`{"v":"rejected"}`}, build: "b2",
			want: Checked{Verdict: VerdictDrift, Replays: 6, Differing: 6, Got: 1, Agree: true}, why: "the build is not the golden's"},
		{name: "another build, but under load", golden: steady, replays: []string{`{"v":"rejected"}`}, build: "b2", variant: "loaded",
			want: Checked{Verdict: VerdictViolation, Replays: 6, Differing: 6, Got: 1}},
		{name: "another build, and not the same every time", golden: steady, replays: []string{`{"v":"rejected"}`, `{"v":"rejected"}`, `{"v":"later on"}`}, build: "b2",
			want: Checked{Verdict: VerdictViolation, Replays: 6, Differing: 6, Got: 1}},
		{name: "another build, once the golden's again", golden: steady, replays: []string{`{"v":"rejected"}`, steady, `{"v":"rejected"}`}, build: "b2",
			want: Checked{Verdict: VerdictViolation, Replays: 6, Differing: 5, Got: 1}},
		{name: "another build, once not replayable", golden: steady, replays: []string{`{"v":"rejected"}`, "-", "-", `{"v":"rejected"}`}, build: "b2",
			want: Checked{Verdict: VerdictViolation, Replays: 5, Differing: 5, NotReplayable: 2, Got: 1}},
		{name: "a clock, confirmed once", golden: at(0), replays: []string{at(1), at(2)},
			want: Checked{Verdict: VerdictLeak, Replays: 2, Differing: 2, Got: 1}},
		{name: "a clock, then no clock", golden: at(0), replays: []string{at(1), at(50), at(3), at(4), at(5), at(6)},
			want: Checked{Verdict: VerdictViolation, Replays: 6, Differing: 6, Got: 1}},
		{name: "a clock in another build is no drift", golden: at(0), replays: []string{at(1), at(2)}, build: "b2",
			want: Checked{Verdict: VerdictLeak, Replays: 2, Differing: 2, Got: 1}},
		{name: "drift beside a clock", golden: `{"t":"2026-11-22T10:00:00Z","v":"a"}`, build: "b2",
			replays: []string{
				`{"t":"2026-11-22T10:01:00Z","v":"b"}`, `{"t":"2026-11-22T10:02:00Z","v":"b"}`, `{"t":"2026-11-22T10:03:00Z","v":"b"}`,
				`{"t":"2026-11-22T10:04:00Z","v":"b"}`, `{"t":"2026-11-22T10:05:00Z","v":"b"}`, `{"t":"2026-11-22T10:06:00Z","v":"b"}`},
			want: Checked{Verdict: VerdictDrift, Replays: 6, Differing: 6, Got: 1, Agree: true}},
		{name: "another build adds a clock", golden: `{"v":"a"}`, build: "b2",
			replays: []string{clock(1), clock(2), clock(3), clock(4), clock(5), clock(6)},
			want:    Checked{Verdict: VerdictViolation, Replays: 6, Differing: 6, Got: 1, Agree: true, Among: true}, why: "replays differ from each other in what is new"},
		{name: "another build adds what is the same each time", golden: `{"v":"a"}`, build: "b2", replays: []string{clock(1)},
			want: Checked{Verdict: VerdictDrift, Replays: 6, Differing: 6, Got: 1, Agree: true}},
	} {
		t.Run(test.name, func(t *testing.T) {
			build := test.build
			if build == "" {
				build = "b1"
			}
			want := attemptOf(t, test.golden, later(0, "b1"))
			calls := 0
			got, err := Checker{Variant: test.variant}.Check(t.Context(), want, func(_ context.Context, n int) (Attempt, error) {
				calls++
				if n != calls {
					t.Errorf("attempt %d, want %d", n, calls)
				}
				value := test.replays[min(n, len(test.replays))-1]
				if value == "-" {
					return Attempt{Err: errTimeout}, nil
				}
				return attemptOf(t, value, later(n, build)), nil
			})
			if err != nil {
				t.Fatal(err)
			}
			ignored := cmpopts.IgnoreFields(Checked{}, "Differences", "Why", "Covered", "NotAligned", "Audit")
			if diff := cmp.Diff(test.want, got, ignored); diff != "" {
				t.Errorf("(-want +got):\n%s%s\n%+v", diff, got.Why, got.Differences)
			}
			if !strings.Contains(got.Why, test.why) || got.Why == "" {
				t.Errorf("why %q, want it to contain %q", got.Why, test.why)
			}
		})
	}
}

func TestCheckPoolsWhatDiffersInSomeReplaysOnly(t *testing.T) {
	want := attemptOf(t, `{"a":1,"b":1}`, later(0, "b1"))
	got, err := Checker{Again: 1}.Check(t.Context(), want, func(_ context.Context, n int) (Attempt, error) {
		return attemptOf(t, fmt.Sprintf(`{"a":%d,"b":%d}`, n, 3-n), later(n, "b1")), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, d := range got.Differences {
		paths = append(paths, d.Path)
	}
	if diff := cmp.Diff([]string{"/b", "/a"}, paths); diff != "" {
		t.Errorf("pooled paths (-want +got):\n%s", diff)
	}
	if d := got.Differences[1]; !strings.Contains(d.Why, "in 1 of the 2 replays") {
		t.Errorf("why %q does not say how often", d.Why)
	}
}

func TestCheckLooksOnlyAtDigestsWhereTheyAgree(t *testing.T) {
	want := Attempt{Digest: golden.Digest{1}, Lines: func() ([]byte, error) {
		t.Error("the lines are asked for")
		return nil, errors.New("no lines")
	}}
	got, err := Checker{}.Check(t.Context(), want, func(context.Context, int) (Attempt, error) { return want, nil })
	if err != nil || got.Verdict != VerdictMatch {
		t.Errorf("%s, %v; want a match", got.Verdict, err)
	}
}

func TestCheckNeedsToReadWhatDiffers(t *testing.T) {
	good, broken := attemptOf(t, `1`, nil), errors.New("input/output error")
	bad := Attempt{Digest: golden.Digest{1}, Lines: func() ([]byte, error) { return nil, broken }}
	for _, c := range []struct {
		name      string
		want, got Attempt
		says      string
	}{
		{"the golden", bad, good, "the golden can't be read"},
		{"the replay", good, bad, "replay 1: its trace can't be read"},
	} {
		_, err := Checker{}.Check(t.Context(), c.want, func(context.Context, int) (Attempt, error) { return c.got, nil })
		if !errors.Is(err, broken) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v, want that %s", c.name, err, c.says)
		}
	}
}

func TestCheckHonoursRules(t *testing.T) {
	rules, err := NewRuleSet([]Rule{{Path: "/v", Action: Volatile, Reason: "an outside number"}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := Checker{Rules: rules}.Check(t.Context(), attemptOf(t, `{"v":"a"}`, nil), func(context.Context, int) (Attempt, error) {
		return attemptOf(t, `{"v":"b"}`, nil), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got.Verdict != VerdictMatch || len(got.Covered) != 1 || got.Audit[0].Hidden != 1 || got.Replays != 1 {
		t.Errorf("%+v, want a match with one covered difference, audited", got)
	}
}

// What was equal to the byte is audited, too: its rules hid nothing, but they are not misspelt.
func TestCheckAuditsWhatIsEqual(t *testing.T) {
	rules, err := NewRuleSet([]Rule{
		{Path: "/v", Action: Volatile, Reason: "an outside number"},
		{Path: "/w", Action: Ignore, Reason: "it is misspelt"},
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := Checker{Rules: rules}.Check(t.Context(), attemptOf(t, `{"v":"a"}`, nil), func(context.Context, int) (Attempt, error) {
		return attemptOf(t, `{"v":"a"}`, nil), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := Audit{{Rule: rules.Rules()[0], Hits: 1, Equal: 1}, {Rule: rules.Rules()[1]}}
	if diff := cmp.Diff(want, got.Audit); diff != "" || got.Verdict != VerdictMatch || got.Why != "equal" {
		t.Errorf("%s, %q: audit (-want +got):\n%s", got.Verdict, got.Why, diff)
	}
}

func TestCheckEnds(t *testing.T) {
	broken := errors.New("no more processes")
	_, err := Checker{}.Check(t.Context(), attemptOf(t, `1`, nil), func(context.Context, int) (Attempt, error) { return Attempt{}, broken })
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), "replay 1") {
		t.Errorf("error %v, want it to wrap %v and name the replay", err, broken)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err = Checker{}.Check(ctx, attemptOf(t, `1`, nil), func(context.Context, int) (Attempt, error) {
		cancel()
		return attemptOf(t, `2`, nil), nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
}
