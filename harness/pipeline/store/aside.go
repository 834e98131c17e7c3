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

// aside is a damaged file that is kept.
type aside struct {
	to      string
	content []byte
}

// asides are the damaged files, each with a name of its own in a folder for them.
func (p *Project) asides(s *survey) ([]aside, error) {
	n, _ := s.history.last()
	var all []aside
	for _, d := range append(slices.Clone(s.damage), s.heals...) {
		content, err := p.root.ReadFile(d.File)
		if errors.Is(err, fs.ErrNotExist) || strings.HasSuffix(d.File, temporary) {
			continue
		}
		if err != nil {
			return all, err
		}
		to := fmt.Sprintf("%s/%d/%s", damagedDir, n+1, strings.ReplaceAll(d.File, "/", "~"))
		for again := 2; ; again++ {
			held, err := p.root.ReadFile(to)
			if errors.Is(err, fs.ErrNotExist) || err == nil && bytes.Equal(held, content) {
				break
			}
			if err != nil {
				return all, err
			}
			to = fmt.Sprintf("%s/%d/%s.%d", damagedDir, n+1, strings.ReplaceAll(d.File, "/", "~"), again)
		}
		all = append(all, aside{to, content})
	}
	return all, nil
}

func (p *Project) copyAside(all []aside) error {
	folders := map[string]struct{}{}
	for _, a := range all {
		if err := put(p.disk, a.to, a.content); err != nil {
			return err
		}
		folders[path.Dir(a.to)], folders[damagedDir], folders["."] = struct{}{}, struct{}{}, struct{}{}
	}
	for _, folder := range slices.Backward(names(folders)) {
		if err := p.disk.Sync(folder); err != nil {
			return err
		}
	}
	return nil
}

// relog makes the next append write a new log, of the lines that hold and its own, in one step.
func (p *Project) relog(s *survey) error {
	log, err := p.root.ReadFile(logFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	p.holds = append([]byte{}, log[:s.size]...)
	return nil
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

// lacks is the error that an artifact of a state is nowhere.
func (s *survey) lacks(state project.State, brought map[string][]byte) error {
	there := map[string]bool{}
	for _, digest := range s.files {
		there[digest] = true
	}
	of := state.Artifacts()
	for _, name := range names(of) {
		if _, has := brought[of[name]]; !there[of[name]] && !has {
			return fmt.Errorf("%s/%s: the content of digest %s is nowhere", artifacts, name, of[name])
		}
	}
	return nil
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
