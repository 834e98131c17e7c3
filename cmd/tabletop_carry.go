package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/shadowrun/shadowrun/runbook"
	"github.com/shadowrun/shadowrun/runbook/drill"
	"github.com/shadowrun/shadowrun/runbook/drill/loopback"
)

// carryOut carries the scenarios out one after the other, and tells of each step.
func (t *tabletopRun) carryOut(ctx context.Context, d *drill.Drill) error {
	if t.deployed != nil {
		for _, p := range t.deployed.Before {
			if !p.Done {
				t.warn("before the drill: %s is not done", printable(p.What))
			}
		}
		return t.onDeployment(ctx, d)
	}
	var servers loopback.Servers
	var all error
	for _, s := range t.scenarios {
		if ctx.Err() != nil {
			break
		}
		if err := t.onLoopback(ctx, d, &servers, s); err != nil {
			all = err
			break
		}
	}
	return errors.Join(all, servers.Stop())
}

// onLoopback carries out a scenario with servers of its own.
func (t *tabletopRun) onLoopback(ctx context.Context, d *drill.Drill, servers *loopback.Servers, s drill.Scenario) error {
	needs := drill.Needs(t.books, s)
	if missing := loopback.Missing(needs...); len(missing) > 0 {
		why := fmt.Sprintf("it needs servers that are not here: Debian's packages %s", strings.Join(missing, ", "))
		t.warn("scenario %s is not carried out: %s", s.Name(), why)
		return d.LeaveOut(s, why)
	}
	given, err := servers.Give(ctx, s.Name(), needs)
	if err != nil {
		return err
	}
	err = t.one(ctx, d, s, drill.Options{Books: t.books, Services: given.Services, Env: given.Env})
	return errors.Join(err, given.Stop())
}

// one carries out a scenario, and says what came of it.
func (t *tabletopRun) one(ctx context.Context, d *drill.Drill, s drill.Scenario, o drill.Options) error {
	told := false // by a step
	o.Record = func(c runbook.CarriedOut) {
		told = told || c.Verdict == runbook.Fail
		t.tell(c)
	}
	result, err := d.CarryOut(ctx, s, o)
	if err == nil && result.Verdict != runbook.Pass && !told {
		t.say("scenario %s: %s: %s", s.Name(), result.Verdict, indentedLines(result.Why))
	}
	return err
}

func indentedLines(text string) string {
	return strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n  ")
}

// onDeployment carries out scenarios on what is in use. They share what they write, and work on the soak that is there.
func (t *tabletopRun) onDeployment(ctx context.Context, d *drill.Drill) error {
	dir, err := os.MkdirTemp("", "shadowrun-tabletop-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	o := drill.Options{Books: t.books, Services: t.deployed.Services(), Live: true, Destructive: t.flags.allow != ""}
	if o.Env, err = t.environment(dir); err != nil {
		return err
	}
	if t.live == nil {
		for _, s := range t.scenarios {
			if ctx.Err() != nil {
				break
			}
			if err := t.one(ctx, d, s, o); err != nil {
				return err
			}
		}
		return nil
	}
	return t.tenSteps(ctx, d, o)
}

// tenSteps carries out the steps on a deployment. What was stopped is let go on, whoever interrupts the drill, and whatever
// fails in between.
func (t *tabletopRun) tenSteps(ctx context.Context, d *drill.Drill, o drill.Options) (failed error) {
	stopped := false
	for _, l := range t.live {
		of, lifts := ctx, stopped && l.Step.ID == "tabletop-stop-off"
		if lifts {
			of = context.WithoutCancel(ctx)
		}
		if l.Refused != "" {
			left := runbook.CarriedOut{Scenario: l.Scenario.Name(), Book: l.Book.Name, Step: l.Step.ID, Block: l.Step.Block, Digest: l.Step.Digest, Why: l.Refused}
			failed = errors.Join(failed, d.NotCarriedOut(left))
			t.say("%s: not carried out: %s", l.Step.ID, l.Refused)
			continue
		}
		if !lifts && (of.Err() != nil || failed != nil) {
			continue
		}
		stopped = stopped || l.Step.ID == "tabletop-stop-on"
		failed = errors.Join(failed, t.one(of, d, l.Scenario, o))
	}
	return failed
}

// handedOn are passed on to the clients of a deployment's services: who the user is there.
var handedOn = []string{"HOME", "PGUSER", "PGPASSWORD", "PGPASSFILE", "PGSERVICEFILE", "PGSSLMODE", "PGSSLROOTCERT", "PGSSLCERT", "PGSSLKEY", "REDISCLI_AUTH"}

// soakState is the state folder of the soak of a deployment.
func (t *tabletopRun) soakState() string { return cmp.Or(t.deployed.State, t.state) }

// environment is what steps on a deployment find beside the addresses.
func (t *tabletopRun) environment(dir string) (map[string]string, error) {
	env := map[string]string{"TMPDIR": dir, "XDG_STATE_HOME": filepath.Join(dir, "state")}
	for _, name := range handedOn {
		if value, set := os.LookupEnv(name); set {
			env[name] = value
		}
	}
	if q := t.deployed.CheckpointsQuery; q != "" {
		env["SHADOWRUN_DRILL_CHECKPOINTS_QUERY"] = q
	}
	// The steps name no state folder: what they find by default is the one that is meant.
	if err := os.Mkdir(env["XDG_STATE_HOME"], 0o777); err != nil {
		return nil, err
	}
	// Or a stop could not be raised in it, and what a hook of the engine's has stopped would not be let go on.
	if err := os.MkdirAll(t.soakState(), 0o777); err != nil {
		return nil, err
	}
	return env, os.Symlink(t.soakState(), filepath.Join(env["XDG_STATE_HOME"], "shadowrun"))
}

// tell says what came of a step, when that is known.
func (t *tabletopRun) tell(s runbook.CarriedOut) {
	took := time.Duration(s.Duration) * time.Millisecond
	switch s.Verdict {
	case runbook.Pass:
		t.say("%s: pass, %v", s.Step, took)
	case runbook.Fail:
		t.say("%s: %s, %v: %s", s.Step, t.paint(red, "FAIL"), took, indentedLines(s.Why))
	default:
		t.say("%s: %s: %s", s.Step, strings.ReplaceAll(string(s.Verdict), "_", " "), s.Why)
	}
}
