//go:build linux && amd64

package lab

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"
)

var update = flag.Bool("update", false, "measure anew, and write testdata/pinned.md")

const (
	pinnedFile    = "testdata/pinned.md"
	untreatedRuns = 10
	pinnedRuns    = 50
	checkedRuns   = 5
	pinnedAtATime = 2 // programs, of each of which one run at a time
	updateAtATime = 6 // when all are measured, so beside load
	identical     = "identical"
)

// pinnedTreatment is every factor that is the lab's and has a level to be pinned at, but the one that holds up who waits.
func pinnedTreatment() Treatment {
	t := Treatment{}
	for _, f := range Factors() {
		if level, err := f.defaultLevel(true); err == nil && f.Needs != NeedsTheWorkflow && f.Name != "monotonic" {
			t[f.Name] = level
		}
	}
	return t
}

// TestPinned holds programs that testdata/pinned.md calls identical to that, in fewer runs. With -update it
// makes the file.
func TestPinned(t *testing.T) {
	needPinned(t)
	if *update {
		writePinned(t)
		return
	}
	text, err := os.ReadFile(pinnedFile)
	if err != nil {
		t.Fatal(err)
	}
	documented, rows := documentedRows(string(text)), 0
	for _, language := range pinnedLanguages {
		rows += len(language.sources)
		t.Run(language.name, func(t *testing.T) {
			var promised []pinnedSource
			for _, source := range language.sources {
				switch remains, ok := documented[language.name+", "+source.what]; {
				case !ok:
					t.Errorf("%s has no row for %s; run this with -update", pinnedFile, source.what)
				case remains == identical:
					promised = append(promised, source)
				}
			}
			if len(promised) == 0 {
				t.Fatalf("%s calls nothing identical", pinnedFile)
			}
			r := newPinnedRunner(t, language)
			r.each(promised, func(dir string, source pinnedSource) error {
				got, err := r.outputs(dir, source, pinnedTreatment(), checkedRuns)
				if err == nil && len(got) > 1 {
					err = fmt.Errorf("%s: called identical in %s, and in %d runs it printed\n%s", source.what, pinnedFile, checkedRuns, got)
				}
				return err
			})
		})
	}
	if len(documented) != rows {
		t.Errorf("%s has %d rows, want %d; run this with -update", pinnedFile, len(documented), rows)
	}
}

// needPinned skips a test where not all that can be pinned elsewhere can be here, as in most containers.
func needPinned(t *testing.T) {
	t.Helper()
	missing := pinnedTreatment().Unavailable(Probe(t.Context(), self(t), t.TempDir()))
	if len(missing) == 0 {
		return
	}
	if *update || os.Getenv("CI") != "" && os.Getenv("SHADOWRUN_NO_NAMESPACES") == "" {
		t.Fatalf("not all can be pinned here (SHADOWRUN_NO_NAMESPACES=1 where that is as it should be): %v", missing)
	}
	t.Skipf("NOT TESTED: not all can be pinned here: %v", missing)
}

// outputs are what a program printed, and in how many runs.
type outputs map[string]int

func (o outputs) String() string {
	var lines []string
	for _, text := range slices.Sorted(maps.Keys(o)) {
		lines = append(lines, fmt.Sprintf("%d × %q", o[text], text))
	}
	return strings.Join(lines, "\n")
}

// others is in how many runs it printed something other than most often.
func (o outputs) others() (runs int) {
	most := 0
	for _, n := range o {
		runs, most = runs+n, max(most, n)
	}
	return runs - most
}

// pinnedRunner runs the programs of a language.
type pinnedRunner struct {
	t       *testing.T
	program []string
	home    string // of all folders
	listed  string
}

func newPinnedRunner(t *testing.T, language pinnedLanguage) *pinnedRunner {
	t.Helper()
	r := &pinnedRunner{t: t, program: language.program(t), home: t.TempDir(), listed: t.TempDir()}
	// Files in memory are listed by age, so that their order can be another one each time.
	if dir, err := os.MkdirTemp("/dev/shm", "lab-"); err == nil {
		t.Cleanup(func() { os.RemoveAll(dir) })
		r.listed = dir
	}
	return r
}

// each calls f for every source, some at a time, with a name for the source's folders.
func (r *pinnedRunner) each(sources []pinnedSource, f func(name string, source pinnedSource) error) {
	r.t.Helper()
	errs := make([]error, len(sources))
	var all errgroup.Group
	all.SetLimit(pinnedAtATime)
	if *update {
		all.SetLimit(updateAtATime)
	}
	for i, source := range sources {
		all.Go(func() error {
			errs[i] = f(fmt.Sprintf("%02d", i), source)
			return nil
		})
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		r.t.Error(err)
	}
}

// outputs runs a program one time after the other at one path; untreated where there is no treatment at all.
func (r *pinnedRunner) outputs(name string, source pinnedSource, treatment Treatment, runs int) (outputs, error) {
	seen := outputs{}
	for n := range runs {
		text, err := r.run(name, source, treatment, uint64(n))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", source.what, err)
		}
		seen[text]++
	}
	return seen, nil
}

// run runs a program once more where the lab itself failed, as the harness does.
func (r *pinnedRunner) run(name string, source pinnedSource, treatment Treatment, n uint64) (text string, err error) {
	for range 3 {
		if text, err = r.runOnce(name, source, treatment, n); !errors.Is(err, errLab) {
			break
		}
		r.t.Logf("%s: %v", source.what, err)
	}
	return text, err
}

var errLab = errors.New("the lab failed")

// runOnce runs a program, in folders that are new and have the names that they had before.
func (r *pinnedRunner) runOnce(name string, source pinnedSource, treatment Treatment, n uint64) (string, error) {
	home, listed := filepath.Join(r.home, name), filepath.Join(r.listed, name)
	for _, dir := range []string{filepath.Join(home, "here"), filepath.Join(home, "tmp"), filepath.Join(home, "scratch"), listed} {
		if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o700)); err != nil {
			return "", err
		}
	}
	for _, i := range rand.New(rand.NewPCG(n, 0)).Perm(12) {
		if err := os.WriteFile(filepath.Join(listed, fmt.Sprintf("file%d", i)), nil, 0o600); err != nil {
			return "", err
		}
	}
	scratch := filepath.Join(home, "scratch")
	task := Task{
		Treatment: treatment, Argv: append(slices.Clone(r.program), source.key, listed), Dir: filepath.Join(home, "here"),
		Env:     []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "TMPDIR=" + filepath.Join(home, "tmp"), "LC_ALL=C.UTF-8", "TZ=UTC"},
		Scratch: scratch, Report: filepath.Join(scratch, "report"), Watchdog: atMost,
	}
	cmd := exec.Command(task.Argv[0], task.Argv[1:]...)
	cmd.Env, cmd.Dir = task.Env, task.Dir
	if treatment != nil {
		argv, env, err := task.Command(self(r.t))
		if err != nil {
			return "", err
		}
		cmd = exec.Command(argv[0], argv[1:]...)
		cmd.Env = env
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	ended := cmd.Run()
	if treatment != nil {
		if report, err := ReadReport(task.Report); err != nil || report.Error != "" || len(report.Uncovered) > 0 {
			return "", fmt.Errorf("%w: %v %s %v: %s", errLab, err, report.Error, report.Uncovered, &stderr)
		}
	}
	if ended != nil {
		return "", fmt.Errorf("%w: %s", ended, &stderr)
	}
	return stdout.String(), nil
}
