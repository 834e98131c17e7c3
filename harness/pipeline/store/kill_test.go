package store

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

var errKilled = errors.New("killed")

// mortal is a disk that ends after some operations, the last one half done. With power, it forgets
// what had not been synced.
type mortal struct {
	disk
	dir      string
	left     *int
	done     *[]string
	power    bool
	unsynced map[string]int64 // files, and how much of each was synced
}

func (m mortal) do(what, name string, content []byte, f func([]byte) error) error {
	if *m.left == 0 {
		return errKilled
	}
	*m.left--
	*m.done = append(*m.done, what+" "+name)
	if *m.left > 0 || content == nil && what != "sync" {
		return f(content)
	}
	if what == "sync" { // killed at it: nothing says that it happened
		return errKilled
	}
	return errors.Join(f(content[:len(content)/2]), errKilled)
}

func (m mortal) size(name string) int64 {
	info, err := os.Lstat(filepath.Join(m.dir, name))
	if err != nil {
		return 0
	}
	return info.Size()
}

func (m mortal) Create(name string, content []byte) error {
	m.unsynced[name] = 0
	return m.do("create", name, append([]byte{}, content...), func(c []byte) error { return m.disk.Create(name, c) })
}

func (m mortal) Append(name string, content []byte) error {
	m.unsynced[name] = m.size(name)
	return m.do("append", name, content, func(c []byte) error { return m.disk.Append(name, c) })
}

func (m mortal) Truncate(name string, size int64) error {
	return m.do("truncate", name, nil, func([]byte) error { return m.disk.Truncate(name, size) })
}

func (m mortal) Sync(name string) error {
	return m.do("sync", name, nil, func([]byte) error { delete(m.unsynced, name); return nil })
}

func (m mortal) Rename(from, to string) error {
	return m.do("rename", from+" to "+to, nil, func([]byte) error {
		if at, ok := m.unsynced[from]; ok {
			m.unsynced[to] = at
			delete(m.unsynced, from)
		}
		return m.disk.Rename(from, to)
	})
}

func (m mortal) Remove(name string) error {
	return m.do("remove", name, nil, func([]byte) error { delete(m.unsynced, name); return m.disk.Remove(name) })
}

func (m mortal) Mkdir(name string) error {
	return m.do("mkdir", name, nil, func([]byte) error { return m.disk.Mkdir(name) })
}

// bury does what a power cut does to what was not synced.
func (m mortal) bury(t *testing.T) {
	if !m.power {
		return
	}
	for name, size := range m.unsynced {
		if err := os.Truncate(filepath.Join(m.dir, name), size); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
}

// life is what is done to the project: every kind of change to its files.
func life(p *Project, acknowledged func()) error {
	ann := func(e project.Entry) project.Entry { e.Actor, e.Reason = "ann", "so be it"; return e }
	boom := project.Detail(project.Failure{Kind: project.Permanent, Message: "boom"})
	steps := []func() error{
		func() error { return p.Append(project.Entry{Event: project.StageStarted, Stage: "intake"}) },
		func() error { return done(p, "intake", "intake.txt", "a") },
		func() error { return p.Append(project.Entry{Event: project.StageStarted, Stage: "specify"}) },
		func() error { return done(p, "specify", "deep/specify.txt", "b") },
		func() error { return p.Append(ann(project.Entry{Event: project.Restarted, Stage: "intake"})) }, // the artifacts go
		func() error { return p.Append(project.Entry{Event: project.StageStarted, Stage: "intake"}) },
		func() error { return done(p, "intake", "intake.txt", "c") },
		func() error { return p.Append(project.Entry{Event: project.StageStarted, Stage: "specify"}) },
		func() error {
			return p.Append(project.Entry{Event: project.StageGaveError, Stage: "specify", Detail: boom})
		},
		func() error {
			return p.Append(project.Entry{Event: project.RetriesExhausted, Stage: "specify", Detail: boom})
		},
		func() error {
			return p.Append(ann(project.Entry{Event: project.LettersPurged, Detail: project.Detail(project.Purge{IDs: []string{"letter-11"}})}))
		},
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
		acknowledged()
	}
	return nil
}

func done(p *Project, at project.Stage, name, content string) error {
	digest, err := p.Artifact(name, []byte(content))
	if err != nil {
		return err
	}
	return p.Append(project.Entry{Event: project.StageDone, Stage: at, Detail: project.Detail(project.Completion{Artifacts: map[string]string{name: digest}})})
}

// settled are a folder's files without what may be more of it after a kill: objects, torn ends.
func settled(t testing.TB, dir string) map[string]string {
	all := files(t, dir)
	maps.DeleteFunc(all, func(name, _ string) bool { return strings.HasPrefix(name, objects) || tornForm.MatchString(name) })
	return all
}

// TestKilledAtAnyOperation ends a project's life after each operation on its folder. What is opened
// then is, to the byte, as after the last acknowledged entry, or as after the one in flight.
func TestKilledAtAnyOperation(t *testing.T) {
	if testing.Short() {
		t.Skip("repeats much; the other pass has it")
	}
	var snapshots []map[string]string
	dir, p := created(t, quick())
	snapshot := func() { snapshots = append(snapshots, settled(t, dir)) }
	snapshot()
	if err := life(p, snapshot); err != nil {
		t.Fatal(err)
	}
	closed(t, p)

	for _, power := range []bool{false, true} {
		all, ends := 0, map[int64]int{}
		for k := 1; ; k++ {
			ran, before, seq := killedAfter(t, k, power, snapshots)
			if all = ran; all < k {
				break
			}
			ends[seq-before]++
		}
		if all < 100 || ends[0] == 0 || ends[1] == 0 || len(ends) != 2 {
			t.Errorf("power %v: want each of many operations to end before or after its entry, got %v of %d", power, ends, all)
		}
	}
}

// killedAfter kills after k operations, and returns how many were done, the entries that were
// acknowledged and those found.
func killedAfter(t *testing.T, k int, power bool, snapshots []map[string]string) (int, int64, int64) {
	t.Helper()
	dir, p := created(t, quick())
	var done []string
	m := mortal{disk: p.disk, dir: dir, left: &k, done: &done, power: power, unsynced: map[string]int64{}}
	p.disk = m
	acknowledged := int64(1)
	if err := life(p, func() { acknowledged++ }); err == nil {
		closed(t, p)
		return len(done), 0, 0
	}
	closed(t, p)
	m.bury(t)
	last := fmt.Sprintf("power %v, killed after %d operations, at %s", power, len(done), done[len(done)-1])
	again, err := Open(dir, quick())
	if err != nil {
		t.Fatalf("%s: %v", last, err)
	}
	seq := again.State().Sequence
	closed(t, again)
	if seq != acknowledged && seq != acknowledged+1 {
		t.Fatalf("%s: acknowledged %d, found %d", last, acknowledged, seq)
	}
	if diff := cmp.Diff(snapshots[seq-1], settled(t, dir)); diff != "" {
		t.Fatalf("%s: files (-want +got):\n%s", last, diff)
	}
	intact(t, dir)
	return len(done), acknowledged, seq
}

// TestSyncsInOrder is what a power cut must find: content before its name, and the log before
// everything else.
func TestSyncsInOrder(t *testing.T) {
	dir, p := created(t, options())
	appended(t, p, project.Entry{Event: project.StageStarted, Stage: "intake"})
	left, got := 1000, []string{}
	p.disk = mortal{disk: p.disk, dir: dir, left: &left, done: &got, unsynced: map[string]int64{}}
	digest, err := p.Artifact("a.txt", []byte("a"))
	if err != nil {
		t.Fatal(err)
	}
	appended(t, p, project.Entry{Event: project.StageDone, Stage: "intake", Detail: project.Detail(project.Completion{Artifacts: map[string]string{"a.txt": digest}})})
	closed(t, p)
	o := object(digest)
	want := []string{
		"mkdir artifacts/.objects", "create " + o + ".tmp", "sync " + o + ".tmp", "rename " + o + ".tmp to " + o, "sync artifacts/.objects",
		"mkdir artifacts", "create artifacts/a.txt.tmp", "sync artifacts/a.txt.tmp",
		"create state.json.tmp", "sync state.json.tmp",
		"create state.json.backup.tmp", "sync state.json.backup.tmp",
		"create state.json.backup.3.tmp", "sync state.json.backup.3.tmp",
		"append transitions.jsonl", "sync transitions.jsonl",
		"rename artifacts/a.txt.tmp to artifacts/a.txt",
		"rename state.json.backup.tmp to state.json.backup",
		"rename state.json.backup.3.tmp to state.json.backup.3",
		"sync .", "sync artifacts",
		"rename state.json.tmp to state.json", "sync .",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("operations (-want +got):\n%s", diff)
	}
}
