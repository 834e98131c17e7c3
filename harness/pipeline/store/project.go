package store

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// Options say when it is and who acts.
type Options struct {
	Now   func() time.Time
	Actor string // of the lock, and of entries that name none
	// DryRun has a repair say what it would do, and write nothing.
	DryRun bool

	disk func(disk) disk // a test's, around the real one
	step func(string)    // a test's, which may end the process
}

func (o Options) on(root *os.Root) disk {
	if o.disk == nil {
		return folder{root}
	}
	return o.disk(folder{root})
}

// Project is an open one. It is for one goroutine.
type Project struct {
	Mended []*Damage // what opening it mended, to be told

	id      string
	root    *os.Root
	lock    *os.File // nil: it may be read only
	disk    disk
	options Options
	history history
	size    int64
	holds   []byte // of a damaged log, what the next append makes a new one with
	failed  error  // why nothing more may be appended
}

// ErrReadOnly is for what a project that was opened with [OpenRead] can't do.
var ErrReadOnly = errors.New("the project was opened to be read only")

// ErrHappened is for an entry that is in the log, and so has happened, though the files could not
// be brought up to date: opening the project again does that.
var ErrHappened = errors.New("it has happened, but not all files say so yet: open the project again")

// Open locks a project and brings its files up to date with its log. Where another process holds
// it, the error is a [*HeldError]; where something is wrong, each is a [*Damage], and nothing was
// changed.
func Open(dir string, o Options) (*Project, error) {
	p, s, err := locked(dir, o)
	if err != nil {
		return nil, err
	}
	if err := damaged(s.damage); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	if err := p.recover(s); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", p.id, err), p.Close())
	}
	p.Mended = append(p.Mended, s.heals...)
	return p, nil
}

// locked locks a project and looks at it.
func locked(dir string, o Options) (*Project, *survey, error) {
	finishes := CutOff(dir)
	if err := finish(dir); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", filepath.Base(dir), err)
	}
	root, id, err := enter(dir)
	if err != nil {
		return nil, nil, err
	}
	if info, err := root.Lstat(lockFile); err == nil && !info.Mode().IsRegular() {
		d := &Damage{Project: id, File: lockFile, Found: "it is a " + kind(info.Mode()), Expected: "a file of the project's own", Mend: []string{"remove it"}}
		return nil, nil, errors.Join(d, root.Close())
	}
	lock, err := take(root, id, Holder{PID: os.Getpid(), Since: o.Now().UTC(), Actor: o.Actor})
	if err != nil {
		return nil, nil, errors.Join(err, root.Close())
	}
	p := &Project{id: id, root: root, lock: lock, disk: o.on(root), options: o}
	if moved(root, dir) { // archived between the two: another has its name now
		_ = p.Close() // nothing was written there
		return locked(dir, o)
	}
	s, err := look(root, id)
	if err != nil {
		return nil, nil, errors.Join(err, p.Close())
	}
	p.history, p.size = s.history, s.size
	if finishes {
		p.Mended = []*Damage{cutOff(id)}
	}
	return p, s, nil
}

// moved reports whether a folder has not its name any more.
func moved(root *os.Root, dir string) bool {
	held, err := root.Stat(".")
	named, errNamed := os.Stat(dir)
	return err == nil && !(errNamed == nil && os.SameFile(held, named))
}

// recover finishes what a killed engine began.
func (p *Project) recover(s *survey) error {
	if err := p.drop(s.temps); err != nil {
		return err
	}
	if len(s.torn) > 0 {
		n, _ := p.history.last()
		if err := put(p.disk, fmt.Sprintf("%s.torn.%d", logFile, n+1), s.torn); err != nil {
			return err
		}
		if err := errors.Join(p.disk.Sync("."), p.disk.Truncate(logFile, s.size), p.disk.Sync(logFile)); err != nil {
			return err
		}
	}
	if !s.behind {
		return nil
	}
	n, _ := p.history.last()
	c, err := p.changes(s.files, n)
	if err == nil {
		// The log may not be on disk yet, where its writer was killed: the files must not be before it.
		err = errors.Join(p.disk.Sync(logFile), c.prepare(p))
	}
	if err != nil {
		return err
	}
	return c.carryOut(p)
}

// OpenRead reads a project as it is, without a lock, and without writing anything. It also reads one
// that an engine is at work on.
func OpenRead(dir string) (*Project, error) {
	root, id, err := enter(dir)
	if err != nil {
		return nil, err
	}
	s, err := lookSteady(root, id)
	if err != nil {
		return nil, errors.Join(err, root.Close())
	}
	if err := damaged(s.damage); err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return &Project{id: id, root: root, history: s.history, size: s.size}, nil
}

// steadyTries is how often a project that changes while it is read is read anew.
const steadyTries = 100

// lookSteady looks at a project that may be worked at meanwhile: half an old state and half a new
// one are no damage. While somebody holds it, only its log is held to itself.
func lookSteady(root *os.Root, id string) (*survey, error) {
	for try := 1; ; try++ {
		before := fingerprint(root)
		s, err := look(root, id)
		if err == nil && len(s.damage) == 0 {
			return s, nil
		}
		who, errHolder := holderOf(root)
		if errHolder == nil && who != nil && (err != nil || !s.links) {
			if s, err = lookLog(root, id); err == nil && s.broken == nil {
				return s, nil
			}
		}
		if fingerprint(root) == before && who == nil || try == steadyTries {
			return s, err
		}
	}
}

// lookLog reads the log alone.
func lookLog(root *os.Root, id string) (*survey, error) {
	s := &survey{id: id, history: newHistory(), files: map[string]string{}}
	log, err := root.ReadFile(logFile)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", id, err)
	}
	s.readLog(log)
	return s, nil
}

func fingerprint(root *os.Root) string {
	of := ""
	for _, name := range []string{logFile, stateFile} {
		if info, err := root.Stat(name); err == nil {
			of += fmt.Sprint(info.Size(), info.ModTime(), " ")
		}
	}
	return of
}

// Close gives the project up.
func (p *Project) Close() error {
	err := p.root.Close()
	if p.lock != nil {
		err = errors.Join(release(p.lock), err)
		p.lock = nil
	}
	return err
}

// ID is project-N.
func (p *Project) ID() string { return p.id }

// State is the project's. Its maps are not to be changed.
func (p *Project) State() project.State { return p.history.states[len(p.history.entries)] }

// Letters are the dead ones, oldest first.
func (p *Project) Letters() []project.DeadLetter {
	return slices.Clone(p.history.letters[len(p.history.entries)])
}

// Entries are the log's, oldest first.
func (p *Project) Entries() []project.Entry { return slices.Clone(p.history.entries) }

// Holder is who holds the project; nil where nobody does.
func (p *Project) Holder() *Holder {
	who, err := holderOf(p.root)
	if err != nil {
		return nil
	}
	return who
}

// ReadArtifact is the content of an artifact that a stage holds. Content that is not the one the
// state names is a [*Damage].
func (p *Project) ReadArtifact(name string) ([]byte, error) {
	want, ok := p.State().Artifacts()[name]
	if !ok {
		return nil, fmt.Errorf("%s: no stage holds an artifact %s: %w", p.id, name, fs.ErrNotExist)
	}
	content, err := p.root.ReadFile(artifacts + "/" + name)
	found := ""
	switch {
	case errors.Is(err, fs.ErrNotExist):
		found = "it is missing"
	case err != nil:
		return nil, fmt.Errorf("%s: %w", p.id, err)
	case project.Digest(content) != want:
		found = "its content was altered: its digest is " + project.Digest(content)
	default:
		return content, nil
	}
	return nil, &Damage{Project: p.id, File: artifacts + "/" + name, Found: found, Expected: want, Mend: []string{reconstruct(p.id)}}
}

// names are a map's, so that what is done for each is done in the same order each time.
func names[V any](of map[string]V) []string { return slices.Sorted(maps.Keys(of)) }
