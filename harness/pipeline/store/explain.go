package store

import (
	"fmt"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// explain says what is wrong with a file whose digest is got where the log, of n entries, wants
// another; "" is no file.
func (s *survey) explain(root *os.Root, name, got, want string, n int) *Damage {
	artifact := strings.HasPrefix(name, artifacts+"/")
	switch {
	case want == "" && artifact:
		return s.found(name, "nothing in the log names it", "no such file", "move it away", reconstruct(s.id))
	case want == "":
		return s.found(name, "it does not belong here", "no such file", "move it away", reconstruct(s.id))
	case got == "":
		return s.found(name, "it is missing", "what the log's last entry left", reconstruct(s.id))
	case artifact:
		return s.found(name, "its content was altered: its digest is "+got, want, reconstruct(s.id), acceptEdit(s.id))
	}
	d := s.found(name, "", fmt.Sprintf("what the log's entry %d left", n), reconstruct(s.id))
	if name == stateFile || name == lettersFile {
		d.Mend = append(d.Mend, acceptEdit(s.id))
	}
	if strings.HasPrefix(name, backupFile) {
		d.Expected = "the state of an entry before the last"
	}
	content, _ := root.ReadFile(name) // the look has read it
	d.Found = s.reason(name, content)
	return d
}

// reason says why a document is not the log's.
func (s *survey) reason(name string, content []byte) string {
	if strings.HasPrefix(name, lettersFile) {
		if _, err := project.ParseLetters(content); err != nil {
			return err.Error()
		}
		return "it holds other dead letters than the log says"
	}
	state, err := project.ParseState(content)
	switch {
	case err != nil:
		return err.Error()
	case state.Project != s.id:
		return "it is the state of " + state.Project
	}
	return fmt.Sprintf("it is not the log's state, but one after entry %d", state.Sequence)
}

// documents holds each file to itself, where the log can't say what it should be.
func (s *survey) documents(root *os.Root) error {
	for name := range s.files {
		if !strings.HasPrefix(name, stateFile) && !strings.HasPrefix(name, lettersFile) {
			continue
		}
		content, err := root.ReadFile(name)
		if err != nil {
			return fmt.Errorf("%s: %w", s.id, err)
		}
		_, ofState := project.ParseState(content)
		if strings.HasPrefix(name, lettersFile) {
			_, ofState = project.ParseLetters(content)
		}
		if ofState != nil {
			s.damage = append(s.damage, s.found(name, s.reason(name, content), "what was written there", restore(s.id)))
		}
	}
	for _, name := range []string{stateFile, lettersFile} {
		if _, ok := s.files[name]; !ok {
			s.damage = append(s.damage, s.found(name, "it is missing", "what the log's last entry left", restore(s.id)))
		}
	}
	s.checkObjects(nil)
	slices.SortStableFunc(s.damage, func(a, b *Damage) int {
		return strings.Compare(path.Clean(a.File), path.Clean(b.File))
	})
	return nil
}
