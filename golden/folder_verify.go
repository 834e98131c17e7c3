package golden

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path"
	"slices"
	"strings"
)

// Verify reads everything in the folder and returns what is not as it was stored, in the order of
// paths: goldens that were changed (any byte, white space too), cut, swapped, removed or are not
// named by goldens.sum, and a goldens.sum that is not spelt as it was written or not signed by a key
// in the ring. A signature is due where keys/*.pub are there; a nil ring means those.
//
// The error says that verifying itself failed, not what it found.
func (f *Folder) Verify(ring *Ring) ([]Problem, error) {
	root, err := openFolderRoot(f.dir, false)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("goldens: %w", err)
	}
	defer root.Close()
	problems, err := f.verifySignature(root, ring)
	if err != nil {
		return nil, fmt.Errorf("goldens: %s: %w", f.dir, err)
	}
	files, err := root.goldens()
	if err != nil {
		return nil, fmt.Errorf("goldens: %s: %w", f.dir, err)
	}
	sums, err := root.sum()
	if errors.Is(err, fs.ErrNotExist) {
		if len(files) == 0 {
			return problems, nil
		}
		problems = append(problems, Problem{sumFile, ProblemRemoved, "there are goldens, but nothing names them"})
	} else if err != nil {
		return append(problems, unopened(sumFile, err)), nil
	}
	named := map[string]bool{}
	for _, e := range sums {
		named[e.Path()] = true
		t, err := sums.read(root, e)
		if problem := (Problem{}); errors.As(err, &problem) {
			problems = append(problems, problem)
		} else if err != nil {
			return nil, fmt.Errorf("goldens: %s: %w", f.dir, err)
		} else {
			t.Close()
		}
	}
	for _, file := range files {
		if !named[file] {
			problems = append(problems, orphan(file))
		}
	}
	slices.SortStableFunc(problems, func(a, b Problem) int { return strings.Compare(a.Golden, b.Golden) })
	return problems, nil
}

// goldens returns the paths of all files that look like goldens, sorted.
func (r *folderRoot) goldens() ([]string, error) {
	var files []string
	err := fs.WalkDir(r.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		hidden := strings.HasPrefix(path.Base(name), ".") && name != "."
		switch {
		case err != nil:
			return err
		case hidden && entry.IsDir():
			return fs.SkipDir
		case !hidden && !entry.IsDir() && strings.HasSuffix(name, goldenSuffix):
			files = append(files, name)
		}
		return nil
	})
	return files, err
}

// read reads the golden that s names by e. Whatever is wrong with its content is a Problem.
func (s sum) read(root *folderRoot, e FolderEntry) (*Trace, error) {
	name := e.Path()
	file, err := root.open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, Problem{name, ProblemRemoved, sumFile + " names it, and it is not there"}
	}
	if err != nil {
		return nil, unopened(name, err)
	}
	defer file.Close()
	t, err := readRendered(file)
	var pathError *fs.PathError
	switch {
	case errors.As(err, &pathError):
		return nil, err // a failing disk says nothing about what was stored
	case err != nil && conflictIn(file) > 0:
		return nil, Problem{name, ProblemChanged, fmt.Sprintf("line %d: a merge left git's marks here: %s", conflictIn(file), takeASide(name))}
	case err != nil && endsInCRLF(file):
		return nil, Problem{name, ProblemChanged, "its lines end in CR LF: keep git from that with a line \"*" +
			goldenSuffix + " -text\" in .gitattributes"}
	case errors.Is(err, ErrCut):
		return nil, Problem{name, ProblemCut, err.Error()}
	case err != nil:
		return nil, Problem{name, ProblemChanged, err.Error()}
	}
	if problem, ok := s.misplaced(t, e); ok {
		t.Close()
		return nil, problem
	}
	return t, nil
}

// misplaced says what is wrong with a trace that is whole but not the one that e names.
func (s sum) misplaced(t *Trace, e FolderEntry) (Problem, bool) {
	h := t.Header()
	holds := FolderEntry{Workflow: h.Workflow, Seed: h.Seed}
	switch {
	case h.Workflow != e.Workflow || h.Seed != e.Seed:
		return Problem{e.Path(), ProblemSwapped, "it holds the golden of " + holds.Path()}, true
	case t.Digest() != e.Digest:
		return Problem{e.Path(), ProblemChanged, fmt.Sprintf("its digest is %s%v: %s wants %s%v",
			digestPrefix, t.Digest(), sumFile, digestPrefix, e.Digest)}, true
	}
	return Problem{}, false
}

// endsInCRLF reports whether a golden's file has the one innocent cause of changed white space.
func endsInCRLF(file io.ReaderAt) bool {
	start := make([]byte, 3)
	n, _ := file.ReadAt(start, 0)
	return string(start[:n]) == "{\r\n"
}

// unopened says of a file that could not be opened, or parsed, what is wrong with it. That the system refuses says nothing about
// what was stored.
func unopened(name string, err error) Problem {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return Problem{name, ProblemUnreadable, fmt.Sprintf("it can't be read: %v: see who may read it", pathError.Err)}
	}
	return Problem{name, ProblemChanged, err.Error()}
}

// conflictIn returns the line of a file where what git could not merge begins, from 1; 0: nowhere.
func conflictIn(file io.ReadSeeker) int {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return 0
	}
	lines := newLineReader(file)
	defer lines.release()
	var line []byte
	for n := 1; ; n++ {
		var err error
		if line, err = lines.appendLine(line[:0], math.MaxInt); Conflict(line) {
			return n
		} else if err != nil {
			return 0
		}
	}
}

func orphan(name string) Problem {
	return Problem{name, ProblemOrphan, "it is not in " + sumFile + ": remove it, or put it again"}
}
