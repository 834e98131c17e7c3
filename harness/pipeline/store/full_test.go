package store

import (
	"errors"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// broken is a disk on which one operation does half of its work and fails.
type broken struct {
	disk
	at      int // the operation, from 1
	ops     *int
	cutting bool // whether truncating fails from then on too
}

func (b broken) fails(content []byte) ([]byte, error) {
	*b.ops++
	if *b.ops == b.at {
		return content[:len(content)/2], syscall.ENOSPC
	}
	return content, nil
}

func (b broken) Create(name string, content []byte) error {
	part, err := b.fails(content)
	return errors.Join(b.disk.Create(name, part), err)
}

func (b broken) Append(name string, content []byte) error {
	part, err := b.fails(content)
	return errors.Join(b.disk.Append(name, part), err)
}

func (b broken) Truncate(name string, size int64) error {
	if b.cutting && *b.ops >= b.at {
		return syscall.EIO
	}
	return b.disk.Truncate(name, size)
}

func (b broken) Rename(from, to string) error {
	if _, err := b.fails(nil); err != nil {
		return err
	}
	return b.disk.Rename(from, to)
}

// TestFullDisk fails each operation of an append in turn. What was not acknowledged has not
// happened, or the error says that it has.
func TestFullDisk(t *testing.T) {
	if testing.Short() {
		t.Skip("repeats much; the other pass has it")
	}
	for _, cutting := range []bool{false, true} {
		happened, refused, done := 0, 0, false
		for at := 1; !done; at++ {
			dir, p := created(t, quick())
			appended(t, p, project.Entry{Event: project.StageStarted, Stage: "intake"})
			digest, err := p.Artifact("a.txt", []byte("a"))
			if err != nil {
				t.Fatal(err)
			}
			before, state := settled(t, dir), p.State()
			ops := 0
			p.disk = broken{p.disk, at, &ops, cutting}
			err = p.Append(project.Entry{Event: project.StageDone, Stage: "intake", Detail: project.Detail(project.Completion{Artifacts: map[string]string{"a.txt": digest}})})
			switch {
			case err == nil:
				done = true
			case errors.Is(err, ErrHappened):
				happened++
				if p.State().Sequence != 3 {
					t.Errorf("operation %d: want what happened in the state, got %d", at, p.State().Sequence)
				}
			case errors.Is(err, syscall.ENOSPC):
				refused++
				if diff := cmp.Diff(state, p.State()); diff != "" {
					t.Errorf("operation %d: state (-want +got):\n%s", at, diff)
				}
				if diff := cmp.Diff(before, settled(t, dir)); diff != "" && !cutting {
					t.Errorf("operation %d: files (-want +got):\n%s", at, diff)
				}
				if !cutting { // there is room again
					appended(t, p, project.Entry{Event: project.Notified})
				}
			default:
				t.Fatalf("operation %d: %v", at, err)
			}
			if errors.Is(err, ErrHappened) {
				if err := p.Append(project.Entry{Event: project.Notified}); err == nil {
					t.Errorf("operation %d: want nothing appended to a project that is behind", at)
				}
			}
			closed(t, p)
			closed(t, opened(t, dir))
			intact(t, dir)
		}
		if happened < 3 || refused < 4 {
			t.Errorf("truncating fails %v: want both kinds, got %d that happened and %d that did not", cutting, happened, refused)
		}
	}
}

// TestFullDiskOfArtifact: content that is only half there is under no name.
func TestFullDiskOfArtifact(t *testing.T) {
	dir, p := created(t, quick())
	ops := 0
	p.disk = broken{p.disk, 1, &ops, false}
	if _, err := p.Artifact("a.txt", []byte("abcd")); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("want a full disk, got %v", err)
	}
	if _, err := p.Artifact("a.txt", []byte("abcd")); err != nil {
		t.Errorf("want it kept once there is room, got %v", err)
	}
	closed(t, p)
	intact(t, dir)
}
