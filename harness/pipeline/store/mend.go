package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// Mending is what a repair did, or with [Options.DryRun] would do.
type Mending struct {
	Sequence int64    // of the entry that says so
	Written  []string // files
	Removed  []string // files; every artifact's content stays
	Aside    []string // damaged files, and where they are kept now
	Lost     int      // lines of the log that were not to be read; the old log is kept aside
	Before   project.State
	After    project.State
}

// Reconstruct makes all files anew from the log, as far as that can be read.
func Reconstruct(dir string, o Options, reason string) (Mending, error) {
	return mend(dir, o, func(p *Project, s *survey) (r repair, err error) {
		if n, _ := s.history.last(); n == 0 {
			return r, fmt.Errorf("%s: its log has no line that can be read: %s", p.id, restore(p.id))
		}
		r.before = s.filed(p.root)
		r.entry = project.Entry{Event: project.Reconstructed, Reason: reason, Detail: project.Detail(report(s))}
		return r, nil
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
	return mend(dir, o, func(p *Project, s *survey) (r repair, err error) {
		if path.Base(backup) != backup || !strings.HasPrefix(backup, stateFile) {
			return r, fmt.Errorf("%s: backup %q: want one that `shadowrun pipeline backups %s` lists", p.id, backup, p.id)
		}
		state, err := readState(p.root, backup, p.id)
		if errors.As(err, new(*fs.PathError)) {
			return r, fmt.Errorf("%s: %w", p.id, err)
		}
		if err != nil {
			return r, &Damage{Project: p.id, File: backup, Found: err.Error(), Expected: "a whole backup", Mend: []string{"take another: shadowrun pipeline backups " + p.id}}
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
		return repair{entry: takeover(project.Restored, reason, t), before: s.filed(p.root)}, nil
	})
}

// Takeover makes a state from elsewhere (a revision from git) the project's, with contents of its
// artifacts, by digest, that the project may not have. The event is rolled_back.
func Takeover(dir string, t project.Takeover, brought map[string][]byte, o Options, reason string) (Mending, error) {
	return mend(dir, o, func(p *Project, s *survey) (repair, error) {
		return repair{takeover(project.RolledBack, reason, t), s.filed(p.root), brought}, nil
	})
}

func takeover(event project.Event, reason string, t project.Takeover) project.Entry {
	t.State.Checksum = ""
	return project.Entry{Event: event, Reason: reason, Detail: project.Detail(t)}
}

// filed is the state that state.json holds, edited by hand or not; where that can't be read, the log's.
func (s *survey) filed(root *os.Root) project.State {
	if content, err := root.ReadFile(stateFile); err == nil {
		if state, err := project.ReadEdited(content); err == nil && state.Project == s.id {
			return state
		}
	}
	n, _ := s.history.last()
	return s.history.states[n]
}
