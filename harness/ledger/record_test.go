package ledger

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/replay"
)

func TestRunComesBackAsCommitted(t *testing.T) {
	l, _ := openLedger(t)
	soak := startSoak(t, l)
	tests := []struct {
		name string
		run  Run
		want func(*Run)
	}{
		{"of a soak", cycleOf(soak, 1, 1).Runs[0], nil},
		{"the largest seed", Run{Seed: 1<<64 - 1, Status: golden.StatusOK}, nil},
		{"failed", Run{Status: golden.StatusExit, Exit: 3, Message: "it\x00said \"no\"\n", Stderr: []byte("\xff\x00trace"),
			Digest: golden.Digest{9}, Place: "1:4096:3", Size: 1 << 40, Started: noon.Add(1), Duration: 25 * time.Hour, PID: 4194304}, nil},
		{"killed", Run{Status: golden.StatusSignal, Signal: "SIGSEGV", Circumstances: jsontext.Value(`{"pids":[7,8]}`)}, nil},
		{"a long standard error", Run{Status: golden.StatusExit, Stderr: []byte("lost" + strings.Repeat("x", MaxStderr))},
			func(r *Run) { r.Stderr = r.Stderr[4:] }},
	}
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := test.run
			r.RunKey, r.Workflow = RunKey{soak, i + 1, maxPosition}, "orders/é"
			commit(t, l, soak, Cycle{N: i + 1, Runs: []Run{r}})
			if test.want != nil {
				test.want(&r)
			}
			got, err := l.Run(r.RunKey)
			if diff := cmp.Diff(r, got); diff != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
	for _, k := range []RunKey{{soak, 1, 2}, {soak, 77, 1}, {99, 1, 1}} {
		if _, err := l.Run(k); !errors.Is(err, ErrNotFound) || !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), k.String()) {
			t.Errorf("run %s: %v, want ErrNotFound and its name", k, err)
		}
	}
}

func TestRunKeysPack(t *testing.T) {
	last := int64(0)
	for _, k := range []RunKey{{1, 0, 1}, {1, 0, maxPosition}, {1, 1, 0}, {1, maxCycle, maxPosition}, {2, 0, 0}, {maxSoak, maxCycle, maxPosition}} {
		if err := k.check(); err != nil {
			t.Error(err)
		}
		if got := runKey(k.id()); got != k {
			t.Errorf("%+v comes back as %+v", k, got)
		}
		if k.id() <= last {
			t.Errorf("%+v has key %d, not above %d: keys must grow", k, k.id(), last)
		}
		last = k.id()
	}
}

func TestFilterChooses(t *testing.T) {
	l, _ := openLedger(t)
	first, second := startSoak(t, l), startSoak(t, l)
	for n := 1; n <= 4; n++ {
		commit(t, l, first, cycleOf(first, n, 3))
		commit(t, l, second, cycleOf(second, n, 3))
	}
	tests := []struct {
		name   string
		filter Filter
		want   string
	}{
		{"a soak", Filter{Soak: second}, "c1r1 c1r2 c1r3 c2r1 c2r2 c2r3 c3r1 c3r2 c3r3 c4r1 c4r2 c4r3"},
		{"a workflow", Filter{Soak: first, Workflow: "io"}, "c1r1 c2r1 c3r1 c4r1"},
		{"cycles", Filter{Soak: first, FirstCycle: 2, LastCycle: 3, Workflow: "compute"}, "c2r3 c3r3"},
		{"no such soak", Filter{Soak: 3}, ""},
		{"no such workflow", Filter{Soak: first, Workflow: "x"}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for run, err := range l.Runs(test.filter) {
				if err != nil {
					t.Fatal(err)
				}
				if run.Soak != test.filter.Soak {
					t.Errorf("a run of soak %d", run.Soak)
				}
				got = append(got, run.String())
			}
			if s := strings.Join(got, " "); s != test.want {
				t.Errorf("got %s, want %s", s, test.want)
			}
		})
	}
}

func TestReplaysAndDifferences(t *testing.T) {
	l, _ := openLedger(t)
	soak := startSoak(t, l)
	long := jsontext.Value(`"` + strings.Repeat("é", MaxValue) + `"`)
	found := []Difference{
		{Difference: replay.Difference{Path: "/a", GotPath: "/b", Kind: replay.Changed, Want: jsontext.Value("1.0"), Got: jsontext.Value("9007199254740993"),
			Class: replay.ClassViolation, Cause: replay.CauseUnattributed, Suspected: true, Why: "none of these"}},
		{Difference: replay.Difference{Path: "/n", Kind: replay.Added, Got: jsontext.Value("null")}, Rule: "ignore /n"},
		{Difference: replay.Difference{Path: "/long", Kind: replay.Changed, Want: long, Got: jsontext.Value("[]"), Class: replay.ClassDerived, DerivedFrom: "/a"}},
	}
	c := cycleOf(soak, 1, 3)
	c.Replays[1] = Replay{Run: RunKey{soak, 1, 2}, Kind: ReplayCycle, Variant: "loaded", Verdict: replay.VerdictViolation, Replays: 6, Differing: 2,
		GotDigest: golden.Digest{5}, GotPlace: "1:5:0", Why: "differs in 2 of 6", Started: noon, Duration: time.Second, Restorations: 1, Found: found}
	c.Replays[2].Found = found // of a match: covered by rules, and not kept
	commit(t, l, soak, c)
	manual := Replay{Run: RunKey{soak, 1, 2}, Variant: "again", Verdict: replay.VerdictViolation, Found: slices.Repeat(found[:1], MaxDifferences+1)}
	id, err := l.AppendReplay(manual)
	if err != nil {
		t.Fatal(err)
	}

	got, err := l.Replays(RunKey{soak, 1, 2})
	if err != nil {
		t.Fatal(err)
	}
	want := []Replay{c.Replays[1], manual}
	want[0].ID, want[0].Cycle, want[0].Differences = 2, 1, 3
	want[1].ID, want[1].Kind, want[1].Differences = id, ReplayManual, MaxDifferences+1
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(Replay{}, "Found")); diff != "" {
		t.Error("replays (-want +got):\n" + diff)
	}
	var differing []int64
	for p, err := range l.NotMatching(Filter{Soak: soak, Workflow: c.Runs[1].Workflow}) {
		if err != nil {
			t.Fatal(err)
		}
		differing = append(differing, p.ID)
	}
	if diff := cmp.Diff([]int64{2, id}, differing); diff != "" {
		t.Error("not matching (-want +got):\n" + diff)
	}

	kept, err := l.Differences(2)
	if err != nil {
		t.Fatal(err)
	}
	if len(kept) != 3 {
		t.Fatalf("%d differences, want 3", len(kept))
	}
	wantKept := slices.Clone(found)
	wantKept[2].Want, wantKept[2].WantCut = kept[2].Want, len(long)
	if diff := cmp.Diff(wantKept, kept); diff != "" {
		t.Error("differences (-want +got):\n" + diff)
	}
	if v := kept[2].Want; !v.IsValid() || len(v) > MaxValue+64 || !strings.Contains(string(v), "cut: 8194 bytes") {
		t.Errorf("a long value is kept as %d bytes, valid JSON: %t, ending %s", len(v), v.IsValid(), v[len(v)-40:])
	}
	if kept, err := l.Differences(id); len(kept) != MaxDifferences || err != nil {
		t.Errorf("%d differences, %v; want the first %d", len(kept), err, MaxDifferences)
	}
	if kept, err := l.Differences(3); len(kept) != 0 || err != nil {
		t.Errorf("a match keeps %d differences, %v", len(kept), err)
	}
	if sums, _ := l.Totals(soak); sums.Replays != 3 || sums.Violation != 1 {
		t.Errorf("a replay by hand was counted: %+v", sums)
	}
}

func TestFindingsAccumulate(t *testing.T) {
	l, path := openLedger(t)
	soak := startSoak(t, l)
	see := func(n int, class replay.Class, size int64) Cycle {
		c := cycleOf(soak, n, 1)
		at := Sight{RunKey{soak, n, 1}, noon.Add(time.Duration(n) * time.Minute)}
		c.Findings = []Sighting{{Key: "f1", Workflow: "io", Cause: replay.CauseClock, Class: class, Pattern: "/a/*", Count: 2, First: at, Last: at,
			Example: jsontext.Value(`{"n":` + string(rune('0'+n)) + `}`), Shortest: at.Run, Size: size, Reproduction: "shadowrun replay " + at.Run.String()}}
		c.Rules = []RuleAudit{{Rule: "ignore /a", Matched: 3, Hid: 2, EqualAnyway: 1}}
		return c
	}
	commit(t, l, soak, see(1, replay.ClassVolatile, 50), see(2, replay.ClassViolation, 20))
	commit(t, l, soak, see(3, replay.ClassVolatile, 20))

	want := Finding{Soak: soak, Sighting: Sighting{Key: "f1", Workflow: "io", Cause: replay.CauseClock, Class: replay.ClassViolation, Pattern: "/a/*", Count: 6,
		First: Sight{RunKey{soak, 1, 1}, noon.Add(time.Minute)}, Last: Sight{RunKey{soak, 3, 1}, noon.Add(3 * time.Minute)},
		Example: jsontext.Value(`{"n":1}`), Shortest: RunKey{soak, 2, 1}, Size: 20, Reproduction: "shadowrun replay c2r1"}}
	got, err := l.Findings(soak)
	if diff := cmp.Diff([]Finding{want}, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	audits, err := l.RuleAudits(soak)
	if diff := cmp.Diff([]RuleAudit{{"ignore /a", 9, 6, 3}}, audits); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}

	a, err := Append(path)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if err := a.Accept(Acceptance{Key: "f2", Reason: "r", Until: noon}); !errors.Is(err, ErrNotFound) {
		t.Errorf("accepting what is not there: %v", err)
	}
	if err := a.Accept(Acceptance{Key: "f1"}); err == nil {
		t.Error("accepted without a reason")
	}
	for _, reason := range []string{"known", "still known"} {
		if err := a.Accept(Acceptance{Key: "f1", Reason: reason, Until: noon.Add(time.Hour), Who: "ana", At: noon}); err != nil {
			t.Fatal(err)
		}
	}
	next := startSoak(t, l)
	again := see(1, replay.ClassVolatile, 50)
	again.Runs[0].RunKey, again.Replays[0].Run.Soak = RunKey{next, 1, 1}, next
	s := &again.Findings[0]
	s.First.Run.Soak, s.Last.Run.Soak, s.Shortest.Soak = next, next, next
	commit(t, l, next, again)
	for _, soak := range []SoakID{soak, next} {
		got, err := l.Findings(soak)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(&Acceptance{"f1", "still known", noon.Add(time.Hour), "ana", noon}, got[0].Accepted); diff != "" {
			t.Errorf("soak %d (-want +got):\n%s", soak, diff)
		}
		if !got[0].AcceptedAt(noon) || got[0].AcceptedAt(noon.Add(time.Hour)) {
			t.Error("an acceptance holds until its time, and not at it")
		}
	}
}

func TestSoaksAndSessions(t *testing.T) {
	l, path := openLedger(t)
	if _, err := l.Latest(); !errors.Is(err, ErrNotFound) {
		t.Errorf("latest of none: %v", err)
	}
	soak := startSoak(t, l)
	commit(t, l, soak, cycleOf(soak, 1, 1)) // 31 s after noon; then it is killed
	if got, err := l.Active(soak); got != 31*time.Second || err != nil {
		t.Errorf("active %v, %v; want 31s: up to the last checkpoint", got, err)
	}
	n, err := l.StartSession(soak, Session{PID: 8, Environment: []byte("{}"), Started: noon.Add(time.Hour)})
	if n != 2 || err != nil {
		t.Fatalf("session %d, %v; want 2", n, err)
	}
	commit(t, l, soak, cycleOf(soak, 2, 1))
	if err := l.EndSession(soak, n, noon.Add(2*time.Hour), "done"); err != nil {
		t.Fatal(err)
	}
	if err := l.EndSoak(soak, noon.Add(2*time.Hour), "PASS"); err != nil {
		t.Fatal(err)
	}
	if got, err := l.Active(soak); got != time.Hour+31*time.Second || err != nil {
		t.Errorf("active %v, %v; want 1h0m31s", got, err)
	}
	if c, _ := l.LastCheckpoint(soak); c.Session != 2 {
		t.Errorf("the checkpoint names session %d, want 2", c.Session)
	}

	r, err := View(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	got, err := r.Latest()
	want := Soak{ID: soak, BaseSeed: 1<<64 - 1, Config: "workers: 3\n", ConfigDigest: "cd", PlanDigest: "pd", Version: "v1", Host: "here",
		Started: noon, Duration: 24 * time.Hour, Ended: noon.Add(2 * time.Hour), Outcome: "PASS"}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	sessions, err := r.Sessions(soak)
	wantSessions := []Session{
		{1, 7, "here", "boot", "b1", []byte(`{"cpus":2}`), noon, noon.Add(31 * time.Second), "killed"},
		{2, 8, "", "", "", []byte("{}"), noon.Add(time.Hour), noon.Add(2 * time.Hour), "done"},
	}
	if diff := cmp.Diff(wantSessions, sessions); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}

	if _, err := l.StartSession(soak, Session{Started: noon.Add(3 * time.Hour)}); err != nil {
		t.Fatal(err)
	}
	if s, _ := r.Soak(soak); s.Outcome != "" || !s.Ended.IsZero() {
		t.Errorf("a resumed soak has ended %v with %q", s.Ended, s.Outcome)
	}
	if err := l.EndSession(soak, 9, noon, ""); !errors.Is(err, ErrNotFound) {
		t.Errorf("ending session 9: %v", err)
	}
	if _, err := l.StartSession(9, Session{}); err == nil {
		t.Error("a session of no soak")
	}
}

func TestActionsAreAppendOnly(t *testing.T) {
	l, _ := openLedger(t)
	soak := startSoak(t, l)
	if err := l.AppendAction(Action{At: noon, Who: "ana", What: "stop", Detail: "drill"}); err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{"UPDATE actions SET who = 'bob'", "DELETE FROM actions",
		"INSERT OR REPLACE INTO actions (id, at_ns, who, what, detail) VALUES (1, 0, 'bob', '', '')"} {
		if err := l.c.one(statement); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v, want append-only", statement, err)
		}
	}
	for a, err := range l.Actions() {
		if diff := cmp.Diff(Action{1, noon, "ana", "stop", "drill"}, a); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	}
	for _, s := range []SoakID{0, soak} {
		if err := l.AppendEvent(Event{Soak: s, At: noon, Kind: "kind", Text: "text"}); err != nil {
			t.Fatal(err)
		}
		var got []Event
		for e, err := range l.Events(s) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, e)
		}
		if diff := cmp.Diff([]Event{{int64(s) + 1, s, noon, "kind", "text"}}, got); diff != "" {
			t.Errorf("events of %d (-want +got):\n%s", s, diff)
		}
	}
}

func TestGoldensMove(t *testing.T) {
	l, _ := openLedger(t)
	soak := startSoak(t, l)
	c := cycleOf(soak, 1, 4)
	for i := range c.Runs {
		c.Runs[i].Place = string(rune('a' + i))
	}
	c.Replays[0].Verdict, c.Replays[0].GotPlace, c.Replays[0].GotDigest = replay.VerdictLeak, "z", golden.Digest{7}
	at := Sight{Run: RunKey{soak, 1, 1}}
	c.Findings = []Sighting{{Key: "f", First: at, Last: at, Shortest: RunKey{soak, 1, 3}}}
	commit(t, l, soak, c)
	places := func(seq func(func(Golden, error) bool)) string {
		var s []string
		for g, err := range seq {
			if err != nil {
				t.Fatal(err)
			}
			s = append(s, g.Run.String()+"="+g.Place)
		}
		return strings.Join(s, " ")
	}
	if got, want := places(l.Goldens(soak)), "c1r1=a c1r2=b c1r3=c c1r4=d c1r1=z"; got != want {
		t.Errorf("goldens %s, want %s", got, want)
	}
	if got, want := places(l.FindingGoldens()), "c1r1=a c1r3=c c1r1=z"; got != want {
		t.Errorf("goldens of findings %s, want %s", got, want)
	}
	for range 2 { // a prune that is killed and run again tells the same moves
		if err := l.MoveGoldens([]Move{{"a", "A"}, {"b", ""}, {"z", "Z"}, {"nowhere", "N"}}); err != nil {
			t.Fatal(err)
		}
		if got, want := places(l.Goldens(0)), "c1r1=A c1r3=c c1r4=d c1r1=Z"; got != want {
			t.Errorf("goldens %s, want %s", got, want)
		}
	}
	if run, err := l.Run(RunKey{soak, 1, 2}); run.Digest.IsZero() || run.Place != "" || err != nil {
		t.Errorf("a pruned run: digest %s, place %q, %v", run.Digest, run.Place, err)
	}
	if places(l.Goldens(soak+1)) != "" {
		t.Error("goldens of no soak")
	}
}
