package store

import (
	"fmt"
	"os"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// Accept makes what somebody wrote by hand the state: state.json, dead_letters.json and the
// artifacts, as they are now. They have to be valid but for their checksums. The log can't be
// edited: it is what happened.
func Accept(dir string, o Options, reason string) (Mending, error) {
	return mend(dir, o, func(p *Project, s *survey) (repair, error) {
		e, err := s.acceptance(p.root, reason)
		n, _ := s.history.last()
		return repair{entry: e, before: s.history.states[n]}, err
	})
}

// acceptance is the entry that makes the files as they are the state.
func (s *survey) acceptance(root *os.Root, reason string) (e project.Entry, err error) {
	if s.broken != nil {
		return e, s.broken
	}
	if len(s.damage) == 0 {
		return e, fmt.Errorf("%s: there is nothing to accept: every file is what its log says", s.id)
	}
	state, err := edited(root, s.id, stateFile, project.ReadEdited)
	if err != nil {
		return e, err
	}
	letters, err := edited(root, s.id, lettersFile, project.ReadEditedLetters)
	if err != nil {
		return e, err
	}
	if state.Project != s.id || letters.Project != s.id {
		return e, fmt.Errorf("%s: want its own id in %s and %s, got %q and %q", s.id, stateFile, lettersFile, state.Project, letters.Project)
	}
	acceptArtifacts(&state, s.files)
	return takeover(project.Accepted, reason, project.Takeover{Source: "edit by hand", State: state, Letters: &letters.Letters}), nil
}

func edited[T any](root *os.Root, id, name string, read func([]byte) (T, error)) (T, error) {
	var v T
	content, err := root.ReadFile(name)
	if err == nil {
		v, err = read(content)
	}
	if err != nil {
		return v, &Damage{Project: id, File: name, Found: err.Error(), Expected: "a valid document", Mend: []string{"edit it again", reconstruct(id)}}
	}
	return v, nil
}

// acceptArtifacts names the artifacts' present contents, and none that is gone.
func acceptArtifacts(s *project.State, files map[string]string) {
	renew := func(of map[string]string) map[string]string {
		now := map[string]string{}
		for name := range of {
			if digest := files[artifacts+"/"+name]; digest != "" {
				now[name] = digest
			}
		}
		return now
	}
	for name, stage := range s.Stages {
		stage.Artifacts = renew(stage.Artifacts)
		s.Stages[name] = stage
	}
	for i, c := range s.Checkpoints {
		s.Checkpoints[i].Artifacts = renew(c.Artifacts)
	}
}
