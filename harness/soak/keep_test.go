package soak_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/soak"
)

// leaky writes the time, but in its first two runs; each other replay then leaves a trace of its
// own, and all of them are one finding.
const leaky = `echo x >>count
if [ "$(wc -l <count)" -le 4 ]; then echo '{"at":0}'; else echo "{\"at\":\"$(date -u +%Y-%m-%dT%H:%M:%S.%NZ)\"}"; fi`

// storedIn returns the places of all goldens that the ledger names, runs' and replays'.
func storedIn(t *testing.T, dir string) (places []string) {
	t.Helper()
	for g, err := range view(t, dir).Ledger.Goldens(0) {
		if err != nil {
			t.Fatal(err)
		}
		places = append(places, g.Place)
	}
	return places
}

func TestPrune(t *testing.T) {
	o, _ := shellSoak(t, leaky, 0)
	o.Config.Workers, o.Cycles = 1, 4
	if got := mustSoak(t, o); got.Counters.Leak == 0 || len(got.Findings) != 1 {
		t.Fatalf("%d leaks, %d findings; want some, and one", got.Counters.Leak, len(got.Findings))
	}
	before := len(storedIn(t, o.Dir))

	early := soak.PruneOptions{Before: time.Now().Add(-time.Hour), Who: "test", Now: time.Now()}
	if stats, err := soak.Prune(o.Dir, early); err != nil || stats.Dropped != 0 || stats.Kept != 8 {
		t.Errorf("nothing is that old: %+v, %v", stats, err)
	}
	late := soak.PruneOptions{Before: time.Now().Add(time.Hour), Who: "test", Now: time.Now(), DryRun: true}
	dry, err := soak.Prune(o.Dir, late)
	if err != nil || len(storedIn(t, o.Dir)) != before {
		t.Errorf("a dry run: %+v, %v, %d goldens of %d left", dry, err, len(storedIn(t, o.Dir)), before)
	}
	late.DryRun = false
	stats, err := soak.Prune(o.Dir, late)
	if err != nil {
		t.Fatal(err)
	}
	left := storedIn(t, o.Dir)
	if stats.Dropped != dry.Dropped || stats.Freed <= 0 || int(stats.Dropped)+len(left) != before {
		t.Errorf("%+v, %d of %d goldens left; a dry run said %+v", stats, len(left), before, dry)
	}
	mustVerify(t, o.Dir)

	var named []string
	s := view(t, o.Dir)
	for g, err := range s.Ledger.FindingGoldens() {
		if err != nil {
			t.Fatal(err)
		}
		named = append(named, g.Place)
	}
	if len(named) == 0 || len(named) != len(left) {
		t.Errorf("%d goldens are left, and the finding refers to %d", len(left), len(named))
	}
	_, _, err = soak.Older(s, ledger.RunKey{Soak: 1, Cycle: 1, Position: 1})
	if !errors.Is(err, harness.ErrNoGolden) || !strings.Contains(err.Error(), "it was pruned") {
		t.Errorf("a pruned run: %v, want that it was pruned", err)
	}
}

// A recheck of a run that was pruned is passed over and counted.
func TestRecheckOfAPrunedRun(t *testing.T) {
	o, _ := shellSoak(t, steadyScript, 1)
	mustSoak(t, o)
	if _, err := soak.Prune(o.Dir, soak.PruneOptions{Before: time.Now().Add(time.Hour), Who: "test", Now: time.Now()}); err != nil {
		t.Fatal(err)
	}
	o.Resume, o.Cycles = true, 3
	got := mustSoak(t, o)
	planned := harness.NewPlan(o.Config).Cycle(3).Rechecks[0]
	if planned.Cycle == 3 || got.Counters.RechecksSkipped != 1 || got.Counters.Rechecks != 1 || got.Outcome != soak.Pass {
		t.Errorf("%s; %d rechecks, %d skipped; want PASS, one each", got.Outcome, got.Counters.Rechecks, got.Counters.RechecksSkipped)
	}
	mustVerify(t, o.Dir)
}

// What changes goldens waits for no soak, and is refused while one runs.
func TestKeepingIsRefusedWhileASoakRuns(t *testing.T) {
	o, _ := shellSoak(t, steadyScript, 0)
	mustSoak(t, o)
	archive := filepath.Join(t.TempDir(), "a.tar.zst")
	operations := []struct {
		name string
		do   func() error
	}{
		{"prune", func() error {
			_, err := soak.Prune(o.Dir, soak.PruneOptions{Before: time.Now().Add(time.Hour), Who: "me", Now: time.Now()})
			return err
		}},
		{"archive", func() error { _, err := soak.Archive(o.Dir, archive, "me", time.Now()); return err }},
		{"rotate-key", func() error { _, err := soak.RotateKey(o.Dir, "me", time.Now()); return err }},
	}
	refused := map[string]bool{}
	o.Notify = func(e harness.Event) {
		for _, op := range operations {
			var held *ledger.HeldError
			if err := op.do(); errors.As(err, &held) && held.PID == os.Getpid() {
				refused[op.name] = true
			}
		}
	}
	mustSoak(t, o)
	if diff := cmp.Diff(map[string]bool{"prune": true, "archive": true, "rotate-key": true}, refused); diff != "" {
		t.Errorf("refused (-want +got)\n%s", diff)
	}
	for _, op := range []int{1, 2, 0} { // what prune leaves is no archive
		if err := operations[op].do(); err != nil {
			t.Errorf("%s: %v", operations[op].name, err)
		}
		if op > 0 {
			mustVerify(t, o.Dir)
		}
	}
	if info, err := os.Stat(archive); err != nil || info.Size() == 0 {
		t.Errorf("the archive: %v, %v", info, err)
	}
	var done []string
	for a, err := range view(t, o.Dir).Ledger.Actions() {
		if err != nil {
			t.Fatal(err)
		}
		done = append(done, a.Who+" "+a.What)
	}
	if diff := cmp.Diff([]string{"me archive", "me rotate-key", "me prune"}, done); diff != "" {
		t.Errorf("actions (-want +got)\n%s", diff)
	}
}

// A golden that was changed is named, and a recheck of it is no pass.
func TestDamagedGolden(t *testing.T) {
	o, _ := shellSoak(t, steadyScript, 1)
	mustSoak(t, o)
	segments, err := filepath.Glob(filepath.Join(soak.GoldenDir(o.Dir), "*.srs"))
	if err != nil || len(segments) == 0 {
		t.Fatalf("segments: %v, %v", segments, err)
	}
	for _, path := range segments {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text[len(text)/2] ^= 1
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	problems, _, err := soak.Verify(view(t, o.Dir))
	if err != nil || len(problems) == 0 {
		t.Errorf("golden verify: %v, %v; want problems", problems, err)
	}
	o.Resume, o.Cycles = true, 8
	got := mustSoak(t, o)
	if got.Counters.Unknown == 0 || got.Outcome != soak.Inconclusive || got.Counters.RechecksSkipped > 0 {
		t.Errorf("%s, %d unknown, %d skipped; want INCONCLUSIVE, and what is damaged unknown", got.Outcome, got.Counters.Unknown, got.Counters.RechecksSkipped)
	}
}
