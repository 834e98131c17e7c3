package gate

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/soak"
	"github.com/shadowrun/shadowrun/replay"
)

// Gate compares what this build does with goldens in a folder. [Gate.Open] comes first.
type Gate struct {
	Config    harness.Config     // valid, with its defaults, and all its workflows
	Workflows []harness.Workflow // those of them that are Go values
	StateDir  string             // absolute; runs have their folders in it
	Scope     Scope
	Notify    func(Result) // of each case when it is done, one at a time; nil: nobody watches

	folder  *golden.Folder
	dir     string // of the goldens, absolute
	cases   []Case // within the scope
	made    circumstances
	runners map[string]*harness.Runner
}

// Open makes the gate ready. The caller closes it.
func (g *Gate) Open() (err error) {
	if g.cases, err = g.Scope.Within(Cases(g.Config)); err != nil {
		return err
	}
	g.dir = g.Config.Gate.Goldens
	if !filepath.IsAbs(g.dir) {
		g.dir = filepath.Join(g.Config.Dir, g.dir)
	}
	if g.folder, err = golden.OpenFolder(g.dir); err != nil {
		return err
	}
	if g.made, err = readCircumstances(g.dir); err != nil {
		return err
	}
	g.runners = map[string]*harness.Runner{}
	for _, c := range g.cases {
		if g.runners[c.Workflow] != nil {
			continue
		}
		r := g.newRunner(c.Workflow)
		if err := r.Prepare(); err != nil {
			return errors.Join(err, g.Close())
		}
		g.runners[c.Workflow] = r
	}
	return nil
}

// newRunner returns a workflow's own runner: its runs have their ids, and so their folders, to themselves.
func (g *Gate) newRunner(name string) *harness.Runner {
	config := g.Config
	config.Workflows = nil
	for _, w := range g.Config.Workflows {
		if w.Name == name {
			config.Workflows = append(config.Workflows, w)
		}
	}
	return &harness.Runner{Config: config, Workflows: g.Workflows, StateDir: filepath.Join(g.StateDir, name), SoakID: "gate"}
}

// Close ends what runs share.
func (g *Gate) Close() error {
	var errs []error
	for _, r := range g.runners {
		errs = append(errs, r.Close())
	}
	return errors.Join(errs...)
}

// Dir returns the folder of the goldens, absolute.
func (g *Gate) Dir() string { return g.dir }

// Signing is the command that signs the goldens as they are.
func (g *Gate) Signing() string {
	dir := g.dir
	if here, err := os.Getwd(); err == nil {
		if inside, err := filepath.Rel(here, dir); err == nil && filepath.IsLocal(inside) {
			dir = inside
		}
	}
	return "shadowrun golden sign --dir " + soak.ShellQuote(dir)
}

// Check checks every case, as many at once as there are workers, and names what is wrong with the goldens
// themselves. Of what ctx ends, the rest is skipped.
func (g *Gate) Check(ctx context.Context) (Report, error) {
	report := Report{FailOn: g.Config.Gate.FailOn}
	problems, err := g.folder.Verify(nil)
	if err != nil {
		return report, err
	}
	report.Problems = g.ofFolder(problems)
	entries, err := g.folder.List()
	switch {
	case err != nil && len(report.Problems) > 0: // which say why, once
		report.Results = g.uncompared("nothing can be compared with goldens before goldens.sum can be read")
	case err != nil:
		return report, err
	default:
		report.Results = append(g.checkAll(ctx), g.orphans(entries)...)
	}
	return report, nil
}

// Problems names what is wrong now with the goldens themselves.
func (g *Gate) Problems() ([]golden.Problem, error) {
	problems, err := g.folder.Verify(nil)
	return g.ofFolder(problems), err
}

// checkAll checks the cases, and tells of each.
func (g *Gate) checkAll(ctx context.Context) []Result {
	results := make([]Result, len(g.cases))
	var telling sync.Mutex
	g.each(len(g.cases), func(i int) {
		results[i] = g.check(ctx, g.cases[i])
		if g.Notify != nil {
			telling.Lock()
			defer telling.Unlock()
			g.Notify(results[i])
		}
	})
	return results
}

// uncompared are the results where no case can be compared with anything.
func (g *Gate) uncompared(why string) []Result {
	var results []Result
	for _, c := range g.cases {
		results = append(results, Result{Case: c, Golden: g.pathOf(c), Verdict: replay.VerdictUnknown, Why: why})
	}
	return results
}

// each does a number of things, as many at once as there are workers.
func (g *Gate) each(n int, do func(int)) {
	var group errgroup.Group
	group.SetLimit(g.Config.Workers)
	for i := range n {
		group.Go(func() error {
			do(i)
			return nil
		})
	}
	group.Wait()
}

// ofFolder returns the problems that are no single golden's: a case finds its own. A file that goldens.sum does not name is
// nobody's, unless it lies where a case has its golden.
func (g *Gate) ofFolder(problems []golden.Problem) []golden.Problem {
	ours := map[string]bool{}
	for _, c := range Cases(g.Config) {
		ours[golden.FolderEntry{Workflow: c.Workflow, Seed: c.Seed}.Path()] = true
	}
	var rest []golden.Problem
	for _, p := range problems {
		if p.Kind == golden.ProblemUnsigned {
			p.Detail += ": " + g.Signing()
		}
		if filepath.Ext(p.Golden) != ".golden" || p.Kind == golden.ProblemOrphan && !ours[p.Golden] {
			rest = append(rest, p)
		}
	}
	return rest
}

// orphans returns the goldens within the scope that no case of the configuration has.
func (g *Gate) orphans(entries []golden.FolderEntry) []Result {
	cases := map[Case]bool{}
	for _, c := range Cases(g.Config) {
		cases[c] = true
	}
	var orphans []Result
	for _, e := range entries {
		c := Case{e.Workflow, e.Seed}
		if !cases[c] && g.Scope.holds(c) {
			orphans = append(orphans, Result{Case: c, Verdict: Orphan, Golden: g.pathOf(c),
				Why: "the configuration has no such workflow, or gives it no such seed"})
		}
	}
	return orphans
}

// pathOf returns a golden's file, from the configuration's folder where it lies below that.
func (g *Gate) pathOf(c Case) string {
	path := filepath.Join(g.dir, filepath.FromSlash(golden.FolderEntry{Workflow: c.Workflow, Seed: c.Seed}.Path()))
	if inside, err := filepath.Rel(g.Config.Dir, path); err == nil && filepath.IsLocal(inside) {
		return inside
	}
	return path
}

// older is a golden as something to be replayed.
func (g *Gate) older(c Case, t *golden.Trace) harness.OlderRun {
	return harness.OlderRun{Trace: t, Circumstances: g.made.of(c, t.Digest())}
}

func (g *Gate) runner(c Case) (*harness.Runner, error) {
	if r := g.runners[c.Workflow]; r != nil {
		return r, nil
	}
	return nil, fmt.Errorf("%s: not within the gate's scope", c)
}
