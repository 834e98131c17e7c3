package store

import (
	"errors"
	"fmt"
	"path"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// repair is what a plan makes of what was found.
type repair struct {
	entry   project.Entry
	before  project.State
	brought map[string][]byte // artifacts' contents from elsewhere, by digest
}

// mend locks a project, damaged or not, appends the entry that a plan makes of what was found, and
// makes every file what the log then says. What was damaged is copied aside first.
func mend(dir string, o Options, plan func(*Project, *survey) (repair, error)) (m Mending, err error) {
	if o.DryRun {
		return planned(dir, o, plan)
	}
	p, s, err := locked(dir, o)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	if s.links {
		return m, damaged(s.damage)
	}
	r, err := plan(p, s)
	if err != nil {
		return m, err
	}
	aside, err := p.asides(s)
	if err == nil {
		err = p.copyAside(aside)
	}
	if err == nil {
		err = p.rescue(s)
	}
	for _, digest := range names(r.brought) {
		err = errors.Join(err, p.keep(digest, r.brought[digest]))
	}
	if err == nil && (s.broken != nil || len(s.torn) > 0) {
		err = p.relog(s)
	}
	if err != nil {
		return m, fmt.Errorf("%s: %w", p.id, err)
	}
	if err := p.happen(r.entry, s.files); errors.Is(err, ErrHappened) {
		return m, fmt.Errorf("%w\nwhere opening finds damage: %s", err, reconstruct(p.id))
	} else if err != nil {
		return m, err
	}
	return p.mending(s, r, aside), p.drop(s.temps)
}

// planned is what mend would do.
func planned(dir string, o Options, plan func(*Project, *survey) (repair, error)) (m Mending, err error) {
	root, id, err := enter(dir)
	if err != nil {
		return m, err
	}
	p := &Project{id: id, root: root, options: o}
	defer func() { err = errors.Join(err, p.Close()) }()
	if who := p.Holder(); who != nil {
		return m, &HeldError{id, *who}
	}
	s, err := lookSteady(root, id)
	if err != nil {
		return m, err
	}
	if s.links {
		return m, damaged(s.damage)
	}
	p.history = s.history
	r, err := plan(p, s)
	if err != nil {
		return m, err
	}
	aside, err := p.asides(s)
	if err != nil {
		return m, err
	}
	n, _ := p.history.last()
	r.entry.At, r.entry.Actor = o.Now(), o.Actor
	e, after, _, err := project.Prepare(p.history.states[n], p.history.letters[n], r.entry)
	if err == nil {
		err = p.history.add(e)
	}
	if err != nil {
		return m, err
	}
	if err := s.lacks(after, r.brought); err != nil {
		return m, fmt.Errorf("%s: %w", id, err)
	}
	return p.mending(s, r, aside), nil
}

// mending tells of a repair whose entry is the history's last.
func (p *Project) mending(s *survey, r repair, copies []aside) (m Mending) {
	n, _ := p.history.last()
	m.Sequence, m.Before, m.After = int64(n), r.before, p.history.states[n]
	for _, a := range copies {
		m.Aside = append(m.Aside, a.to)
	}
	if s.broken != nil || len(s.torn) > 0 {
		m.Lost = s.unread
	}
	now := p.history.image(n)
	for _, name := range names(now) {
		if s.files[name] != now[name].digest {
			m.Written = append(m.Written, name)
		}
	}
	for _, name := range names(s.files) {
		if _, wanted := now[name]; !wanted && path.Dir(name) != objects {
			m.Removed = append(m.Removed, name)
		}
	}
	return m
}
