package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// TestArchivedWhileItIsOpened: who has come into the old folder gets the project that has its name now.
func TestArchivedWhileItIsOpened(t *testing.T) {
	dir := early(t)
	o, now := quick(), quick().Now
	archived := ""
	o.Now = func() time.Time { // when the folder is entered, and not locked yet
		if archived == "" {
			var err error
			if archived, err = Renew(dir, 9, quick(), "meanwhile"); err != nil {
				t.Fatal(err)
			}
		}
		return now()
	}
	p, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, p)
	if s := p.State(); s.Seed != 9 || s.Sequence != 1 {
		t.Errorf("want the new one, got seed %d after %d", s.Seed, s.Sequence)
	}
	if err := p.Append(project.Entry{Event: project.Notified}); err != nil {
		t.Error(err)
	}
	if got := files(t, dir)[logFile]; strings.Count(got, "\n") != 2 {
		t.Errorf("want it written in the new one, got %s", got)
	}
}

// TestALookIsNotInTheWay: who finds a project looked at waits for the end of the look, for 5 seconds at most.
func TestALookIsNotInTheWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := early(t)
		look, err := os.Open(filepath.Join(dir, lockFile))
		if err != nil {
			t.Fatal(err)
		}
		defer look.Close()
		if err := flock(look, unix.LOCK_SH); err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		var held *HeldError
		if _, err := Open(dir, quick()); !errors.As(err, &held) || held.Holder != (Holder{}) {
			t.Errorf("want it in use by one who says nothing, got %v", err)
		}
		if took := time.Since(begun); took != 5*time.Second {
			t.Errorf("want 5 s of patience, got %s", took)
		}
		done := make(chan error, 2)
		for range 2 { // one of them at least is to get it
			go func() {
				p, err := Open(dir, quick())
				if err == nil {
					err = p.Close()
				}
				done <- err
			}()
		}
		synctest.Wait() // it found the look in its way
		if err := flock(look, unix.LOCK_UN); err != nil {
			t.Fatal(err)
		}
		if first, second := <-done, <-done; first != nil && second != nil {
			t.Errorf("want one of two to get it, got %v, %v", first, second)
		}
		if took := time.Since(begun) - 5*time.Second; took > 20*time.Millisecond {
			t.Errorf("want it to come in some milliseconds later, got %s", took)
		}
	})
}

// TestALockThatSaysNothing is one all the same.
func TestALockThatSaysNothing(t *testing.T) {
	for _, says := range []string{"", `{"actor":"ann","pid":"x"}`, "{", `{"pid":"x"}`, `{"pid":7,"actor":"a` + strings.Repeat("n", 5000) + `"}`} {
		dir, p := created(t, quick())
		write(t, dir, lockFile, says)
		var held *HeldError
		if _, err := Open(dir, quick()); !errors.As(err, &held) || held.Holder != (Holder{}) {
			t.Errorf("%q: want it in use by one who says nothing, got %v", says, err)
		}
		r, err := OpenRead(dir)
		if err != nil {
			t.Fatal(err)
		}
		if who := r.Holder(); who == nil || *who != (Holder{}) {
			t.Errorf("%q: want one who says nothing, got %v", says, who)
		}
		closed(t, r)
		closed(t, p)
	}
}

// TestALockThatSaysMuch is read up to 4 KiB.
func TestALockThatSaysMuch(t *testing.T) {
	dir, p := created(t, quick())
	defer closed(t, p)
	for size, want := range map[int]int{4096: 7, 4097: 0} {
		write(t, dir, lockFile, `{"actor":"`+strings.Repeat("n", size-len(`{"actor":"","pid":7}`))+`","pid":7}`)
		if who := p.Holder(); who == nil || who.PID != want {
			t.Errorf("%d bytes: want process %d, got %v", size, want, who)
		}
	}
}

// TestLockIsSpelledOut: who it was, from when on; and nothing once it is given up, also where the one before said more.
func TestLockIsSpelledOut(t *testing.T) {
	dir := early(t)
	write(t, dir, lockFile, strings.Repeat("x", 200))
	o := quick()
	o.Actor = "ann"
	p, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	want := &Holder{PID: os.Getpid(), Since: start.Add(time.Second), Actor: "ann"}
	if diff := cmp.Diff(want, p.Holder()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	closed(t, p)
	if left, err := os.ReadFile(filepath.Join(dir, lockFile)); err != nil || len(left) > 0 {
		t.Errorf("want an empty file left, got %q, %v", left, err)
	}
}

// errStep ends a beginning between two steps.
var errStep = errors.New("ended")

// TestRenewEndedBetweenItsSteps: each who meets the project then is told, until it is opened.
func TestRenewEndedBetweenItsSteps(t *testing.T) {
	for _, step := range []string{"made", "archived", "named"} {
		t.Run(step, func(t *testing.T) {
			dir, state := grown(t)
			o := quick()
			o.step = func(at string) {
				if at == step {
					panic(errStep)
				}
			}
			func() {
				defer func() {
					if got := recover(); got != errStep {
						t.Fatalf("want it ended there, got %v", got)
					}
				}()
				_, err := Renew(dir, 9, o, "a test")
				t.Fatalf("want it ended, got %v", err)
			}()
			if ids, err := Projects(rootOf(dir)); err != nil || cmp.Diff([]string{"project-1"}, ids) != "" {
				t.Errorf("want it listed once, got %q, %v", ids, err)
			}
			if step == "archived" {
				cutOffIsTold(t, dir)
			}
			if CutOff(dir) != (step == "archived") {
				t.Errorf("it is cut off: %t", CutOff(dir))
			}
			p, err := Open(dir, quick())
			if err != nil {
				t.Fatal(err)
			}
			defer closed(t, p)
			if step == "made" {
				same(t, state, p.State())
				return
			}
			if s := p.State(); s.Sequence != 1 || s.Seed != 9 || p.Entries()[0].Reason != "begun afresh: a test; what was there is project-1.8" {
				t.Errorf("want it begun afresh, got %+v", p.Entries()[0])
			}
			var mended []string
			for _, d := range p.Mended {
				mended = append(mended, d.Error())
			}
			want := []string(nil)
			if step == "archived" {
				want = []string{cutOffSays}
			}
			if diff := cmp.Diff(want, mended); diff != "" {
				t.Errorf("mended (-want +got):\n%s", diff)
			}
		})
	}
}

const cutOffSays = "project-1/.: it is archived, and its new beginning was cut off: want the new beginning; to mend it: shadowrun pipeline run project-1"

func cutOffIsTold(t *testing.T, dir string) {
	t.Helper()
	var d *Damage
	if _, err := OpenRead(dir); !errors.As(err, &d) || d.Error() != cutOffSays || !d.Heals {
		t.Errorf("read: got %v", err)
	}
	if found, err := Check(dir); err != nil || len(found) != 1 || found[0].Error() != cutOffSays || !found[0].Heals {
		t.Errorf("check: got %v, %v", found, err)
	}
	want := "project-1: it is being begun afresh, which was cut off: shadowrun pipeline run project-1 goes on with that: file already exists"
	if _, err := Create(rootOf(dir), "project-1", 7, quick()); !errors.Is(err, fs.ErrExist) || err.Error() != want {
		t.Errorf("create: want %s, got %v", want, err)
	}
}

// TestAnObjectAlteredBeforeItIsNamed: no artifact gets a content that is not its digest's.
func TestAnObjectAlteredBeforeItIsNamed(t *testing.T) {
	dir, p := created(t, quick())
	defer closed(t, p)
	appended(t, p, project.Entry{Event: project.StageStarted, Stage: "intake"})
	digest, err := p.Artifact("a.txt", []byte("a"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, object(digest), "b")
	before := files(t, dir)
	err = p.Append(project.Entry{Event: project.StageDone, Stage: "intake", Detail: project.Detail(project.Completion{Artifacts: map[string]string{"a.txt": digest}})})
	if want := "project-1: stage_completed: " + object(digest) + " was altered: shadowrun pipeline reconstruct project-1"; err == nil || err.Error() != want {
		t.Errorf("want %s, got %v", want, err)
	}
	if diff := cmp.Diff(before, files(t, dir)); diff != "" || p.State().Sequence != 2 {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if _, err := p.Artifact("a.txt", []byte("a")); err != nil || files(t, dir)[object(digest)] != "a" {
		t.Errorf("want it kept again, got %v", err)
	}
}

// hooked is a disk at one of whose operations something happens elsewhere.
type hooked struct {
	disk
	name string // that is synced
	hook func()
}

func (h hooked) Sync(name string) error {
	if name == h.name {
		h.hook()
	}
	return h.disk.Sync(name)
}

// TestNewProjectsThatDoNotGetTheirName leave nothing behind.
func TestNewProjectsThatDoNotGetTheirName(t *testing.T) {
	t.Run("another took it", func(t *testing.T) {
		root := memory(t)
		o := quick()
		o.disk = func(d disk) disk {
			return hooked{unsynced{d}, logFile, func() { write(t, Dir(root, "project-1"), "mine.txt", "mine") }}
		}
		if p, err := Create(root, "project-1", 7, o); p != nil || !errors.Is(err, fs.ErrExist) || !strings.HasPrefix(err.Error(), "project-1: rename ") {
			t.Errorf("got %v, %v", p, err)
		}
		if diff := cmp.Diff(map[string]string{".somas/projects/project-1/mine.txt": "mine"}, files(t, root)); diff != "" {
			t.Errorf("files (-want +got):\n%s", diff)
		}
	})
	t.Run("it is too long", func(t *testing.T) {
		root := memory(t)
		for len(projectsDir(root)) < 4080-200 {
			root = filepath.Join(root, strings.Repeat("x", 150))
		}
		root = filepath.Join(root, strings.Repeat("x", 4080-1-len(projectsDir(root))))
		if p, err := Create(root, "project-1", 7, quick()); p != nil || !errors.Is(err, syscall.ENAMETOOLONG) || !strings.HasPrefix(err.Error(), "project-1: mkdir ") {
			t.Errorf("got %v, %v", p, err)
		}
		if ids, err := Projects(root); len(ids) > 0 || err != nil {
			t.Errorf("want none, got %v, %v", ids, err)
		}
	})
	t.Run("it says that it is another", func(t *testing.T) {
		root := memory(t)
		if err := os.MkdirAll(projectsDir(root), 0o755); err != nil {
			t.Fatal(err)
		}
		e := project.Entry{Event: project.Created, Detail: project.Detail(project.Creation{Project: "project-2", Seed: 7})}
		want := `project-1: project-1: created: it is of "project-2"`
		if p, err := quick().born(Dir(root, "project-1"), "project-1", e); p != nil || err == nil || err.Error() != want {
			t.Errorf("want %s, got %v, %v", want, p, err)
		}
		if left, err := os.ReadDir(projectsDir(root)); len(left) > 0 || err != nil {
			t.Errorf("want nothing left, got %v, %v", left, err)
		}
	})
}

// TestNamedButNotSynced: a project that has its name is told of, though the folder above can't be synced.
func TestNamedButNotSynced(t *testing.T) {
	full := func(t *testing.T) func() {
		return func() {
			back, err := limits(unix.RLIMIT_NOFILE, uint64(firstFree(t)))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := back(); err != nil {
					t.Fatal(err)
				}
			})
		}
	}
	t.Run("created", func(t *testing.T) {
		root := memory(t)
		o, synced := quick(), 0
		t.Run("", func(t *testing.T) {
			o.disk = func(d disk) disk {
				return hooked{unsynced{d}, ".", func() {
					if synced++; synced == 2 { // the last
						full(t)()
					}
				}}
			}
			if p, err := Create(root, "project-1", 7, o); p != nil || !errors.Is(err, unix.EMFILE) || !strings.HasPrefix(err.Error(), "project-1: open ") {
				t.Errorf("got %v, %v", p, err)
			}
		})
		intact(t, Dir(root, "project-1"))
	})
	t.Run("begun afresh", func(t *testing.T) {
		dir := early(t)
		t.Run("", func(t *testing.T) {
			o := quick()
			o.step = func(at string) {
				if at == "archived" {
					full(t)()
				}
			}
			if to, err := Renew(dir, 9, o, "a test"); to != "" || !errors.Is(err, unix.EMFILE) || !strings.HasPrefix(err.Error(), "project-1: begin afresh: open ") {
				t.Errorf("got %q, %v", to, err)
			}
		})
		intact(t, dir)
	})
}

// TestFinishedByMany: a beginning that was cut off is finished by whoever comes first, and the others find it done.
func TestFinishedByMany(t *testing.T) {
	dir := Dir(memory(t), "project-1")
	for range 200 {
		write(t, freshDir(dir), "x", "x")
		var group errgroup.Group
		begin := make(chan bool)
		for range 8 {
			group.Go(func() error { <-begin; return finish(dir) })
		}
		close(begin)
		if err := group.Wait(); err != nil {
			t.Fatal(err)
		}
		if got := files(t, dir)["x"]; got != "x" || CutOff(dir) {
			t.Fatalf("want it finished, got %q", got)
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
	}
}
