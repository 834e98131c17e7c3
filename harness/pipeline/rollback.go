package pipeline

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
	"github.com/shadowrun/shadowrun/harness/pipeline/store"
)

// Revisions returns the commits that changed a project's state, or with no project the
// configuration, newest first.
func (o Operator) Revisions(ctx context.Context, id string) ([]Revision, error) {
	path, err := o.versioned(id)
	if err != nil {
		return nil, err
	}
	return revisions(ctx, o.Root, path)
}

// versioned is the path, below the root, of what is rolled back.
func (o Operator) versioned(id string) (string, error) {
	if id == "" {
		return filepath.Rel(o.Root, ConfigPath(o.Root))
	}
	if err := project.CheckID(id); err != nil {
		return "", err
	}
	return filepath.Rel(o.Root, filepath.Join(store.Dir(o.Root, id), string(project.StateFile)))
}

// committed returns a file as it was; the error says which revisions there are.
func (o Operator) committed(ctx context.Context, revision, path string) ([]byte, error) {
	src, err := atRevision(ctx, o.Root, revision, path)
	if err == nil {
		return src, nil
	}
	there, listed := revisions(ctx, o.Root, path)
	if listed != nil {
		return nil, listed
	}
	if len(there) == 0 {
		return nil, fmt.Errorf("%w; %s was never committed", err, path)
	}
	var lines []string
	for _, r := range there[:min(len(there), 10)] {
		lines = append(lines, fmt.Sprintf("  %.12s %s %s", r.ID, r.Date, r.Subject))
	}
	return nil, fmt.Errorf("%w; %s was changed by\n%s", err, path, strings.Join(lines, "\n"))
}

// RollbackConfig puts the configuration of a revision in place of today's, which is kept beside it.
func (o Operator) RollbackConfig(ctx context.Context, revision string) (Done, error) {
	d := o.done("rollback config", "")
	if err := needs(o.Actor, o.Reason); err != nil {
		return d, err
	}
	path, _ := o.versioned("")
	src, err := o.committed(ctx, revision, path)
	if err != nil {
		return d, err
	}
	taken, err := project.ParseConfig(path+" at "+revision, src)
	if err != nil {
		return d, err
	}
	old, err := readConfig(o.Root)
	if err != nil {
		return d, err
	}
	backup := ConfigPath(o.Root) + ".backup"
	if old != nil {
		d.did("kept today's as %s", backup)
	}
	d.did("%s is that of %s", path, revision)
	if today, err := project.ParseConfig(path, old); err == nil { // one that is wrong may be why it is rolled back
		d.Did = append(d.Did, settingsChanged(today, taken)...)
	}
	if o.DryRun {
		return d, nil
	}
	if old != nil {
		if err := replaceFile(backup, old); err != nil {
			return d, err
		}
	}
	if err := replaceFile(ConfigPath(o.Root), src); err != nil {
		return d, err
	}
	return d, enter(o.Root, Operation{At: o.Now(), Event: "rollback config", Actor: o.Actor, Reason: o.Reason, Detail: project.Detail(map[string]string{"revision": revision})})
}

// Rollback makes the state of a revision the project's, whether today's is damaged or not. The audit
// log stays, and says so.
func (o Operator) Rollback(ctx context.Context, id, revision string) (Done, error) {
	path, err := o.versioned(id)
	if err != nil {
		return o.done("rollback", id), err
	}
	take, err := o.atRevision(ctx, revision, path)
	if err != nil {
		return o.done("rollback", id), err
	}
	brought := o.brought(ctx, take.State, revision, filepath.Dir(path))
	d, err := o.mend("rollback", id, func(dir string, so store.Options, reason string) (store.Mending, error) {
		return store.Takeover(dir, take, brought, so, reason)
	})
	d.Did = append([]string{fmt.Sprintf("%s is the state after entry %d: %s at %s", take.Source, take.State.Sequence, take.State.Status, take.State.CurrentStage)}, d.Did...)
	return d, err
}

// atRevision reads a state, and the dead letters beside it, and holds them to what they have to be.
func (o Operator) atRevision(ctx context.Context, revision, path string) (t project.Takeover, err error) {
	src, err := o.committed(ctx, revision, path)
	if err != nil {
		return t, err
	}
	t.Source = revision + ":" + filepath.ToSlash(path)
	if t.State, err = project.ParseState(src); err != nil {
		return t, fmt.Errorf("%s: %w", t.Source, err)
	}
	src, err = atRevision(ctx, o.Root, revision, filepath.Join(filepath.Dir(path), string(project.LettersFile)))
	if err != nil {
		return t, nil // it has none: those of today stay
	}
	l, err := project.ParseLetters(src)
	if err != nil {
		return t, fmt.Errorf("%s at %s: %w", project.LettersFile, revision, err)
	}
	t.Letters = &l.Letters
	return t, nil
}

// brought are the contents of an older state's artifacts, by digest, as far as the revision has them. The store has all
// that its own log ever named, and refuses a state whose artifacts are nowhere.
func (o Operator) brought(ctx context.Context, s project.State, revision, dir string) map[string][]byte {
	all := map[string][]byte{}
	for name, digest := range s.Artifacts() {
		content, err := atRevision(ctx, o.Root, revision, filepath.Join(dir, string(project.ArtifactsDir), filepath.FromSlash(name)))
		if err == nil && project.Digest(content) == digest {
			all[digest] = content
		}
	}
	return all
}
