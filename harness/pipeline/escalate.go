package pipeline

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
	"github.com/shadowrun/shadowrun/harness/pipeline/store"
)

// escalated is what receivers are told of an escalation, whatever notify_on names.
const escalated = "escalated"

// Escalation is an escalated entry's detail.
type Escalation struct {
	Severity Severity `json:"severity"`
	Within   string   `json:"within"` // the response time
	Due      string   `json:"due"`    // RFC 3339
}

// Escalate calls somebody: it enters that, and until when an answer is due, and tells whom the
// configuration names. What is critical also stops all pipelines.
func (o Operator) Escalate(ctx context.Context, id string, severity Severity) (Done, error) {
	within, err := severity.Response()
	if err != nil {
		return o.done("escalate", id), err
	}
	config, err := LoadConfig(o.Root)
	if err != nil {
		return o.done("escalate", id), err
	}
	due := o.Now().Add(within).UTC().Format("2006-01-02T15:04:05Z")
	d, err := o.change("escalate", id, func(p *store.Project) (project.Entry, error) {
		return project.Entry{Event: project.Escalated, Stage: p.State().CurrentStage,
			Detail: project.Detail(Escalation{severity, within.String(), due})}, nil
	})
	if err != nil {
		return d, err
	}
	d.did("escalated as %s: an answer is due within %s, until %s", severity, within, due)
	err = o.tellOf(ctx, &d, config, severity)
	if severity == critical {
		stopped, stopErr := o.StopAll()
		d.Did, err = append(d.Did, stopped.Did...), errors.Join(err, stopErr)
	}
	return d, err
}

const toldNobody = "told nobody: monitoring.notifications names no receiver, or is off"

func (o Operator) tellOf(ctx context.Context, d *Done, config project.Config, severity Severity) error {
	n := config.Monitoring.Notifications
	if o.DryRun {
		if !n.Enabled || len(receivers(o.Root, n)) == 0 {
			d.did(toldNobody)
			return nil
		}
		for _, r := range receivers(o.Root, n) {
			d.did("told %s", r.name)
		}
		return nil
	}
	p, err := o.open(d.Project)
	if err != nil {
		return err
	}
	defer p.Close()
	s := p.State()
	entry := told(ctx, o.Root, n, Notice{Event: escalated, Project: d.Project, Stage: string(s.CurrentStage), Status: string(s.Status),
		Message: string(severity) + ": " + o.Reason, At: o.Now(), Seq: s.Sequence})
	if entry == nil {
		d.did(toldNobody)
		return nil
	}
	entry.At, entry.Actor = o.Now(), o.Actor
	if err := p.Append(*entry); err != nil {
		return err
	}
	d.Did = append(d.Did, toldWhom(*entry)...)
	return nil
}

// toldWhom says in lines what came of telling.
func toldWhom(e project.Entry) (lines []string) {
	var t Telling
	json.Unmarshal(e.Detail, &t) // of our own making
	for _, d := range t.Deliveries {
		if d.Error == "" {
			lines = append(lines, "told "+d.To)
		} else {
			lines = append(lines, "could not tell "+d.To+": "+d.Error)
		}
	}
	return lines
}
