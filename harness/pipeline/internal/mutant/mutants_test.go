package mutant_test

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/shadowrun/shadowrun/harness/pipeline/internal/mutant"
)

var (
	which  = flag.String("mutants", "", "try mutants: all, a number of them by the seed, or IDs with commas")
	seed   = flag.Uint64("mutants.seed", 1, "which of them a number means, and their order")
	jobs   = flag.Int("mutants.jobs", 1, "how many at once")
	commit = flag.String("mutants.at", "HEAD", "the commit whose mutants they are")
	record = flag.String("mutants.record", "", "a `file` of results, to go on where a trial was ended")
)

const (
	top          = "../../../.."
	explanations = "../../testdata/mutants.md"
)

func explained(t *testing.T) []mutant.Explanation {
	t.Helper()
	text, err := os.ReadFile(explanations)
	if err != nil {
		t.Fatal(err)
	}
	found, err := mutant.ParseExplanations("harness/pipeline/testdata/mutants.md", string(text))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestMutants tries mutants where -mutants says which: make mutants. It takes seconds for each.
func TestMutants(t *testing.T) {
	if *which == "" {
		t.Skip("hours of work: make mutants")
	}
	ctx := t.Context()
	revision, err := exec.CommandContext(ctx, "git", "-C", top, "rev-parse", *commit).Output()
	if err != nil {
		t.Fatal(err)
	}
	root, err := os.MkdirTemp("", "mutants")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(root)
	if err := mutant.Copy(ctx, top, *commit, root); err != nil {
		t.Fatal(err)
	}
	all, err := mutant.Generate(filepath.Join(root, "harness", "pipeline"))
	if err != nil {
		t.Fatal(err)
	}
	picked, err := mutant.Sample(all, *which, *seed)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d of %d mutants of %.12s, seed %d", len(picked), len(all), revision, *seed)
	results := try(t, root, picked, mutant.Record{Commit: strings.TrimSpace(string(revision)), Name: *record})
	t.Logf("\n%s", mutant.Table(results))
	unexplained, idle := mutant.Explain(all, results, explained(t))
	for _, m := range unexplained {
		t.Errorf("%s survived: write a test that notices it, or say why not in testdata/mutants.md\n%s", m.ID(), m.Block())
	}
	for _, e := range idle {
		t.Errorf("testdata/mutants.md:%d explains what is noticed, or is not there: strike it out", e.Line)
	}
	if noticed := mutant.Percent(results); noticed < 90 {
		t.Errorf("%.1f %% were noticed: want 90", noticed)
	}
}

func try(t *testing.T, root string, picked []mutant.Mutant, r mutant.Record) []mutant.Result {
	t.Helper()
	known := map[string]mutant.Result{}
	if r.Name != "" {
		var err error
		if known, err = r.Known(); err != nil {
			t.Fatal(err)
		}
	}
	trial, err := mutant.Begin(t.Context(), root, mutant.Suites)
	if err != nil {
		t.Fatal(err)
	}
	group, ctx := errgroup.WithContext(t.Context())
	group.SetLimit(*jobs)
	var mu sync.Mutex
	var results []mutant.Result
	for _, m := range picked {
		if result, ok := known[m.ID()]; ok {
			result.Mutant = m
			results = append(results, result)
		}
	}
	for _, m := range picked {
		if _, ok := known[m.ID()]; ok {
			continue
		}
		group.Go(func() error {
			result, err := trial.Run(ctx, m, mutant.Suites)
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			results = append(results, result)
			t.Logf("%d of %d, %.1f %% noticed: %s %s %s, %.1fs", len(results), len(picked), mutant.Percent(results),
				m.ID(), result.Verdict, result.By, result.Took.Seconds())
			if r.Name == "" {
				return nil
			}
			return r.Add(result)
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	return results
}
