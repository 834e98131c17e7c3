package store

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

var errDisk = errors.New("the disk fails")

// faulty is a disk of which one operation fails, and does nothing.
type faulty struct {
	disk
	at   int // from 1
	done *int
}

func (f faulty) do(operation func() error) error {
	if *f.done++; *f.done == f.at {
		return errDisk
	}
	return operation()
}

func (f faulty) Create(name string, content []byte) error {
	return f.do(func() error { return f.disk.Create(name, content) })
}

func (f faulty) Append(name string, content []byte) error {
	return f.do(func() error { return f.disk.Append(name, content) })
}

func (f faulty) Truncate(name string, size int64) error {
	return f.do(func() error { return f.disk.Truncate(name, size) })
}
func (f faulty) Sync(name string) error   { return f.do(func() error { return f.disk.Sync(name) }) }
func (f faulty) Remove(name string) error { return f.do(func() error { return f.disk.Remove(name) }) }
func (f faulty) Mkdir(name string) error  { return f.do(func() error { return f.disk.Mkdir(name) }) }
func (f faulty) Rename(from, to string) error {
	return f.do(func() error { return f.disk.Rename(from, to) })
}

// faultyAt are options with such a disk, and how many operations it was asked for.
func faultyAt(at int) (Options, *int) {
	o, done := quick(), new(int)
	o.disk = func(d disk) disk { return faulty{unsynced{d}, at, done} }
	return o, done
}

// undertaking is something that writes: the folder of a project before it, and how it is done.
type undertaking struct {
	name       string
	before     func(testing.TB) string
	do         func(dir string, o Options) error
	operations int  // of the disk
	repairs    bool // what is damaged
}

// undertakings are all that write.
var undertakings = []undertaking{
	{"create", func(t testing.TB) string { return Dir(memory(t), "project-1") }, func(dir string, o Options) error {
		p, err := Create(rootOf(dir), "project-1", 7, o)
		if err != nil {
			return err
		}
		return p.Close()
	}, 14, false},
	{"complete a stage", func(t testing.TB) string {
		dir, p := created(t, quick())
		appended(t, p, project.Entry{Event: project.StageStarted, Stage: "intake"})
		closed(t, p)
		return dir
	}, within(func(p *Project) error { return done(p, "intake", "deep/intake.txt", "a") }), 24, false},
	{"restart", early, within(func(p *Project) error {
		return p.Append(project.Entry{Event: project.Restarted, Stage: "intake", Actor: "ann", Reason: "again"})
	}), 12, false},
	{"open what was killed at a completion", killedAt(func(p *Project) error { return stage(p, "specify") }), within(nothing), 17, false},
	{"open what was killed at a restart", killedAt(func(p *Project) error {
		return p.Append(project.Entry{Event: project.Restarted, Stage: "intake", Actor: "ann", Reason: "again"})
	}), within(nothing), 11, false},
	{"open a torn log beside what was prepared", func(t testing.TB) string {
		dir := early(t)
		write(t, dir, logFile, files(t, dir)[logFile]+`{"seq":4,"at":"2026`)
		write(t, dir, stateFile+temporary, "{")
		write(t, dir, artifacts+"/x"+temporary, "x")
		return dir
	}, within(nothing), 8, false},
	{"open what was archived", func(t testing.TB) string {
		dir := early(t)
		if err := os.Rename(dir, freshDir(dir)); err != nil {
			t.Fatal(err)
		}
		return dir
	}, within(nothing), 0, false},
	{"reconstruct", ruined, func(dir string, o Options) error { _, err := Reconstruct(dir, o, "it is ruined"); return err }, 50, true},
	{"restore", func(t testing.TB) string {
		dir, p := created(t, quick())
		stages(t, p, 1)
		failing(t, p)
		closed(t, p)
		write(t, dir, logFile, "")
		write(t, dir, "artifacts/intake.txt", "altered")
		return dir
	}, func(dir string, o Options) error {
		_, err := Restore(dir, backupFile, o, "the log is lost")
		return err
	}, 28, true},
	{"accept", func(t testing.TB) string {
		dir := early(t)
		write(t, dir, stateFile, strings.Replace(files(t, dir)[stateFile], `"status": "running"`, `"status": "pending"`, 1))
		write(t, dir, "artifacts/intake.txt", "by hand")
		return dir
	}, func(dir string, o Options) error { _, err := Accept(dir, o, "by hand"); return err }, 26, true},
	{"take over", early, func(dir string, o Options) error {
		t, content, err := elsewhere(dir)
		if err == nil {
			_, err = Takeover(dir, t, content, o, "back to git")
		}
		return err
	}, 20, true},
	{"begin afresh", early, func(dir string, o Options) error { _, err := Renew(dir, 9, o, "past mending"); return err }, 14, false},
}

func rootOf(dir string) string { return filepath.Dir(filepath.Dir(filepath.Dir(dir))) }

func nothing(*Project) error { return nil }

// within does something to a project that is opened for it.
func within(f func(*Project) error) func(string, Options) error {
	return func(dir string, o Options) error {
		p, err := Open(dir, o)
		if err != nil {
			return err
		}
		return errors.Join(f(p), p.Close())
	}
}

// early is a closed project with one stage completed.
func early(t testing.TB) string {
	dir, p := created(t, quick())
	stages(t, p, 1)
	closed(t, p)
	return dir
}

// killedAt is a project whose engine was killed when the last entry of what it did was in the log, and nothing else.
func killedAt(f func(*Project) error) func(testing.TB) string {
	return func(t testing.TB) string {
		dir, p := created(t, quick())
		stages(t, p, 1)
		if err := f(p); err != nil {
			t.Fatal(err)
		}
		n, _ := p.history.last()
		before := p.history.image(n - 1)
		closed(t, p)
		for name := range files(t, dir) {
			if _, had := before[name]; !had && name != logFile && filepath.Dir(name) != objects {
				if err := os.Remove(filepath.Join(dir, name)); err != nil {
					t.Fatal(err)
				}
			}
		}
		for name, file := range before {
			content := file.content
			if content == nil {
				content = []byte(files(t, dir)[object(file.digest)])
			}
			write(t, dir, name, string(content))
		}
		return dir
	}
}

// ruined is a project with every damage that a log without its end can mend.
func ruined(t testing.TB) string {
	dir, p := created(t, quick())
	if err := errors.Join(stage(p, "intake"), p.Append(project.Entry{Event: project.StageStarted, Stage: "specify"}), done(p, "specify", "old.txt", "old")); err != nil {
		t.Fatal(err)
	}
	old := object(p.State().Artifacts()["old.txt"])
	appended(t, p, project.Entry{Event: project.Restarted, Stage: "specify", Actor: "ann", Reason: "again"}, project.Entry{Event: project.Notified})
	intake := object(p.State().Artifacts()["intake.txt"])
	closed(t, p)
	lines := strings.SplitAfter(files(t, dir)[logFile], "\n")
	write(t, dir, logFile, strings.Join(lines[:len(lines)-2], "")+"{}\n")
	for name, content := range map[string]string{old: "altered", intake: "altered too", stateFile: "{", "notes.txt": "mine", "a/b.txt": "mine too", lettersFile + temporary: "{"} {
		write(t, dir, name, content)
	}
	return dir
}

// elsewhere is a state of the project in which intake's artifact has a content that the project never had.
func elsewhere(dir string) (project.Takeover, map[string][]byte, error) {
	content := []byte("from git")
	p, err := OpenRead(dir)
	if err != nil {
		return project.Takeover{}, nil, err
	}
	s := p.State()
	s.Stages = maps.Clone(s.Stages)
	intake := s.Stages["intake"]
	intake.Artifacts = map[string]string{"intake.txt": project.Digest(content)}
	s.Stages["intake"] = intake
	return project.Takeover{Source: "abc123", State: s}, map[string][]byte{project.Digest(content): content}, p.Close()
}

// TestFailingDisk fails each operation of each undertaking. It is told, and what is undertaken once more then, or
// opened where it has happened, makes the same files, to the byte, as if nothing had failed.
func TestFailingDisk(t *testing.T) {
	for _, u := range undertakings {
		t.Run(u.name, func(t *testing.T) {
			template := u.before(t)
			whole := copied(t, template)
			o, operations := faultyAt(0)
			if err := u.do(whole, o); err != nil {
				t.Fatal(err)
			}
			intact(t, whole)
			if *operations != u.operations { // a sync that is left out is not met in any other way
				t.Errorf("want %d operations, got %d", u.operations, *operations)
			}
			want := files(t, rootOf(whole))
			for at := 1; at <= *operations; at++ {
				dir := copied(t, template)
				o, _ := faultyAt(at)
				err := u.do(dir, o)
				if !errors.Is(err, errDisk) {
					t.Fatalf("operation %d: want to be told that it failed, got %v", at, err)
				}
				u.onceMore(t, fmt.Sprintf("operation %d failed", at), dir, err, whole, want)
			}
		})
	}
}

// onceMore undertakes it again, after the error, and compares with the project of which the whole came about at once.
func (u undertaking) onceMore(t testing.TB, what, dir string, err error, whole string, want map[string]string) {
	t.Helper()
	happened := errors.Is(err, ErrHappened)
	if happened && u.repairs && !strings.HasSuffix(err.Error(), "where opening finds damage: "+reconstruct("project-1")) {
		t.Errorf("%s: want to be told what to do, got %v", what, err)
	}
	if testing.Short() { // the other pass has the rest
		return
	}
	again := u.do
	if happened {
		again = within(nothing)
	}
	err = again(dir, quick())
	if u.repairs && errors.As(err, new(*Damage)) {
		_, err = Reconstruct(dir, quick(), "as advised")
	}
	if err != nil {
		t.Fatalf("%s, and then: %v", what, err)
	}
	if u.repairs {
		repaired(t, whole, dir)
		return
	}
	if diff := cmp.Diff(want, existing(t, rootOf(dir))); diff != "" {
		t.Fatalf("%s, and then (-want +got):\n%s", what, diff)
	}
}

// repaired says that a project is as well as the one that was repaired at once, and keeps aside what that does.
func repaired(t testing.TB, once, dir string) {
	t.Helper()
	want, err := OpenRead(once)
	if err != nil {
		t.Fatal(err)
	}
	got, err := OpenRead(dir)
	if err != nil {
		t.Fatal(err)
	}
	same(t, want.State(), got.State())
	if diff := cmp.Diff(want.Letters(), got.Letters()); diff != "" {
		t.Errorf("letters (-want +got):\n%s", diff)
	}
	closed(t, want)
	closed(t, got)
	all := slices.Collect(maps.Values(files(t, dir)))
	for name, content := range files(t, once) {
		if strings.HasPrefix(name, damagedDir) && !slices.Contains(all, content) {
			t.Errorf("want %s kept", name)
		}
	}
}

// copied is a copy of a project's folder, under another root.
func copied(t testing.TB, dir string) string {
	t.Helper()
	to := Dir(memory(t), "project-1")
	err := os.CopyFS(rootOf(to), os.DirFS(rootOf(dir)))
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// TestDryRunSaysWhatIsDone: to the last file, and writes nothing.
func TestDryRunSaysWhatIsDone(t *testing.T) {
	repairs := map[string]func(string, Options) (Mending, error){
		"reconstruct": func(dir string, o Options) (Mending, error) { return Reconstruct(dir, o, "it is ruined") },
		"restore":     func(dir string, o Options) (Mending, error) { return Restore(dir, backupFile, o, "the log is lost") },
		"accept":      func(dir string, o Options) (Mending, error) { return Accept(dir, o, "by hand") },
		"take over": func(dir string, o Options) (Mending, error) {
			t, content, err := elsewhere(dir)
			if err != nil {
				return Mending{}, err
			}
			return Takeover(dir, t, content, o, "back to git")
		},
	}
	for name, repair := range repairs {
		t.Run(name, func(t *testing.T) {
			u := undertakings[slices.IndexFunc(undertakings, func(u undertaking) bool { return u.name == name })]
			dir := u.before(t)
			before := files(t, dir)
			o := quick()
			o.DryRun = true
			said, err := repair(dir, o)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(before, files(t, dir)); diff != "" {
				t.Errorf("it wrote (-before +after):\n%s", diff)
			}
			did, err := repair(dir, quick())
			if err != nil {
				t.Fatal(err)
			}
			said.After.UpdatedAt = did.After.UpdatedAt // it looks at the clock once less: it takes no lock
			if diff := cmp.Diff(did, said); diff != "" {
				t.Errorf("it is said that (-done +said):\n%s", diff)
			}
		})
	}
}

// existing are files but what the beginning of a project could not take away again.
func existing(t testing.TB, root string) map[string]string {
	all := files(t, root)
	maps.DeleteFunc(all, func(name, _ string) bool { return strings.Contains(name, "/"+unborn) })
	return all
}
