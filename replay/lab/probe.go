package lab

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// Availability says whether a factor can be treated on this machine, and why not.
type Availability struct {
	Factor    string
	Available bool
	Why       string // "" where it is available
}

// probeLimit bounds one probe program.
const probeLimit = 20 * time.Second

// Probe tries each factor of the lab's for real: one is available only if a probe program, which is this binary again, sees what
// is due at two levels of it. self is how this binary is started again, as in [Task.Command]; scratch is an existing
// private folder, which the caller removes. The factors come in the order of [Factors]; external is not the lab's and not among
// them. Probing changes nothing on the machine, and takes some tenths of a second.
//
// Where factors are named, only those are probed.
func Probe(ctx context.Context, self []string, scratch string, factors ...string) []Availability {
	p := prober{self: self, scratch: scratch, only: factors}
	if err := p.furnish(); err != nil {
		return p.all(err)
	}
	var names []string
	byGroup := map[string][]proof{}
	for _, f := range proofs() {
		if !p.wants(f.factor) {
			continue
		}
		if byGroup[f.group] == nil {
			names = append(names, f.group)
		}
		byGroup[f.group] = append(byGroup[f.group], f)
	}
	results := make([]map[string]error, len(names))
	var work errgroup.Group
	for i, name := range names {
		work.Go(func() error {
			results[i] = p.group(ctx, name, byGroup[name])
			return nil
		})
	}
	work.Wait()
	found := map[string]error{}
	for _, r := range results {
		maps.Copy(found, r)
	}
	var all []Availability
	for _, f := range Factors() {
		if !p.wants(f.Name) {
			continue
		}
		err, probed := found[f.Name]
		if !probed {
			err = errors.New("nothing probes it")
		}
		all = append(all, availability(f.Name, err))
	}
	return all
}

func availability(factor string, err error) Availability {
	if err == nil {
		return Availability{Factor: factor, Available: true}
	}
	why := strings.TrimPrefix(strings.TrimPrefix(err.Error(), "lab: "), factor+": ")
	return Availability{Factor: factor, Why: why}
}

// prober starts probe programs.
type prober struct {
	self    []string
	scratch string
	only    []string // factors; empty: all that are the lab's
}

func (p prober) wants(name string) bool {
	f, ok := factorByName(name)
	return ok && f.Needs != NeedsTheWorkflow && (len(p.only) == 0 || slices.Contains(p.only, name))
}

// all says the same of every factor.
func (p prober) all(err error) (all []Availability) {
	for _, f := range Factors() {
		if p.wants(f.Name) {
			all = append(all, availability(f.Name, err))
		}
	}
	return all
}

// furnish makes the folder that probe programs work in.
func (p prober) furnish() error {
	listed := filepath.Join(p.scratch, "furnished", listedDir)
	if err := os.MkdirAll(listed, 0o700); err != nil {
		return err
	}
	for i := range 12 {
		if err := os.WriteFile(filepath.Join(listed, strconv.Itoa(i*37%100)), nil, 0o600); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(p.scratch, "furnished", keptFile), nil, 0o600)
}

// group probes the factors of a group in the same runs. Where one of those fails as a whole, each factor is probed by itself, so that
// it is known whose failure it was.
func (p prober) group(ctx context.Context, name string, group []proof) map[string]error {
	found := map[string]error{}
	a, err := p.look(ctx, name, group)
	if err != nil && len(group) > 1 {
		var work errgroup.Group
		work.SetLimit(2 * runtime.NumCPU())
		errs := make([]error, len(group))
		for i, f := range group {
			work.Go(func() error {
				errs[i] = p.alone(ctx, f.factor, f)
				return nil
			})
		}
		work.Wait()
		for i, f := range group {
			found[f.factor] = errs[i]
		}
		return found
	}
	for _, f := range group {
		if found[f.factor] = err; err == nil {
			found[f.factor] = f.judge(a)
		}
		for try := 2; found[f.factor] != nil && f.factor == "scheduling" && try <= scheduleTries; try++ {
			found[f.factor] = p.alone(ctx, fmt.Sprint(f.factor, try), f)
		}
	}
	return found
}

// scheduleTries is how often scheduling is probed before it is not available: where others keep all CPUs
// busy, one look may come out wrong.
const scheduleTries = 3

// alone probes one factor by itself.
func (p prober) alone(ctx context.Context, name string, f proof) error {
	a, err := p.look(ctx, name, []proof{f})
	if err != nil {
		return err
	}
	return f.judge(a)
}

// judge looks at what was seen under the levels of one factor.
func (f proof) judge(a arms) error {
	factor, ok := factorByName(f.factor)
	if !ok {
		return unknownFactor(f.factor)
	}
	a.pinLevel, a.varyLevel = probedAt(factor)
	return f.shows(a)
}

// look runs three probe programs: all factors of a group pinned, the same again, and all varied.
func (p prober) look(ctx context.Context, name string, group []proof) (a arms, err error) {
	pinned, varied := Treatment{}, Treatment{}
	for _, f := range group {
		factor, ok := factorByName(f.factor)
		if !ok {
			return arms{}, unknownFactor(f.factor)
		}
		pin, vary := probedAt(factor)
		if pin != "" {
			pinned[f.factor] = pin
		}
		if vary != "" {
			varied[f.factor] = vary
		}
	}
	work, ctx := errgroup.WithContext(ctx)
	for _, one := range []struct {
		arm  string
		t    Treatment
		seen *sight
	}{{"pin", pinned, &a.pin}, {"again", pinned, &a.again}, {"vary", varied, &a.vary}} {
		work.Go(func() (err error) {
			*one.seen, err = p.run(ctx, name+"-"+one.arm, one.t)
			return err
		})
	}
	return a, work.Wait()
}

// run runs one probe program.
func (p prober) run(ctx context.Context, name string, t Treatment) (s sight, err error) {
	scratch := filepath.Join(p.scratch, name)
	if err := os.Mkdir(scratch, 0o700); err != nil {
		return s, err
	}
	task := Task{Treatment: t, Argv: p.self, Dir: filepath.Join(p.scratch, "furnished"), Scratch: scratch,
		Report: filepath.Join(scratch, "report"), Watchdog: probeLimit,
		Env: []string{variable + "=" + probeOrder, "PATH=" + os.Getenv("PATH")}}
	argv, env, err := task.Command(p.self)
	if err != nil {
		return s, err
	}
	c := exec.CommandContext(ctx, argv[0], argv[1:]...)
	c.Env = env
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	ended := c.Run()
	report, err := ReadReport(task.Report)
	switch {
	case ctx.Err() != nil:
		return s, context.Cause(ctx)
	case err == nil && report.Error != "":
		return s, errors.New(report.Error)
	case err == nil && report.Watchdog:
		return s, fmt.Errorf("a probe program did not end within %s", probeLimit)
	case ended != nil:
		return s, fmt.Errorf("a probe program failed: %w: %s", ended, bytes.TrimSpace(stderr.Bytes()))
	case err != nil:
		return s, err
	}
	if err := json.Unmarshal(stdout.Bytes(), &s); err != nil {
		return s, fmt.Errorf("what a probe program printed: %w", err)
	}
	return s, nil
}

// Unavailable returns those factors of a treatment that are not available, with why, in the order of their names.
func (t Treatment) Unavailable(probed []Availability) (missing []Availability) {
	for _, name := range slices.Sorted(maps.Keys(t)) {
		for _, a := range probed {
			if a.Factor == name && !a.Available {
				missing = append(missing, a)
			}
		}
	}
	return missing
}
