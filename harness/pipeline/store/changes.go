package store

import (
	"fmt"
	"path"
	"slices"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// changes are the files to be written and removed.
type changes struct {
	write    map[string][]byte
	remove   []string
	prepared []string
}

// changes are what makes the files, of which the digests are given, those after n entries.
func (p *Project) changes(files map[string]string, n int) (*changes, error) {
	c := &changes{write: map[string][]byte{}}
	image := p.history.image(n)
	for _, name := range names(image) {
		want := image[name]
		if files[name] == want.digest {
			continue
		}
		if want.content == nil {
			var err error
			if want.content, err = p.root.ReadFile(object(want.digest)); err != nil {
				return c, fmt.Errorf("%s: the content of digest %s is not there: %w", name, want.digest, err)
			}
			if project.Digest(want.content) != want.digest {
				return c, fmt.Errorf("%s was altered: %s", object(want.digest), reconstruct(p.id))
			}
		}
		c.write[name] = want.content
	}
	for _, name := range names(files) {
		if _, wanted := image[name]; !wanted && path.Dir(name) != objects {
			c.remove = append(c.remove, name)
		}
	}
	return c, nil
}

// prepare writes the files under temporary names.
func (c *changes) prepare(p *Project) error {
	for _, name := range names(c.write) {
		c.prepared = append(c.prepared, name)
		if err := prepare(p.disk, name, c.write[name]); err != nil {
			return err
		}
	}
	return nil
}

// withdraw removes what was prepared. What stays behind on a failing disk, opening removes.
func (c *changes) withdraw(p *Project) {
	for _, name := range c.prepared {
		_ = p.disk.Remove(name + temporary)
	}
}

// carryOut gives the prepared files their names. The state comes last: while it is that of the entry
// before, the others may be of either.
func (c *changes) carryOut(p *Project) error {
	folders := map[string]struct{}{".": {}}
	order := slices.DeleteFunc(names(c.write), func(name string) bool { return name == stateFile })
	for _, name := range order {
		if err := p.disk.Rename(name+temporary, name); err != nil {
			return err
		}
		for folder := path.Dir(name); folder != "."; folder = path.Dir(folder) {
			folders[folder] = struct{}{}
		}
	}
	for _, name := range c.remove {
		if err := p.disk.Remove(name); err != nil {
			return err
		}
		folders[path.Dir(name)] = struct{}{}
	}
	for _, folder := range names(folders) {
		if err := p.disk.Sync(folder); err != nil {
			return err
		}
	}
	if err := p.disk.Rename(stateFile+temporary, stateFile); err != nil {
		return err
	}
	return p.disk.Sync(".")
}
