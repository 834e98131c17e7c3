package store

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// Mending is what a repair did.
type Mending struct {
	Sequence int64    `json:"sequence"` // of the entry that says so
	Written  []string `json:"written"`
	Aside    []string `json:"aside"` // damaged files, and where they are kept now
	Lost     int      `json:"lost"`  // lines of the log that were not to be read; the old log is kept aside
}

// Reconstruct makes all files anew from the log, as far as that can be read.
func Reconstruct(dir string, o Options, reason string) (Mending, error) {
	return mend(dir, o, func(p *Project, s *survey) (project.Entry, error) {
		if n, _ := s.history.last(); n == 0 {
			return project.Entry{}, fmt.Errorf("%s: its log has no line that can be read: %s", p.id, restore(p.id))
		}
		return project.Entry{Event: project.Reconstructed, Reason: reason, Detail: project.Detail(report(s))}, nil
	})
}

// report is what an entry says of the damage that it mends.
func report(s *survey) map[string]any {
	found := []string{}
	for _, d := range s.damage {
		found = append(found, d.Error())
	}
	return map[string]any{"damage": found}
}

// Restore makes a backup the state, and all files anew. Where the log has lost its end, state.json
// itself is the newest. Dead letters stay: to go back is not to
// forget what failed.
func Restore(dir, backup string, o Options, reason string) (Mending, error) {
	return mend(dir, o, func(p *Project, s *survey) (project.Entry, error) {
		if path.Base(backup) != backup || !strings.HasPrefix(backup, stateFile) {
			return project.Entry{}, fmt.Errorf("%s: backup %q: want one that `shadowrun pipeline backups %s` lists", p.id, backup, p.id)
		}
		content, err := p.root.ReadFile(backup)
		if err != nil {
			return project.Entry{}, fmt.Errorf("%s: %w", p.id, err)
		}
		state, err := ownState(content, p.id)
		if err != nil {
			return project.Entry{}, &Damage{Project: p.id, File: backup, Found: err.Error(), Expected: "a whole backup", Mend: []string{"take another: shadowrun pipeline backups " + p.id}}
		}
		t := project.Takeover{Source: backup, State: state}
		if s.broken != nil || slices.ContainsFunc(s.damage, func(d *Damage) bool { return d.File == lettersFile }) {
			// The log may have lost some: what the file holds, if it is whole, is all there is.
			if content, err := p.root.ReadFile(lettersFile); err == nil {
				if l, err := project.ParseLetters(content); err == nil && l.Project == p.id {
					t.Letters = &l.Letters
				}
			}
		}
		return takeover(project.Restored, reason, t), nil
	})
}

// Takeover makes a state from elsewhere (a revision from git) the project's. The event is rolled_back.
func Takeover(dir string, t project.Takeover, o Options, reason string) (Mending, error) {
	return mend(dir, o, func(*Project, *survey) (project.Entry, error) {
		return takeover(project.RolledBack, reason, t), nil
	})
}

func takeover(event project.Event, reason string, t project.Takeover) project.Entry {
	t.State.Checksum = ""
	return project.Entry{Event: event, Reason: reason, Detail: project.Detail(t)}
}

// mend locks a project, damaged or not, appends the entry that a plan makes of what was found, and
// makes every file what the log then says. What was damaged is copied aside first.
func mend(dir string, o Options, plan func(*Project, *survey) (project.Entry, error)) (m Mending, err error) {
	p, s, err := locked(dir, o)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	if s.links {
		return m, damaged(s.damage)
	}
	e, err := plan(p, s)
	if err != nil {
		return m, err
	}
	if m.Aside, err = p.copyAside(s); err == nil {
		err = p.rescue(s)
	}
	if err == nil && (s.broken != nil || len(s.torn) > 0) {
		m.Lost, err = p.relog(s)
	}
	if err != nil {
		return m, fmt.Errorf("%s: %w", p.id, err)
	}
	if err := p.happen(e, s.files); err != nil {
		return m, err
	}
	n, _ := p.history.last()
	now, err := p.history.image(n)
	if err != nil {
		return m, err
	}
	for _, name := range names(now) {
		if s.files[name] != now[name].digest {
			m.Written = append(m.Written, name)
		}
	}
	m.Sequence = int64(n)
	return m, p.drop(s.temps)
}

func (p *Project) drop(temps []string) error {
	var errs []error
	for _, name := range temps {
		if err := p.disk.Remove(name); !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// copyAside keeps what is damaged in a folder of its own, and returns the copies' names.
func (p *Project) copyAside(s *survey) ([]string, error) {
	n, _ := s.history.last()
	var copies []string
	for _, d := range append(slices.Clone(s.damage), s.heals...) {
		content, err := p.root.ReadFile(d.File)
		if errors.Is(err, fs.ErrNotExist) || strings.HasSuffix(d.File, temporary) {
			continue
		}
		if err != nil {
			return copies, err
		}
		to := fmt.Sprintf("%s/%d/%s", damagedDir, n+1, strings.ReplaceAll(d.File, "/", "~"))
		for again := 2; ; again++ {
			held, err := p.root.ReadFile(to)
			if errors.Is(err, fs.ErrNotExist) || err == nil && bytes.Equal(held, content) {
				break
			}
			to = fmt.Sprintf("%s/%d/%s.%d", damagedDir, n+1, strings.ReplaceAll(d.File, "/", "~"), again)
		}
		if err := put(p.disk, to, content); err != nil {
			return copies, err
		}
		copies = append(copies, to)
	}
	if len(copies) == 0 {
		return nil, nil
	}
	return copies, errors.Join(p.disk.Sync(fmt.Sprintf("%s/%d", damagedDir, n+1)), p.disk.Sync(damagedDir), p.disk.Sync("."))
}

// relog makes the next append write a new log, of the lines that hold and its own, in one step. It
// returns how many lines that leaves out.
func (p *Project) relog(s *survey) (int, error) {
	log, err := p.root.ReadFile(logFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, err
	}
	p.holds = append([]byte{}, log[:s.size]...)
	return unread(log, s.size), nil
}

// rescue makes objects of the artifacts' contents, where there are none or they were altered.
func (p *Project) rescue(s *survey) error {
	for _, name := range names(s.files) {
		if !strings.HasPrefix(name, artifacts+"/") || path.Dir(name) == objects {
			continue
		}
		content, err := p.root.ReadFile(name)
		if err != nil {
			return err
		}
		if err := p.keep(project.Digest(content), content); err != nil {
			return err
		}
	}
	for _, name := range names(s.files) { // an object that is still not what its name says is none
		if path.Dir(name) == objects && object(s.files[name]) != name {
			content, err := p.root.ReadFile(name)
			if err == nil && object(project.Digest(content)) != name {
				err = p.disk.Remove(name)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}
