package drill

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/shadowrun/shadowrun/runbook"
)

// step carries out one step: step ID DIGEST
func step(r *run, args []string) error {
	line, args := lineOf(args)
	return carryOutStep(r, line, args, r.script.exits[line])
}

// procedure carries out all steps of a procedure, until one fails: procedure ID DIGEST
func procedure(r *run, args []string) error {
	line, args := lineOf(args)
	return carryOutProcedure(r, line, args, r.script.exits[line])
}

func carryOutStep(r *run, line int, args []string, exit int) error {
	if len(args) != 2 {
		return usage("step ID DIGEST")
	}
	r.settlePassed() // the script came this far
	if err := r.reviewed(); err != nil {
		return err
	}
	book, s, err := runbook.FindStep(r.Books, args[0])
	if err != nil {
		return err
	}
	if s.Digest != args[1] {
		return r.stale(line, where(book, s.Line), "step", args, s.Digest)
	}
	if s.Manual != "" {
		return fmt.Errorf("%s: step %s is for a person: %s", where(book, s.Line), s.ID, s.Manual)
	}
	return r.carryOut(line, book, []*runbook.Step{s}, exit)
}

func carryOutProcedure(r *run, line int, args []string, exit int) error {
	if len(args) != 2 {
		return usage("procedure ID DIGEST")
	}
	r.settlePassed() // the script came this far
	if err := r.reviewed(); err != nil {
		return err
	}
	book, p, err := runbook.FindProcedure(r.Books, args[0])
	if err != nil {
		return err
	}
	if digest := p.Digest(); digest != args[1] {
		return r.stale(line, where(book, p.Line), "procedure", args, digest)
	}
	return r.carryOut(line, book, p.Steps, exit)
}

func where(book *runbook.Book, line int) string { return fmt.Sprintf("%s.md:%d", book.Name, line) }

// reviewed holds all that the scenario carries out to what was reviewed, before its first step: a procedure
// that is carried out by half is worse than none. What else is wrong with a use is said where it stands.
func (r *run) reviewed() error {
	if r.held {
		return nil
	}
	r.held = true
	s, _ := runbook.ScanScenario(r.scenario.Name(), r.scenario.Text)
	for _, u := range s.Uses {
		kind, digest, at := "step", "", ""
		if book, s, err := runbook.FindStep(r.Books, u.Name); err == nil && !u.Whole {
			digest, at = s.Digest, where(book, s.Line)
		} else if book, p, err := runbook.FindProcedure(r.Books, u.Name); err == nil && u.Whole {
			kind, digest, at = "procedure", p.Digest(), where(book, p.Line)
		}
		if digest != "" && u.Reviewed != "" && u.Reviewed != digest {
			return r.stale(u.Line, at, kind, []string{u.Name, u.Reviewed}, digest)
		}
	}
	return nil
}

// stale says that a block is not the one that was reviewed.
func (r *run) stale(line int, where, kind string, args []string, digest string) error {
	return fmt.Errorf(`%s: %s %s is not as it was reviewed: nothing was carried out
  reviewed: digest %s (%s:%d)
  now:      digest %s
  review the commands and what the scenario asserts of them, then write there
    %s %s %s`, where, kind, args[0], args[1], r.scenario.File, line, digest, kind, args[0], digest)
}

// carryOut carries out steps of one procedure. All that can be wrong beforehand is found before the first one begins.
func (r *run) carryOut(line int, book *runbook.Book, steps []*runbook.Step, exit int) error {
	blocks := make([]string, len(steps))
	for i, s := range steps {
		if s.Destructive && r.Live && !r.Destructive {
			return fmt.Errorf("%s: step %s is destructive: it is not carried out on what is in use without --allow destructive", where(book, s.Line), s.ID)
		}
		block, err := s.Bind(r.values)
		if err != nil && s.Manual == "" {
			return fmt.Errorf("%s: %w; nothing was carried out", where(book, s.Line), err)
		}
		blocks[i] = block
	}
	env, err := r.scriptEnvironment()
	if err != nil {
		return err
	}
	for i, s := range steps {
		if s.Manual != "" {
			left := r.record(line, book, s, false)
			left.Verdict, left.Why = runbook.ByHand, s.Manual
			r.pending = append(r.pending, left)
			continue
		}
		asserted := r.script.asserted[line] && i == len(steps)-1
		if failed, err := r.one(r.record(line, book, s, asserted), s, blocks[i], env, exit); failed || err != nil {
			return err
		}
	}
	if exit != 0 && r.last.Exit != exit {
		return fmt.Errorf("exit status %d, want %d", r.last.Exit, exit)
	}
	return nil
}

// one carries out one step, and reports whether those after it are not to be.
func (r *run) one(done record, s *runbook.Step, block string, env map[string]string, exit int) (failed bool, err error) {
	who := done.where() + ": step " + s.ID
	done.Block, done.Started = block, time.Now().UTC()
	c, noted, err := r.inShell(s, block, env)
	if err != nil {
		return true, fmt.Errorf("%s: %w", who, err)
	}
	r.last = &c
	fmt.Fprint(r.ts.Stdout(), c.Stdout)
	fmt.Fprint(r.ts.Stderr(), c.Stderr)
	done.Duration, done.Exit, done.Stdout, done.Stderr, done.Why = time.Since(done.Started).Milliseconds(), c.Exit, c.Stdout, c.Stderr, noted
	r.pending = append(r.pending, done)
	switch wrong := runbook.Match(s.Expect, c.Stdout); {
	case c.Cut != "":
		return true, fmt.Errorf("%s was cut off: %s", who, c.Cut)
	case c.Exit != 0 && c.Exit != exit:
		return true, fmt.Errorf("%s: exit status %d, want %d", who, c.Exit, exit)
	case s.Expect != "" && wrong != nil:
		return true, fmt.Errorf("%s did not print what the runbook says: %w", who, wrong)
	}
	return c.Exit != 0, nil
}

// inShell has the shell of the step's procedure carry out a block. A new procedure gets a new shell, and so does a step
// after one that ended it, which is noted.
func (r *run) inShell(s *runbook.Step, block string, env map[string]string) (c carried, noted string, err error) {
	cwd := r.ts.MkAbs(".")
	if r.shell != nil && (r.within != s.Procedure || r.shell.hasEnded()) {
		if r.within == s.Procedure {
			noted = "the shell was new: the step before had ended it"
		}
		r.shell.close()
		r.shell = nil
	}
	if r.shell == nil {
		dir, err := os.MkdirTemp(r.dir, "shell-")
		if err != nil {
			return c, noted, err
		}
		if r.shell, err = startShell(dir, cwd, env); err != nil {
			return c, noted, err
		}
		r.within = s.Procedure
	}
	c, err = r.shell.carryOut(r.ctx, s.ID, block, cwd, env, r.Limit)
	return c, noted, err
}

// scriptEnvironment asks a process of the script for the environment, which testscript doesn't tell.
func (r *run) scriptEnvironment() (map[string]string, error) {
	file := filepath.Join(r.dir, "environment")
	if err := r.ts.Exec("sh", "-c", `env -0 >"$1"`, "sh", file); err != nil {
		return nil, fmt.Errorf("read the environment: %w", err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	env := map[string]string{}
	for _, pair := range strings.Split(strings.TrimSuffix(string(text), "\x00"), "\x00") {
		// What a shell sets by itself is no business of the script's, nor are names that no shell could set.
		switch name, value, _ := strings.Cut(pair, "="); name {
		case "PWD", "OLDPWD", "SHLVL", "_", "/", ":", "$":
		default:
			env[name] = value
		}
	}
	return env, nil
}
