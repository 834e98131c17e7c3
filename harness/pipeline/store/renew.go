package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// fresh is how the folder's name begins of a project that is to take the place of one that is archived.
const fresh = ".fresh-"

func freshDir(dir string) string {
	return filepath.Join(filepath.Dir(dir), fresh+filepath.Base(dir))
}

// Renew moves a project, damaged or not, to .somas/archive/project-N.SEQ under the same root, and
// begins it anew. It returns where the old one is.
//
// The new one is whole before the old one is moved: until then nothing has happened, and from then on
// whoever opens the project finishes it ([CutOff]).
func Renew(dir string, seed uint64, o Options, reason string) (archive string, err error) {
	old, s, err := locked(dir, o)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, old.Close()) }()
	n, _ := s.history.last()
	if archive, err = freeArchive(dir, old.id, n); err == nil {
		err = os.RemoveAll(freshDir(dir)) // of one that was killed before anything had happened
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", old.id, err)
	}
	p, err := o.born(freshDir(dir), old.id, project.Entry{Event: project.Created,
		Reason: fmt.Sprintf("begun afresh: %s; what was there is %s", reason, filepath.Base(archive)),
		Detail: project.Detail(project.Creation{Project: old.id, Seed: seed})})
	if err == nil {
		err = p.Close()
	}
	if err != nil {
		return "", err
	}
	o.reached("made")
	err = os.Rename(dir, archive)
	o.reached("archived")
	if err == nil {
		err = errors.Join(syncFolder(filepath.Dir(archive)), syncFolder(filepath.Dir(dir)), finish(dir))
	}
	if err != nil {
		return "", fmt.Errorf("%s: begin afresh: %w", old.id, err)
	}
	o.reached("named")
	return archive, nil
}

func freeArchive(dir, id string, n int) (string, error) {
	archive := filepath.Join(filepath.Dir(filepath.Dir(dir)), "archive")
	to := filepath.Join(archive, fmt.Sprintf("%s.%d", id, n))
	for again := 2; ; again++ {
		if _, err := os.Lstat(to); err != nil {
			return to, os.MkdirAll(archive, 0o755)
		}
		to = filepath.Join(archive, fmt.Sprintf("%s.%d.%d", id, n, again))
	}
}

// CutOff reports whether [Renew] was killed when it had moved the old project away, and the new one had
// not its name. Opening the project gives it that.
func CutOff(dir string) bool {
	_, is := os.Lstat(dir)
	_, made := os.Lstat(freshDir(dir))
	return errors.Is(is, fs.ErrNotExist) && made == nil
}

// finish does the rest of a [Renew] that was cut off. Somebody else may do so at the same time.
func finish(dir string) error {
	if !CutOff(dir) {
		return nil
	}
	err := os.Rename(freshDir(dir), dir)
	if !CutOff(dir) {
		err = nil
	}
	return errors.Join(err, syncFolder(filepath.Dir(dir)))
}

// cutOff is what there is of such a project.
func cutOff(id string) *Damage {
	return &Damage{Project: id, File: ".", Found: "it is archived, and its new beginning was cut off", Expected: "the new beginning",
		Mend: []string{opening(id)}, Heals: true}
}

// reached tells a test how far it came.
func (o Options) reached(step string) {
	if o.step != nil {
		o.step(step)
	}
}
