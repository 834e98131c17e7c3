package mutant

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"time"
)

// Verdict says what became of a mutant.
type Verdict string

// Caught and TimedOut both mean that it was noticed. What does not compile is no mutant.
const (
	Caught      Verdict = "caught"
	TimedOut    Verdict = "timed out"
	Survived    Verdict = "survived"
	NotCompiled Verdict = "not compiled"
)

// Result is what became of one mutant.
type Result struct {
	Mutant  Mutant
	Verdict Verdict
	By      string // the suite that noticed it
	Took    time.Duration
}

// Trial runs the suites on mutants of a copy of the repository.
type Trial struct {
	Root     string // the copy
	isolated []string
	limits   map[string]time.Duration // of each suite
}

// Copy makes a copy of a commit of the repository at from. Nothing that is not committed is in it.
func Copy(ctx context.Context, from, commit, to string) error {
	archive := filepath.Join(to, ".archive")
	for _, args := range [][]string{
		{"git", "-C", from, "archive", "--output", archive, commit},
		{"tar", "-x", "-f", archive, "-C", to},
	} {
		if out, err := exec.CommandContext(ctx, args[0], args[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("%q: %w: %s", args, err, bytes.TrimSpace(out))
		}
	}
	return os.Remove(archive)
}

// Isolation is the command under which a mutant's processes see only each other: one that ends
// processes by a wrong number must not reach anybody else's.
func Isolation(ctx context.Context) ([]string, error) {
	var errs []error
	for _, as := range [][]string{nil, {"--map-root-user"}} {
		try := append([]string{"unshare", "--pid", "--fork", "--kill-child", "--mount-proc"}, as...)
		out, err := exec.CommandContext(ctx, try[0], append(try[1:], "true")...).CombinedOutput()
		if err == nil {
			return try, nil
		}
		errs = append(errs, fmt.Errorf("%q: %w: %s", try, err, bytes.TrimSpace(out)))
	}
	return nil, fmt.Errorf("no processes of their own for mutants: %w", errors.Join(errs...))
}

// Begin runs the suites without a mutant: they have to pass, and how long they take gives the time
// limits.
func Begin(ctx context.Context, root string, suites []Suite) (*Trial, error) {
	isolated, err := Isolation(ctx)
	if err != nil {
		return nil, err
	}
	t := &Trial{Root: root, isolated: isolated, limits: map[string]time.Duration{}}
	for _, s := range suites {
		compiled := s
		compiled.Command = append(slices.Clone(s.Command), "-run=^$")
		if out, err := t.command(ctx, compiled, ""); err != nil {
			return nil, fmt.Errorf("%s does not compile without any mutant: %w\n%s", s.Name, err, out)
		}
		begun := time.Now()
		if out, err := t.command(ctx, s, ""); err != nil {
			return nil, fmt.Errorf("%s fails without any mutant: %w\n%s", s.Name, err, out)
		}
		t.limits[s.Name] = 3*time.Since(begun) + 20*time.Second
	}
	return t, nil
}

// Run tries one mutant, up to the first suite that notices it.
func (t *Trial) Run(ctx context.Context, m Mutant, suites []Suite) (Result, error) {
	r := Result{Mutant: m, Verdict: Survived}
	begun := time.Now()
	overlay, remove, err := t.overlay(m)
	if err != nil {
		return r, err
	}
	defer remove()
	for _, s := range suites {
		if !slices.Contains(s.Breaks, path.Dir(m.File)) {
			continue
		}
		limited, cancel := context.WithTimeout(ctx, t.limits[s.Name])
		out, err := t.command(limited, s, overlay)
		late := limited.Err() != nil
		cancel()
		switch {
		case ctx.Err() != nil:
			return r, ctx.Err()
		case late:
			r.Verdict, r.By = TimedOut, s.Name
		case err != nil && bytes.Contains(out, []byte("[build failed]")), bytes.Contains(out, []byte("[setup failed]")):
			r.Verdict = NotCompiled
		case err != nil:
			r.Verdict, r.By = Caught, s.Name
		}
		if r.Verdict != Survived {
			break
		}
	}
	r.Took = time.Since(begun)
	return r, nil
}

// overlay writes the mutated file, and what tells the compiler of it.
func (t *Trial) overlay(m Mutant) (name string, remove func(), err error) {
	file := filepath.Join(t.Root, "harness", "pipeline", filepath.FromSlash(m.File))
	text, err := os.ReadFile(file)
	if err != nil {
		return "", nil, err
	}
	dir, err := os.MkdirTemp("", "m")
	if err != nil {
		return "", nil, err
	}
	remove = func() { os.RemoveAll(dir) }
	mutated := filepath.Join(dir, filepath.Base(file))
	name = filepath.Join(dir, "overlay.json")
	form, err := json.Marshal(map[string]map[string]string{"Replace": {file: mutated}})
	if err == nil {
		err = errors.Join(os.WriteFile(mutated, m.Apply(text), 0o666), os.WriteFile(name, form, 0o666))
	}
	if err != nil {
		remove()
		return "", nil, err
	}
	return name, remove, nil
}

// command runs a suite. What it leaves in the temporary folder goes, however it ended.
func (t *Trial) command(ctx context.Context, s Suite, overlay string) ([]byte, error) {
	temporary, err := os.MkdirTemp("", "t")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(temporary)
	args := append(slices.Clone(t.isolated), "go", "test", "-vet=off", "-count=1", "-failfast")
	if overlay != "" {
		args = append(args, "-overlay", overlay)
	}
	args = append(args, s.Command...)
	c := exec.CommandContext(ctx, args[0], args[1:]...)
	c.Dir = t.Root
	c.Env = append(c.Environ(), "TMPDIR="+temporary)
	c.WaitDelay = 5 * time.Second
	return c.CombinedOutput()
}
