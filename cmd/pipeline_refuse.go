package cmd

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
	"github.com/shadowrun/shadowrun/harness/pipeline/store"
)

// refused makes of an operation's error what an operator is told: what is damaged a line a file, and the
// commands that mend it; else what to look at.
func (f *pipelineFlags) refused(err error) error {
	damage, others := damageOf(err)
	if len(damage) > 0 {
		text := fmt.Sprintf("%s: %s", damage[0].Project, describeDamage(damage[0]))
		if len(damage) > 1 {
			text = fmt.Sprintf("%s: %d files are damaged", damage[0].Project, len(damage))
			for _, d := range damage {
				text += "\n" + describeDamage(d)
			}
		}
		for _, other := range others {
			text += "\n" + other.Error()
		}
		var hints []string
		for _, m := range mends(damage) {
			hints = append(hints, f.mend(m))
		}
		hints = append(hints, "what a command would do, --dry-run says; nothing was changed so far")
		return failure{errors.New(text), exitUsage, hints}
	}
	var held *store.HeldError
	var not *project.NotAllowed
	switch {
	case errors.As(err, &not):
		return f.notAllowed(not)
	case errors.As(err, &held):
		return hinted(err, "'"+f.paste("shadowrun pipeline status "+held.Project+" --watch")+"' shows what it does")
	case errors.Is(err, fs.ErrNotExist) && strings.Contains(err.Error(), "there is no such project"):
		return hinted(err, "'"+f.paste("shadowrun pipeline list")+"' says which there are; --root DIR names another folder")
	}
	return err
}

// acts are the commands that make what an operator may do happen.
var acts = map[project.Event]string{
	project.GateApproved: "approve", project.GateRejected: "reject", project.BreakerTripped: "breaker trip", project.BreakerReset: "breaker reset",
	project.Restarted: "restart", project.Resumed: "resume", project.StoppedByOperator: "stop-all", project.Started: "start-all",
	project.Unstuck: "unstick", project.LetterReplayed: "dead-letters replay", project.LettersPurged: "dead-letters purge",
	project.QualityGateMoved: "gate adjust", project.Accepted: "doctor --accept", project.Restored: "restore", project.RolledBack: "rollback",
	project.Reconstructed: "reconstruct", project.Escalated: "escalate", project.IncidentRecorded: "incident",
}

// notAllowed says why the table refuses what an operator asks for, and which commands it allows.
func (f *pipelineFlags) notAllowed(e *project.NotAllowed) error {
	is := fmt.Sprintf("%s is %s", e.Project, e.Status)
	if e.Stage != "" && e.StageStatus != "" {
		is += fmt.Sprintf(", its stage %s %s", e.Stage, e.StageStatus)
	}
	var allowed []string
	for _, event := range e.Instead {
		if act := acts[event]; act != "" {
			allowed = append(allowed, act)
		}
	}
	text := fmt.Sprintf("%s: not now: %s: %s", cmp.Or(acts[e.Event], string(e.Event)), is, e.Why)
	return hinted(errors.New(text), "allowed now: "+strings.Join(allowed, ", "), "'"+f.paste("shadowrun pipeline status "+e.Project)+"' shows how it is")
}

// describeDamage says of a file what is wrong with it.
func describeDamage(d *store.Damage) string {
	at := d.File
	if d.Line > 0 {
		at += fmt.Sprintf(":%d (byte %d)", d.Line, d.Offset)
	}
	return fmt.Sprintf("%s: %s; want %s", at, printable(d.Found), printable(d.Expected))
}

// mends are the commands that mend all that is damaged, each once, the one that mends most first.
func mends(damage []*store.Damage) []string {
	times := map[string]int{}
	var all []string
	for _, d := range damage {
		for _, m := range d.Mend {
			if times[m]++; times[m] == 1 {
				all = append(all, m)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b string) int { return times[b] - times[a] })
	return all
}

// losing is what is gone after a command that mends; "" where that is nothing.
func losing(damage []*store.Damage, command string) string {
	for _, d := range damage {
		if loses := d.Loses[command]; loses != "" {
			return loses
		}
	}
	return ""
}

// mend is a command that can be typed as it stands. One that changes a project says why.
func (f *pipelineFlags) mend(command string) string {
	if strings.HasPrefix(command, "shadowrun pipeline ") && !strings.HasPrefix(command, "shadowrun pipeline run ") {
		command += ` --reason "…"`
	}
	return f.paste(command)
}

// damageOf takes an error apart: the damage in it, and what else there is.
func damageOf(err error) (damage []*store.Damage, others []error) {
	switch e := err.(type) {
	case nil:
		return nil, nil
	case *store.Damage:
		return []*store.Damage{e}, nil
	case interface{ Unwrap() []error }:
		for _, one := range e.Unwrap() {
			inner, rest := damageOf(one)
			damage, others = append(damage, inner...), append(others, rest...)
		}
		return damage, others
	}
	if errors.As(err, new(*store.Damage)) {
		return damageOf(errors.Unwrap(err))
	}
	return nil, []error{err}
}
