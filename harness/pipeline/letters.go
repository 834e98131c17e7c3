package pipeline

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
	"github.com/shadowrun/shadowrun/harness/pipeline/store"
)

// DeadLetters returns a project's, oldest first.
func (o Operator) DeadLetters(id string) ([]project.DeadLetter, error) {
	p, err := openRead(o.Root, id)
	if err != nil {
		return nil, err
	}
	defer p.Close()
	return p.Letters(), nil
}

// ReplayLetter makes the stage of a dead letter begin anew, and takes the letter out; "" is the
// newest letter.
func (o Operator) ReplayLetter(id, letter string) (Done, error) {
	return o.change("dead-letters replay", id, func(p *store.Project) (project.Entry, error) {
		letters := p.Letters()
		if len(letters) == 0 {
			return project.Entry{}, fmt.Errorf("%s has no dead letters", id)
		}
		if letter == "" {
			letter = letters[len(letters)-1].ID
		}
		i := slices.IndexFunc(letters, func(l project.DeadLetter) bool { return l.ID == letter })
		if i < 0 {
			return project.Entry{}, fmt.Errorf("%s has no dead letter %q: %s", id, letter, lettersThere(letters))
		}
		return project.Entry{Event: project.LetterReplayed, Stage: letters[i].Stage, Detail: project.Detail(project.Replayed{ID: letter})}, nil
	})
}

func lettersThere(letters []project.DeadLetter) string {
	there := "there are"
	for _, l := range letters {
		there += " " + l.ID
	}
	return there
}

// Purge says which dead letters to give up for good: exactly one of its fields.
type Purge struct {
	IDs       []string
	OlderThan time.Duration
	All       bool
}

// PurgeLetters gives dead letters up. They stay in a backup of the file beside it, and in the log.
func (o Operator) PurgeLetters(id string, which Purge) (Done, error) {
	d := o.done("dead-letters purge", id)
	if err := errors.Join(which.check(), needs(o.Actor, o.Reason)); err != nil {
		return d, err
	}
	p, err := o.open(id)
	if err != nil {
		return d, err
	}
	defer p.Close()
	ids, err := which.of(id, p.Letters(), o.Now())
	if err != nil {
		return d, err
	}
	if len(ids) == 0 {
		d.did("no dead letter is older than %s: nothing was purged", which.OlderThan)
		return d, nil
	}
	d.did("backed up as dead_letters.json.backup.%d", p.State().Sequence) // which the store does with the entry
	for _, letter := range ids {
		d.did("purged %s", letter)
	}
	return d, o.enter(&d, p, project.Entry{Event: project.LettersPurged, Detail: project.Detail(project.Purge{IDs: ids})})
}

func (w Purge) check() error {
	given := 0
	for _, is := range []bool{len(w.IDs) > 0, w.OlderThan > 0, w.All} {
		if is {
			given++
		}
	}
	if given != 1 {
		return errors.New("say which dead letters to purge: by id, older than a time, or all")
	}
	return nil
}

func (w Purge) of(id string, letters []project.DeadLetter, now time.Time) (ids []string, err error) {
	for _, l := range letters {
		if w.All || slices.Contains(w.IDs, l.ID) || w.OlderThan > 0 && now.Sub(l.At) > w.OlderThan {
			ids = append(ids, l.ID)
		}
	}
	for _, asked := range w.IDs {
		if !slices.Contains(ids, asked) {
			return nil, fmt.Errorf("%s has no dead letter %q: %s", id, asked, lettersThere(letters))
		}
	}
	if len(letters) == 0 {
		return nil, fmt.Errorf("%s has no dead letters", id)
	}
	return ids, nil
}
