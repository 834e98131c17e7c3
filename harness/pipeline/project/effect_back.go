package project

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// The effects that take a project back.

func resetFrom(d *draft) error {
	d.resetFrom(d.e.Stage)
	return nil
}

// resetFrom makes stage and those after it pending, as if they had never run. Their checkpoints go
// too: one that outlived its stage could be resumed after without what led to it.
func (d *draft) resetFrom(stage Stage) {
	from := stage.Index()
	for _, s := range Stages[from:] {
		d.s.Stages[s] = StageState{Status: StagePending}
	}
	d.s.CurrentStage = stage
	d.s.Checkpoints = slices.DeleteFunc(d.s.Checkpoints, func(c Checkpoint) bool { return c.Stage.Index() >= from })
	d.s.RecoveryInfo.LastSuccessfulCheckpoint = ""
	if n := len(d.s.Checkpoints); n > 0 {
		d.s.RecoveryInfo.LastSuccessfulCheckpoint = d.s.Checkpoints[n-1].ID
	}
}

func resumeAfter(d *draft) error {
	r, err := detail[Resumption](d.e)
	if err != nil {
		return err
	}
	c, ok := d.s.Checkpoint(r.Checkpoint)
	if !ok {
		return fmt.Errorf("there is no checkpoint %q: want one of %s", r.Checkpoint, strings.Join(checkpointIDs(d.s.Checkpoints), ", "))
	}
	if next := c.Stage.Next(); next != "" {
		d.resetFrom(next)
	}
	return nil
}

func checkpointIDs(checkpoints []Checkpoint) []string {
	ids := []string{}
	for _, c := range checkpoints {
		ids = append(ids, c.ID)
	}
	return ids
}

func bury(d *draft) error {
	f, _ := detail[Failure](d.e) // recordError has read it
	stage := d.s.Stages[d.e.Stage]
	d.letters = append(d.letters, DeadLetter{
		ID: fmt.Sprintf("letter-%d", d.e.Seq), Sequence: d.e.Seq, At: d.e.At,
		Stage: d.e.Stage, Service: d.e.Service, Kind: f.Kind, Message: f.Message,
		Attempts: stage.Attempts, Retries: stage.Retries, Artifacts: maps.Clone(stage.Artifacts), Task: f.Task,
	})
	return nil
}

func takeLetter(d *draft) error {
	r, err := detail[Replayed](d.e)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(d.letters, func(l DeadLetter) bool { return l.ID == r.ID })
	if i < 0 {
		return fmt.Errorf("there is no dead letter %q", r.ID)
	}
	if of := d.letters[i].Stage; of != d.e.Stage {
		return fmt.Errorf("dead letter %s is of stage %s, not of %s", r.ID, of, d.e.Stage)
	}
	d.letters = slices.Delete(d.letters, i, i+1)
	return nil
}

func dropLetters(d *draft) error {
	p, err := detail[Purge](d.e)
	if err != nil {
		return err
	}
	for _, id := range p.IDs {
		i := slices.IndexFunc(d.letters, func(l DeadLetter) bool { return l.ID == id })
		if i < 0 {
			return fmt.Errorf("there is no dead letter %q", id)
		}
		d.letters = slices.Delete(d.letters, i, i+1)
	}
	return nil
}

func takeOver(d *draft) error {
	t, err := detail[Takeover](d.e)
	if err != nil {
		return err
	}
	if d.before.Project != "" && t.State.Project != d.before.Project {
		return fmt.Errorf("%s: it is the state of %q, not of %q", d.e.Event, t.State.Project, d.before.Project)
	}
	*d.s = t.State.clone()
	if t.Letters != nil {
		d.letters = slices.Clone(*t.Letters)
	}
	d.s.DeadLetters = len(d.letters)
	return d.s.Validate()
}
