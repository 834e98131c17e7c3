package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// Check holds every byte of a project's folder to its log. It changes nothing. What opening mends
// by itself is in it too, and says so. While somebody is at work on it, its files change, and only
// the log is held to itself.
func Check(dir string) ([]Damage, error) {
	root, id, err := enter(dir)
	var whole *Damage
	if errors.As(err, &whole) {
		return []Damage{*whole}, nil
	}
	if err != nil {
		return nil, err
	}
	defer root.Close()
	s, err := lookSteady(root, id)
	if err != nil {
		return nil, err
	}
	var all []Damage
	for _, d := range s.damage {
		all = append(all, *d)
	}
	for _, d := range s.heals {
		healing := *d
		healing.Heals = true
		all = append(all, healing)
	}
	if s.files[lockFile] == "" {
		if _, err := root.Lstat(lockFile); err != nil && len(s.damage) == 0 {
			all = append(all, Damage{Project: id, File: lockFile, Found: "it is missing", Expected: "the lock's file", Mend: []string{opening(id)}, Heals: true})
		}
	}
	return all, nil
}

// Backup is a state that a project can be restored to.
type Backup struct {
	Name     string         `json:"name"`
	Sequence int64          `json:"sequence"` // of the last entry in it
	Status   project.Status `json:"status"`
	Stage    project.Stage  `json:"stage"`
	Damage   string         `json:"damage,omitempty"` // why it can't be restored
}

// Backups are a project's, the newest first. They are found in damaged projects too.
func Backups(dir string) ([]Backup, error) {
	root, id, err := enter(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	s, err := look(root, id)
	if err != nil {
		return nil, err
	}
	return s.backups(root)
}

// backups are a project's, the newest first: where the log is broken the state itself is one.
func (s *survey) backups(root *os.Root) ([]Backup, error) {
	var all []Backup
	for _, name := range names(s.files) {
		if !strings.HasPrefix(name, backupFile) && (name != stateFile || s.broken == nil) {
			continue
		}
		b := Backup{Name: name}
		b.Sequence, _ = strconv.ParseInt(strings.TrimPrefix(name, backupFile+"."), 10, 64)
		state, err := readState(root, name, s.id)
		if errors.As(err, new(*fs.PathError)) {
			return nil, fmt.Errorf("%s: %w", s.id, err)
		}
		if err != nil {
			b.Damage = err.Error()
		} else {
			b.Sequence, b.Status, b.Stage = state.Sequence, state.Status, state.CurrentStage
		}
		all = append(all, b)
	}
	slices.SortStableFunc(all, func(a, b Backup) int { return int(b.Sequence - a.Sequence) })
	return all, nil
}

// readState reads a state, or a backup of one.
func readState(root *os.Root, name, id string) (project.State, error) {
	content, err := root.ReadFile(name)
	if err != nil {
		return project.State{}, err
	}
	return ownState(content, id)
}

func ownState(content []byte, id string) (project.State, error) {
	state, err := project.ParseState(content)
	if err == nil && state.Project != id {
		err = errors.New("it is the state of " + state.Project)
	}
	return state, err
}

// Stuck is the stage that is in progress though nobody is at work on the project; "" where there is none.
func Stuck(dir string) (project.Stage, error) {
	p, err := OpenRead(dir)
	if err != nil {
		return "", err
	}
	defer p.Close()
	state := p.State()
	if p.Holder() != nil || state.Stages[state.CurrentStage].Status != project.StageInProgress {
		return "", nil
	}
	return state.CurrentStage, nil
}
