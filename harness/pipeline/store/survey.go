package store

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// survey is what a look at a project's folder found.
type survey struct {
	id      string
	history history
	size    int64             // of the log's lines that hold
	unread  int               // lines that follow them
	torn    []byte            // what follows them, if it is the rest of a line that was never acknowledged
	broken  *Damage           // of the log; what follows is not read
	behind  bool              // the files are, wholly or partly, those of the entry before the last
	files   map[string]string // the digest of each, beside log, lock and what a repair set aside
	temps   []string
	links   bool // something in it leads elsewhere, and nothing was read
	damage  []*Damage
	heals   []*Damage // what opening mends
}

// tornForm is how a cut-off end of the log is kept.
var tornForm = regexp.MustCompile(`^transitions\.jsonl\.torn\.[0-9]+$`)

// look reads a whole project. An error is the disk's; what is wrong with the project is in the survey.
func look(root *os.Root, id string) (*survey, error) {
	s := &survey{id: id, history: newHistory(), files: map[string]string{}}
	if err := s.walk(root); err != nil {
		return nil, err
	}
	if s.links {
		return s, nil
	}
	log, err := root.ReadFile(logFile)
	if errors.Is(err, fs.ErrNotExist) {
		s.broken = s.found(logFile, "it is missing", "the project's log", restore(id), restart(id))
		s.damage = append(s.damage, s.broken)
	} else if err != nil {
		return nil, fmt.Errorf("%s: %w", id, err)
	}
	s.readLog(log)
	s.unread = unread(log, s.size)
	if s.broken != nil {
		err = s.documents(root)
	} else {
		err = s.compare(root)
	}
	return s, errors.Join(err, s.offer(root))
}

func (s *survey) found(file, found, expected string, mend ...string) *Damage {
	return &Damage{Project: s.id, File: file, Found: found, Expected: expected, Mend: mend}
}

// walk takes down every file's digest, and refuses what is none.
func (s *survey) walk(root *os.Root) error {
	return fs.WalkDir(root.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return fmt.Errorf("%s: %w", s.id, err)
		case e.IsDir() && name == damagedDir:
			return fs.SkipDir
		case e.IsDir() && !aFile(name):
			return nil
		case !e.Type().IsRegular():
			s.links = true
			s.damage = append(s.damage, s.found(name, "it is a "+kind(e.Type()), "a file of the project's own", "remove it, then "+reconstruct(s.id)))
		case strings.HasSuffix(name, temporary):
			s.temps = append(s.temps, name)
			s.heals = append(s.heals, s.found(name, "a killed engine left it", "no such file", opening(s.id)))
		case name == lockFile, name == logFile, tornForm.MatchString(name):
		default:
			content, err := root.ReadFile(name)
			if err != nil {
				return fmt.Errorf("%s: %w", s.id, err)
			}
			s.files[name] = project.Digest(content)
		}
		return nil
	})
}

// aFile tells the names that no folder may have.
func aFile(name string) bool {
	return name == logFile || strings.HasPrefix(name, stateFile) || strings.HasPrefix(name, lettersFile)
}

// readLog folds the log as far as it holds.
func (s *survey) readLog(log []byte) {
	for rest, line := log, 1; len(rest) > 0; line++ {
		text, after, whole := bytes.Cut(rest, []byte("\n"))
		err := s.entry(text, whole)
		switch {
		case err == nil:
			s.size += int64(len(text)) + 1
			rest = after
			continue
		case len(after) == 0 && line > 1 && !errors.As(err, new(*folded)): // the end of a line that was never acknowledged, if the state agrees
			s.torn = rest
		default:
			s.broken = s.found(logFile, err.Error(), "an unaltered line", restore(s.id), reconstruct(s.id))
			if line == 1 { // there is nothing to reconstruct from
				s.broken.Mend = []string{restore(s.id), restart(s.id)}
			}
			s.broken.Line, s.broken.Offset = line, s.size
			s.damage = append(s.damage, s.broken)
		}
		return
	}
	if len(s.history.entries) == 0 && s.broken == nil {
		s.broken = s.found(logFile, "it has no line", "at least the one that created the project", restore(s.id), restart(s.id))
		s.damage = append(s.damage, s.broken)
	}
}

// folded is an error of a line that is whole and in its place, but says what can't have happened.
type folded struct{ error }

func (s *survey) entry(text []byte, whole bool) error {
	if !whole {
		return errors.New("its line has no end")
	}
	_, prev := s.history.last()
	e, err := project.ParseEntry(append(slices.Clone(text), '\n'), prev)
	if err != nil {
		return err
	}
	if err := s.history.add(e); err != nil {
		return &folded{err}
	}
	n, _ := s.history.last()
	if of := s.history.states[n].Project; of != s.id {
		s.history.pop()
		return &folded{fmt.Errorf("it is of %s", of)}
	}
	return nil
}

// compare holds the files to the log's image.
func (s *survey) compare(root *os.Root) error {
	n, _ := s.history.last()
	if ahead := s.ahead(root); ahead > int64(n) {
		s.broken = s.found(logFile, fmt.Sprintf("it ends with entry %d, but %s is after entry %d", n, stateFile, ahead),
			"all entries", restore(s.id), reconstruct(s.id))
		s.broken.Line, s.broken.Offset = n+1, s.size
		s.damage = append(s.damage, s.broken)
		return s.documents(root)
	}
	now, before := s.history.image(n), s.history.image(n-1)
	s.behind = n > 1 && s.files[stateFile] == before[stateFile].digest && s.files[stateFile] != now[stateFile].digest
	names := map[string]struct{}{}
	for _, of := range []map[string]file{now, before} {
		for name := range of {
			names[name] = struct{}{}
		}
	}
	for name := range s.files {
		names[name] = struct{}{}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		got, want := s.files[name], now[name].digest
		switch {
		case path.Dir(name) == objects, got == want:
		case s.behind && got == before[name].digest:
			s.heals = append(s.heals, s.found(name, "it is as it was before the last entry", "what the last entry made it", opening(s.id)))
		default:
			s.damage = append(s.damage, s.explain(root, name, got, want, n))
		}
	}
	s.checkObjects(s.history.objects(n))
	if len(s.torn) > 0 {
		s.checkTorn()
	}
	return nil
}

// ahead is the sequence of the project's state, if that file is whole.
func (s *survey) ahead(root *os.Root) int64 {
	content, err := root.ReadFile(stateFile)
	if err != nil {
		return 0
	}
	state, err := ownState(content, s.id)
	if err != nil {
		return 0
	}
	return state.Sequence
}

// checkTorn tells an end that was cut off while it was written from one that was altered later:
// the first was never acknowledged, so that all else is as the line before left it.
func (s *survey) checkTorn() {
	n, _ := s.history.last()
	d := s.found(logFile, "its last line is torn", "whole lines", opening(s.id))
	d.Line, d.Offset = n+1, s.size
	if len(s.damage) > 0 || s.behind {
		d.Found, d.Mend = "its last line was cut or altered", []string{restore(s.id), reconstruct(s.id)}
		s.damage = append([]*Damage{d}, s.damage...)
		s.broken = d
		return
	}
	s.heals = append(s.heals, d)
}

// checkObjects holds each object to its own name, and misses those that the log names.
func (s *survey) checkObjects(known []string) {
	for _, name := range slices.Sorted(maps.Keys(s.files)) {
		if path.Dir(name) == objects && object(s.files[name]) != name {
			s.damage = append(s.damage, s.found(name, "its content was altered: its digest is "+s.files[name], "the content that its name is the digest of", reconstruct(s.id)))
		}
	}
	for _, digest := range known {
		if _, ok := s.files[object(digest)]; !ok {
			s.damage = append(s.damage, s.found(object(digest), "it is missing", "an artifact's content", reconstruct(s.id)))
		}
	}
}
