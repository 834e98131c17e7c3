package store

import (
	"errors"
	"fmt"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// Artifact keeps content that an entry is going to name, and returns its digest. It is seen under
// its name from that entry on.
func (p *Project) Artifact(name string, content []byte) (string, error) {
	digest := project.Digest(content)
	if err := project.CheckArtifact(name, digest); err != nil {
		return "", fmt.Errorf("%s: %w", p.id, err)
	}
	if err := p.writable(); err != nil {
		return "", err
	}
	if err := p.keep(digest, content); err != nil {
		return "", fmt.Errorf("%s: artifact %s: %w", p.id, name, err)
	}
	return digest, nil
}

func (p *Project) keep(digest string, content []byte) error {
	if held, err := p.root.ReadFile(object(digest)); err == nil && project.Digest(held) == digest {
		return nil
	}
	if err := put(p.disk, object(digest), content); err != nil {
		return err
	}
	return p.disk.Sync(objects)
}

func (p *Project) writable() error {
	switch {
	case p.lock == nil:
		return fmt.Errorf("%s: %w", p.id, ErrReadOnly)
	case p.failed != nil:
		return fmt.Errorf("%s: an earlier write failed: open the project again: %w", p.id, p.failed)
	}
	return nil
}

// Append makes entries happen, one after the other. Where one is refused ([*project.NotAllowed]) or
// can't be written, it and those after it have not happened; [ErrHappened] is the exception.
func (p *Project) Append(entries ...project.Entry) error {
	for _, e := range entries {
		if err := p.append(e); err != nil {
			return err
		}
	}
	return nil
}

func (p *Project) append(e project.Entry) error {
	if err := p.writable(); err != nil {
		return err
	}
	n, _ := p.history.last()
	return p.happen(e, digests(p.history.image(n)))
}

// happen appends an entry, and makes the files, of which the digests are given, those after it.
func (p *Project) happen(e project.Entry, files map[string]string) error {
	if e.At.IsZero() {
		e.At = p.options.Now()
	}
	if e.Actor == "" {
		e.Actor = p.options.Actor
	}
	n, prev := p.history.last()
	e, state, _, err := project.Prepare(p.history.states[n], p.history.letters[n], e)
	if err != nil {
		return err
	}
	if state.Project != p.id {
		return fmt.Errorf("%s: %s: it is of %q", p.id, e.Event, state.Project)
	}
	e, _ = e.Seal(prev) // a line that can't be written says why
	line, err := e.Line()
	var read project.Entry
	if err == nil { // what is read back is what is gone on with: details may have a second spelling
		read, err = project.ParseEntry(line, prev)
	}
	if err == nil {
		err = p.history.add(read)
	}
	if err != nil {
		return fmt.Errorf("%s: %s: %w", p.id, e.Event, err)
	}
	if err := p.commit(line, files); err != nil {
		return fmt.Errorf("%s: %s: %w", p.id, e.Event, err)
	}
	return nil
}

func digests(image map[string]file) map[string]string {
	all := map[string]string{}
	for name, f := range image {
		all[name] = f.digest
	}
	return all
}

// commit writes the last entry of the history, and the files that it changes.
func (p *Project) commit(line []byte, before map[string]string) error {
	n, _ := p.history.last()
	c, err := p.changes(before, n)
	if err == nil {
		err = c.prepare(p)
	}
	if err == nil {
		err = p.appendLine(line)
	}
	if err != nil {
		p.history.pop()
		c.withdraw(p)
		return err
	}
	if err := c.carryOut(p); err != nil {
		p.failed = err
		return errors.Join(ErrHappened, err)
	}
	return nil
}

// appendLine is the commit point. A line that can't be written is cut off again: it must not happen
// later, after it was said not to have.
func (p *Project) appendLine(line []byte) error {
	if p.holds != nil {
		return p.newLog(line)
	}
	err := p.disk.Append(logFile, line)
	if err == nil {
		if err = p.disk.Sync(logFile); err == nil {
			p.size += int64(len(line))
			return nil
		}
		p.failed = err // what a failed sync left on the disk, nobody knows
	}
	if cut := errors.Join(p.disk.Truncate(logFile, p.size), p.disk.Sync(logFile)); cut != nil {
		p.failed = err
		return errors.Join(err, cut)
	}
	return err
}

// newLog is the commit point of a repair: the damaged log gives way to a whole one.
func (p *Project) newLog(line []byte) error {
	log := append(p.holds, line...)
	if err := put(p.disk, logFile, log); err != nil {
		return err
	}
	p.holds, p.size = nil, int64(len(log))
	if err := p.disk.Sync("."); err != nil {
		p.failed = err
		return errors.Join(ErrHappened, err)
	}
	return nil
}
