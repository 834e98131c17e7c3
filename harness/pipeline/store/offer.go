package store

import (
	"bytes"
	"fmt"
	"os"
	"slices"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// offer leaves, of the commands that mend what was found, those that will not be refused, puts the
// one that loses least first, and says what each loses.
func (s *survey) offer(root *os.Root) error {
	if len(s.damage) == 0 {
		return nil
	}
	backups, err := s.backups(root)
	if err != nil {
		return err
	}
	back := slices.IndexFunc(backups, func(b Backup) bool { return b.Damage == "" })
	n, _ := s.history.last()
	e, accepted := s.acceptance(root, "doctor")
	if accepted == nil {
		e.At, e.Actor = s.history.states[n].UpdatedAt, "doctor"
		_, _, _, accepted = project.Prepare(s.history.states[n], s.history.letters[n], e)
	}
	refused := map[string]bool{
		acceptEdit(s.id):  accepted != nil,
		reconstruct(s.id): n == 0 || s.lacks(s.history.states[n], nil) != nil,
		restore(s.id):     back < 0,
	}
	if back >= 0 && s.broken != nil {
		state, err := readState(root, backups[back].Name, s.id)
		refused[restore(s.id)] = err != nil || s.lacks(state, nil) != nil
	}
	losses := s.losses(backups, back)
	for _, d := range s.damage {
		d.offer(refused, losses, s.broken != nil)
	}
	return nil
}

// offer orders a file's commands by what they lose. Where the log is broken a backup loses less than
// what is left of the log, which mends all else otherwise.
func (d *Damage) offer(refused map[string]bool, losses map[string]string, broken bool) {
	id := d.Project
	if i := slices.Index(d.Mend, reconstruct(id)); broken && i >= 0 {
		d.Mend = slices.DeleteFunc(d.Mend, func(m string) bool { return m == restore(id) })
		d.Mend = slices.Insert(d.Mend, slices.Index(d.Mend, reconstruct(id)), restore(id))
	}
	d.Mend = slices.DeleteFunc(d.Mend, func(m string) bool { return refused[m] })
	if (len(d.Mend) == 0 || refused[reconstruct(id)] && refused[restore(id)]) && !slices.Contains(d.Mend, restart(id)) {
		d.Mend = append(d.Mend, restart(id))
	}
	for _, m := range d.Mend {
		if losses[m] != "" {
			if d.Loses == nil {
				d.Loses = map[string]string{}
			}
			d.Loses[m] = losses[m]
		}
	}
}

// losses says of each command what is gone after it, beside what is kept aside.
func (s *survey) losses(backups []Backup, back int) map[string]string {
	losses := map[string]string{restart(s.id): "everything but the seed: the project is archived, and begins anew"}
	if s.broken == nil {
		return losses
	}
	n, _ := s.history.last()
	last := int64(n + s.unread)
	for _, b := range backups {
		last = max(last, b.Sequence)
	}
	gone := fmt.Sprintf("transitions %d to %d", n+1, last)
	if int64(n)+1 >= last {
		gone = fmt.Sprintf("transition %d", n+1)
	}
	losses[reconstruct(s.id)] = fmt.Sprintf("%s, and what came of them: the project is as it was after %d", gone, n)
	if back < 0 {
		return losses
	}
	b := backups[back]
	losses[restore(s.id)] = fmt.Sprintf("%s of the audit log: the project is as it was after %d, %s at %s, from %s", gone, b.Sequence, b.Status, b.Stage, b.Name)
	return losses
}

// unread is how many lines of a log there are after its first size bytes.
func unread(log []byte, size int64) int {
	rest := log[size:]
	n := bytes.Count(rest, []byte("\n"))
	if len(rest) > 0 && rest[len(rest)-1] != '\n' {
		n++
	}
	return n
}
