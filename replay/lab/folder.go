package lab

import (
	"fmt"
	"os"
	"path/filepath"
)

// folders are the private ones of a treatment; "" where it makes none. The same scratch folder gives the same paths,
// so that two runs of an arm differ in none, as long as their caller gives them a scratch folder of the same name.
type folders struct{ home, tmp, work string }

// foldersIn names the private folders of a treatment.
func (t Treatment) foldersIn(scratch string) folders {
	var f folders
	if n, ok := t["home"]; ok {
		f.home = filepath.Join(scratch, "shadowrun-lab-home-"+n)
	}
	if n, ok := t["tmpdir"]; ok {
		f.tmp = filepath.Join(scratch, "shadowrun-lab-tmp-"+n)
	}
	switch n, ok := t["workdir"]; {
	case ok && n == "copy":
		f.work = filepath.Join(scratch, "work")
	case ok:
		f.work = filepath.Join(scratch, "shadowrun-lab-work-"+n)
	}
	return f
}

// list returns those that there are.
func (f folders) list() (dirs []string) {
	for _, dir := range []string{f.home, f.tmp, f.work} {
		if dir != "" {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// make makes them: home and tmp empty, work a copy of dir without the scratch folder, which may be in it.
// Before anything is made, what can't be copied is refused.
func (f folders) make(dir, scratch string) error {
	for _, empty := range []string{f.home, f.tmp} {
		if empty == "" {
			continue
		}
		if err := makePrivate(empty); err != nil {
			return err
		}
	}
	if f.work == "" {
		return nil
	}
	if err := copyFolder(dir, f.work, scratch); err != nil {
		return fmt.Errorf("workdir: %w", err)
	}
	return nil
}

// CopyFolder copies a working folder as the treatment of workdir does, without the folder that to is made in. It refuses what is
// larger than 64 MB or 10,000 files, or could only be copied as something else, before it makes anything.
func CopyFolder(from, to string) error { return copyFolder(from, to, filepath.Dir(to)) }

func copyFolder(from, to, skip string) error {
	c, err := newCopier(from, to, skip)
	if err != nil {
		return err
	}
	if err := c.measure(); err != nil {
		return fmt.Errorf("%s can't be copied: %w", c.from, err)
	}
	if err := c.copy(); err != nil {
		return fmt.Errorf("copying %s: %w", c.from, err)
	}
	return nil
}

// makePrivate makes an empty folder that is the user's alone, whatever the umask is.
func makePrivate(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	return os.Chmod(dir, 0o700)
}
