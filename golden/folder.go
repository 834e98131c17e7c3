package golden

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
)

// Folder keeps goldens in a repository: a file each, made to be read in a diff, and goldens.sum
// with their digests. Any number of processes may use it at once.
type Folder struct{ dir string }

// OpenFolder returns the store in dir. Where there is none, the first Put makes it.
func OpenFolder(dir string) (*Folder, error) {
	info, err := os.Stat(dir)
	if err == nil && !info.IsDir() {
		err = &fs.PathError{Op: "open", Path: dir, Err: errors.New("not a folder")}
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("goldens: %w", err)
	}
	return &Folder{dir: dir}, nil
}

// Put stores each trace as the golden of its workflow and seed, in place of the one before. All are
// durable when it returns. A kill on the way leaves every file whole; the ones that goldens.sum
// doesn't name yet are what [Folder.Verify] then finds, and putting them again mends it.
func (f *Folder) Put(traces ...*Trace) error {
	if err := os.MkdirAll(f.dir, 0o777); err != nil {
		return fmt.Errorf("goldens: %w", err)
	}
	root, err := openFolderRoot(f.dir, true)
	if err != nil {
		return fmt.Errorf("goldens: %w", err)
	}
	defer root.Close()
	sums, err := root.sum()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("goldens: %s: %w", f.dir, err)
	}
	for _, t := range traces {
		h := t.Header()
		if len(h.Workflow) > maxWorkflow {
			return fmt.Errorf("goldens: workflow %.40q…: its name has %d bytes: want at most %d", h.Workflow, len(h.Workflow), maxWorkflow)
		}
		e := FolderEntry{Workflow: h.Workflow, Seed: h.Seed, Digest: t.Digest()}
		if err := root.replace(e.Path(), func(w io.Writer) error { return renderTrace(w, t) }); err != nil {
			return fmt.Errorf("goldens: put %s: %w", e.Path(), err)
		}
		sums = append(sums.without(e.Workflow, e.Seed), e)
	}
	return f.replaceSum(root, sums)
}

func (f *Folder) replaceSum(root *folderRoot, s sum) error {
	err := root.replace(sumFile, func(w io.Writer) error {
		_, err := w.Write(s.appendText(nil))
		return err
	})
	if err != nil {
		return fmt.Errorf("goldens: %s: %w", f.dir, err)
	}
	return nil
}

// Get returns the golden of a workflow and seed, checked against goldens.sum; the caller closes it.
// Where there is none, the error wraps fs.ErrNotExist. Where there should be one but it is not as it
// was stored, or not there, the error is a [Problem].
func (f *Folder) Get(workflow string, seed uint64) (*Trace, error) {
	missing := FolderEntry{Workflow: workflow, Seed: seed}
	root, err := openFolderRoot(f.dir, false)
	if err != nil {
		return nil, fmt.Errorf("golden %s: %w", missing.Path(), err)
	}
	defer root.Close()
	sums, err := root.sum()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("goldens: %s: %w", f.dir, err)
	}
	e, ok := sums.find(workflow, seed)
	if ok {
		return sums.read(root, e)
	}
	if _, err := root.Lstat(e.Path()); err != nil {
		return nil, fmt.Errorf("golden %s: %w", e.Path(), err)
	}
	return nil, orphan(e.Path())
}

// Held returns what the file of a golden holds, whatever goldens.sum says of it: to show it, not to compare with it.
// The caller closes it.
func (f *Folder) Held(workflow string, seed uint64) (*Trace, error) {
	e := FolderEntry{Workflow: workflow, Seed: seed}
	root, err := openFolderRoot(f.dir, false)
	if err != nil {
		return nil, fmt.Errorf("golden %s: %w", e.Path(), err)
	}
	defer root.Close()
	file, err := root.open(e.Path())
	if err != nil {
		return nil, fmt.Errorf("golden %s: %w", e.Path(), err)
	}
	defer file.Close()
	t, err := readRendered(file)
	if err != nil {
		return nil, fmt.Errorf("golden %s: %w", e.Path(), err)
	}
	return t, nil
}

// List returns what goldens.sum names, sorted by workflow and seed.
func (f *Folder) List() ([]FolderEntry, error) {
	root, err := openFolderRoot(f.dir, false)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("goldens: %w", err)
	}
	defer root.Close()
	sums, err := root.sum()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("goldens: %s: %w", f.dir, err)
	}
	slices.SortFunc(sums, compareEntries)
	return sums, nil
}

// Remove takes the golden of a workflow and seed away, from goldens.sum first. Where there is none,
// the error wraps fs.ErrNotExist.
func (f *Folder) Remove(workflow string, seed uint64) error {
	root, err := openFolderRoot(f.dir, true)
	if err != nil {
		return fmt.Errorf("goldens: %w", err)
	}
	defer root.Close()
	sums, err := root.sum()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("goldens: %s: %w", f.dir, err)
	}
	e, named := sums.find(workflow, seed)
	if named {
		if err := f.replaceSum(root, sums.without(workflow, seed)); err != nil {
			return err
		}
	}
	err = root.Remove(e.Path())
	if named && errors.Is(err, fs.ErrNotExist) {
		err = nil // it was gone before
	}
	if err != nil {
		return fmt.Errorf("golden %s: %w", e.Path(), err)
	}
	return nil
}
