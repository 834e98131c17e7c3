package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness/stop"
	"github.com/shadowrun/shadowrun/runbook"
	"github.com/shadowrun/shadowrun/runbook/drill"
	"github.com/shadowrun/shadowrun/scenarios"
)

type tabletopFlags struct {
	runbookFlags
	env, allow, journal, who string
}

func (a *app) tabletopCommand() *cobra.Command {
	var f tabletopFlags
	c := &cobra.Command{
		Use:   "tabletop [SCENARIO …]",
		Short: "Carry a runbook out, and keep the evidence",
		Long: `Carries scenarios out and keeps a journal of each step: what was typed, what it printed, whether
all that is asserted of it was so. Without --env that is a drill on this machine: PostgreSQL, Redis and
Prometheus are started on loopback, as far as a scenario asks for them, and thrown away.

With --env the ten steps of the tabletop are carried out on a deployment that is in use, which a file describes:

  version: 1
  name: production
  health_url: https://engine.example/health
  database_url: postgresql://reader@db.example/engine
  checkpoints_query: SELECT COUNT(*) FROM workflow_checkpoints
  redis_url: redis://cache.example:6379
  prometheus_url: http://prometheus.example:9090
  state: /var/lib/shadowrun         the soak's
  folder: /etc/shadowrun            of its shadowrun.yaml, which says what a stop stops; or here:
  stop: {file: /var/lib/engine/.stop}
  allowed: [tabletop-health, tabletop-redis]      default: all that is not destructive
  expect: {tabletop-checkpoints: ['^[0-9]{3,}$']}
  before: [{what: back up the database, done: true, by: mara}]
  told: [on-call, support]

There, steps that the runbook marks destructive take --allow destructive. A step that is not carried out is not certified.

Exit status: 0 CERTIFIED, 1 NOT CERTIFIED, 3 INCONCLUSIVE: nothing was carried out.`,
		Example: `  shadowrun tabletop
  shadowrun tabletop --env production.yaml --allow destructive
  shadowrun tabletop --runbook ops.md --scenarios drills`,
		RunE: func(c *cobra.Command, args []string) error { return a.tabletop(c.Context(), &f, args) },
	}
	f.addBooks(c)
	f.addScenarios(c)
	flags := c.Flags()
	flags.StringVar(&f.env, "env", "", "`file` that describes a deployment in use")
	flags.StringVar(&f.allow, "allow", "", "'destructive': steps that the runbook marks so, on a deployment")
	flags.StringVar(&f.journal, "journal", "", "`file` of the journal, which must not be there yet (default drills/TIME.jsonl in the state folder)")
	flags.StringVar(&f.who, "who", "", "who carries it out, for the record (default the user, before any sudo)")
	c.AddCommand(a.tabletopObserveCommand(), a.tabletopFollowUpCommand(), a.tabletopSignOffCommand())
	return c
}

// tabletop carries out a drill, from what the flags say to its exit status.
func (a *app) tabletop(ctx context.Context, f *tabletopFlags, names []string) error {
	t := &tabletopRun{app: a, flags: f}
	if err := t.prepare(names); err != nil {
		return err
	}
	ctx, release := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer release()
	d, err := drill.Begin(t.path, t.header(), t.books, t.scenarios)
	if err != nil {
		return err
	}
	err = t.carryOut(ctx, d)
	journal, endErr := d.End(t.required)
	standing := t.leftStopped()
	if err := errors.Join(err, endErr); err != nil {
		hints := []string{"the journal so far: " + t.path}
		var left failure
		if errors.As(standing, &left) {
			err, hints = errors.Join(err, left.error), append(left.hints, hints...)
		}
		return failure{err, exitFail, hints}
	}
	if err := a.printTabletop(t.path, journal, t.required); err != nil {
		return errors.Join(standing, err)
	}
	if standing != nil {
		return standing
	}
	switch journal.End.Verdict {
	case runbook.Certified:
		return nil
	case runbook.Inconclusive:
		return exitError(exitInconclusive)
	}
	return exitError(exitFail)
}

// tabletopRun is a drill: what it carries out, on what.
type tabletopRun struct {
	*app
	flags     *tabletopFlags
	books     []*runbook.Book
	scenarios []drill.Scenario
	live      []scenarios.Live      // of a deployment, where no scenarios were given
	deployed  *scenarios.Deployment // nil: on loopback
	stood     bool                  // an emergency stop, there, before the drill
	required  []string
	state     string
	path      string
}

func (t *tabletopRun) prepare(names []string) (err error) {
	f := t.flags
	if f.allow != "" && f.allow != "destructive" {
		return hinted(fmt.Errorf("--allow %s: want 'destructive'", f.allow))
	}
	if f.allow != "" && f.env == "" {
		return hinted(errors.New("--allow is for a deployment: on loopback nothing is in use"), "--env FILE names one")
	}
	if len(f.files) > 0 && f.scenarios == "" {
		return hinted(errors.New("--runbook without --scenarios: nothing says how its steps are carried out, and what is asserted of them"), "--scenarios DIR names a folder of *.txtar; 'shadowrun runbook --help' says what they are")
	}
	if t.state, err = t.app.state(); err != nil {
		return err
	}
	if t.books, err = f.readable(); err != nil {
		return err
	}
	if f.env != "" {
		text, err := os.ReadFile(f.env)
		if err != nil {
			return fmt.Errorf("--env: %w", err)
		}
		name, err := filepath.Abs(f.env)
		if err != nil {
			return err
		}
		if t.deployed, err = scenarios.ParseDeployment(name, text); err != nil {
			return hinted(err, "'shadowrun tabletop --help' shows one")
		}
	}
	var standing stop.State
	if t.deployed != nil {
		if standing, err = stop.Read(t.soakState()); err != nil {
			return err
		}
		t.stood = standing.On
	}
	if t.deployed != nil && f.scenarios == "" {
		if len(names) > 0 {
			return hinted(fmt.Errorf("%s: with --env it is the ten steps", strings.Join(names, " ")), "allowed: in "+f.env+" says which of them")
		}
		t.required = scenarios.Tabletop
		if t.live, err = t.deployed.Steps(t.books, f.allow != ""); err != nil {
			return err
		}
		for i, l := range t.live {
			if standing.On && l.Step.Destructive && l.Refused == "" {
				t.live[i].Refused = "an emergency stop stands already, " + standing.String() + "; it is not the drill's to lift"
			}
			t.scenarios = append(t.scenarios, l.Scenario)
		}
	} else {
		err = t.choose(names)
	}
	t.path = cmp.Or(f.journal, filepath.Join(t.state, "drills", time.Now().UTC().Format("20060102T150405.000Z")+".jsonl"))
	return err
}

// choose reads the scenarios: those named, or the tabletop of this tool, or all of somebody's.
func (t *tabletopRun) choose(names []string) error {
	all, err := scenarios.All(scenarios.Files)
	if t.flags.scenarios != "" {
		if all, err = scenarios.All(os.DirFS(t.flags.scenarios)); err == nil && len(all) == 0 {
			err = hinted(fmt.Errorf("--scenarios %s: no *.txtar is there", t.flags.scenarios), "'shadowrun runbook --help' says what a scenario is")
		}
	} else if len(names) == 0 {
		names = []string{"tabletop"}
	}
	if err != nil {
		return err
	}
	var there []string
	chosen := map[string]drill.Scenario{}
	for _, s := range all {
		s.File = filepath.Join(t.flags.scenarios, s.File)
		there = append(there, s.Name())
		chosen[s.Name()] = s
	}
	if len(names) == 0 {
		names = there
	}
	for _, name := range names {
		s, ok := chosen[strings.TrimSuffix(name, ".txtar")]
		if !ok {
			return hinted(fmt.Errorf("there is no scenario %q", name), "there are: "+strings.Join(there, ", "))
		}
		t.scenarios = append(t.scenarios, s)
	}
	t.required = requiredSteps(t.books, t.scenarios)
	return nil
}

// header says who carries out what, for whom.
func (t *tabletopRun) header() runbook.Header {
	host, err := os.Hostname()
	if err != nil {
		host = "an unnamed host" // which keeps no drill from being carried out
	}
	h := runbook.Header{Who: cmp.Or(t.flags.who, who(), fmt.Sprintf("uid %d", os.Getuid())), Host: host,
		Versions: map[string]string{"shadowrun": version()}, Environment: "loopback"}
	if t.deployed == nil {
		return h
	}
	h.Environment, h.Told = t.deployed.Name, t.deployed.Told
	for _, p := range t.deployed.Before {
		h.Before = append(h.Before, runbook.Preparation{What: p.What, Done: p.Done, By: p.By})
	}
	return h
}
