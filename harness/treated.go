package harness

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness/internal/proc"
	"github.com/shadowrun/shadowrun/replay"
	"github.com/shadowrun/shadowrun/replay/external"
	"github.com/shadowrun/shadowrun/replay/lab"
)

// Treated says how to execute a run in an experiment.
type Treated struct {
	Lab    lab.Treatment // nil: outside the lab; empty: in it, a placebo
	Mode   external.Mode // of outside calls; empty: the workflow's
	Source string        // a copy of the working folder, to be copied where that is treated; "": the folder itself
	Record *CallRecord   // by which they are answered, where the mode is record; nil: they are made, and recorded
	Kill   int           // the checkpoint after which it is killed, to be resumed; 0: it is not
	Loaded bool          // beside CPU burners
}

// ExecuteTreated executes one run as [Runner.Execute] does, but as t says. In the lab, a Go workflow is
// executed in a child of this binary.
func (r *Runner) ExecuteTreated(ctx context.Context, p PlannedRun, t Treated) Execution {
	if t.Loaded {
		if err := r.burners.start(); err != nil {
			return faulted(err.Error())
		}
		defer r.burners.stop()
	}
	return r.execute(ctx, job{PlannedRun: p, killAfter: t.Kill, treatment: t.Lab, source: t.Source, mode: t.Mode, record: t.Record})
}

// Workdir returns the folder that a command's runs share, absolute; "" where there is none.
func (r *Runner) Workdir(workflow string) string {
	x, ok := r.workflows[workflow].executor.(*commandExecutor)
	if !ok || x.config.Workdir == freshWorkdir {
		return ""
	}
	return below(x.dir, x.config.Workdir)
}

// Files of an execution in the lab, in its folder.
const (
	labFolder = "lab"
	labReport = "lab.json"
)

// labSlack is what an execution in the lab may take beyond its workflow's time-out: for the tracer, and
// for newborns that are held back.
const labSlack = 5 * time.Second

// enterLab makes spec start the tracer, which starts what spec named. The connections of that are made to the entrance of
// the session that carries its calls, if there is one.
func enterLab(spec *proc.Spec, j job, self reexec, dir *runDir, session *external.Session) error {
	if err := dir.make(labFolder); err != nil {
		return err
	}
	task := lab.Task{
		Treatment: j.treatment, Argv: spec.Argv, Dir: spec.Dir, Source: j.source, Env: spec.Env,
		Scratch: dir.sub(labFolder), Report: dir.sub(labReport), Watchdog: spec.Timeout + labSlack,
	}
	if session != nil {
		entrance := lab.Entrance(session.Entrance())
		task.Entrance = &entrance
	}
	var err error
	spec.Argv, spec.Env, err = task.Command(self.argv())
	spec.Timeout += 2 * labSlack // the tracer is the first to give up
	if spec.MaxProcesses > 0 {
		spec.MaxProcesses += labProcesses
	}
	return err
}

// labProcesses is how many processes of the lab's own are descendants of the one that is started.
const labProcesses = 3

// leaveLab reads what the tracer has to say of the run. A run that the lab failed at says nothing,
// and one that its watchdog ended took too long.
func leaveLab(result *proc.Result, dir *runDir) (lab.Report, error) {
	report, err := lab.ReadReport(dir.sub(labReport))
	switch {
	case result.Status == proc.Cancelled || result.Status == proc.TimedOut || result.Status == proc.Limited:
		return report, nil
	case os.IsNotExist(err):
		return report, fmt.Errorf("lab: the tracer left no report: %s", result)
	case err != nil:
		return report, fmt.Errorf("lab: %w", err)
	case report.Error != "":
		return report, fmt.Errorf("lab: %s", report.Error)
	case report.Watchdog:
		result.Status = proc.TimedOut
	}
	return report, nil
}

// treated tells an execution what it looked like from the inside.
func (e *Execution) treated(t lab.Treatment, report lab.Report) {
	e.Lab = &report
	c := &e.Circumstances
	if len(report.PIDs) > 0 {
		c.PIDs = slices.Concat(report.OwnPIDs, report.PIDs)
	}
	c.Dirs = append(c.Dirs, report.Dirs...)
	c.Made = report.Made
	if name, ok := t["hostname"]; ok {
		c.Host = name
	}
	if level, ok := t["clock"]; ok {
		treatedClock(c, level)
	}
}

// treatedClock moves the time of a run to what its clock showed: one instant where it was frozen.
func treatedClock(c *replay.Circumstances, level string) {
	if at, err := time.Parse(time.RFC3339Nano, level); err == nil {
		c.Start, c.End = at, at
	} else if shift, err := time.ParseDuration(level); err == nil {
		c.Start, c.End = c.Start.Add(shift), c.End.Add(shift)
	}
}

// labFault is what comes of a run that the lab failed at.
func labFault(err error, stderr []byte) Execution {
	return Execution{Status: golden.StatusFault, Message: err.Error(), Stderr: stderr}
}
