package ledger

import (
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
