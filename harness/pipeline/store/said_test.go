package store

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sebdah/goldie/v2"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// TestWhatIsSaidOfDamage shows to reviewers all that is said of each damage, and of what opening mends.
func TestWhatIsSaidOfDamage(t *testing.T) {
	type spoil func(t testing.TB, dir string)
	put := func(name, content string) spoil {
		return func(t testing.TB, dir string) { write(t, dir, name, content) }
	}
	alter := func(name, old, by string) spoil {
		return func(t testing.TB, dir string) {
			was := files(t, dir)[name]
			if !strings.Contains(was, old) {
				t.Fatalf("%s has no %s", name, old)
			}
			write(t, dir, name, strings.Replace(was, old, by, 1))
		}
	}
	remove := func(name string) spoil {
		return func(t testing.TB, dir string) {
			if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	copyOf := func(from, to string) spoil {
		return func(t testing.TB, dir string) { write(t, dir, to, files(t, dir)[from]) }
	}
	link := func(name, to string) spoil {
		return func(t testing.TB, dir string) {
			remove(name)(t, dir)
			if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	lines := func(f func([]string) []string) spoil {
		return func(t testing.TB, dir string) {
			all := strings.SplitAfter(files(t, dir)[logFile], "\n")
			write(t, dir, logFile, strings.Join(f(all[:len(all)-1]), ""))
		}
	}
	first := func(t testing.TB) string { dir, p := created(t, quick()); closed(t, p); return dir }
	intake := object(project.Digest([]byte("made by intake\n")))
	var b strings.Builder
	for _, c := range []struct {
		name   string
		of     func(testing.TB) string
		spoils []spoil
	}{
		{"a file that nobody knows", small, []spoil{put("notes.txt", "x")}},
		{"an artifact that nobody knows", small, []spoil{put("artifacts/x.txt", "x")}},
		{"an object that nobody knows", small, []spoil{put(objects+"/abc", "x")}},
		{"an artifact is missing", small, []spoil{remove("artifacts/intake.txt")}},
		{"an artifact was altered", small, []spoil{put("artifacts/intake.txt", "x")}},
		{"an object is missing", small, []spoil{remove(intake)}},
		{"an object was altered", small, []spoil{put(intake, "x")}},
		{"an artifact and its object were altered", small, []spoil{put("artifacts/intake.txt", "x"), put(intake, "y")}},
		{"the state is missing", small, []spoil{remove(stateFile)}},
		{"the state of a new project is missing", first, []spoil{remove(stateFile)}},
		{"the state was edited", small, []spoil{alter(stateFile, `"seed": 7`, `"seed": 8`)}},
		{"the state is no JSON", small, []spoil{put(stateFile, "{")}},
		{"the state is another project's", small, []spoil{func(t testing.TB, dir string) {
			p, err := Create(rootOf(dir), "project-2", 7, quick())
			if err != nil {
				t.Fatal(err)
			}
			closed(t, p)
			write(t, dir, stateFile, files(t, Dir(rootOf(dir), "project-2"))[stateFile])
		}}},
		{"the state is an older one", small, []spoil{copyOf(backupFile+".3", stateFile)}},
		{"the state was altered, and a backup is older", small, []spoil{put(stateFile, "{"), copyOf(backupFile+".3", backupFile)}},
		{"a backup was altered", small, []spoil{put(backupFile, "{}")}},
		{"the letters were altered", small, []spoil{alter(lettersFile, "project-1", "project-3")}},
		{"the letters are older ones", small, []spoil{copyOf(lettersFile+".backup.6", lettersFile)}},
		{"the letters are missing", small, []spoil{remove(lettersFile)}},
		{"a backup of letters was altered", small, []spoil{put(lettersFile+".backup.6", "[]")}},
		{"a link", small, []spoil{link("artifacts/intake.txt", "../state.json")}},
		{"no lock", small, []spoil{remove(lockFile)}},
		{"no lock, and damage", small, []spoil{remove(lockFile), put("notes.txt", "x")}},
		{"what was prepared", small, []spoil{put(stateFile+temporary, "{"), put("artifacts/x.txt"+temporary, "x")}},
		{"the files of the entry before", killedAt(func(p *Project) error { return stage(p, "specify") }), nil},
		{"the files of the entry before, one of them altered", killedAt(func(p *Project) error { return stage(p, "specify") }), []spoil{put(backupFile, "{}")}},
		{"the files of the first entry", func(t testing.TB) string {
			dir := first(t)
			was := files(t, dir)
			p := opened(t, dir)
			appended(t, p, project.Entry{Event: project.Notified})
			closed(t, p)
			write(t, dir, stateFile, was[stateFile])
			remove(backupFile)(t, dir)
			return dir
		}, nil},
		{"a torn line", small, []spoil{func(t testing.TB, dir string) { write(t, dir, logFile, files(t, dir)[logFile]+`{"seq":8`) }}},
		{"a torn byte", small, []spoil{func(t testing.TB, dir string) { write(t, dir, logFile, files(t, dir)[logFile]+"{") }}},
		{"a torn line, and damage", small, []spoil{func(t testing.TB, dir string) { write(t, dir, logFile, files(t, dir)[logFile]+`{"seq":8`) }, put("notes.txt", "x")}},
		{"a torn line in files of the entry before", killedAt(func(p *Project) error { return stage(p, "specify") }), []spoil{func(t testing.TB, dir string) { write(t, dir, logFile, files(t, dir)[logFile]+`{"seq":6`) }}},
		{"the last line is missing", small, []spoil{lines(func(all []string) []string { return all[:len(all)-1] })}},
		{"a line in the middle is missing", small, []spoil{lines(func(all []string) []string { return append(all[:2:2], all[3:]...) })}},
		{"a line was altered", small, []spoil{alter(logFile, `"actor":"ann"`, `"actor":"bob"`)}},
		{"a line was altered, and an artifact with its object", small, []spoil{alter(logFile, `"event":"stage_failed"`, `"event":"stage_retried"`), put("artifacts/intake.txt", "x"), put(intake, "y")}},
		{"a line is spelled in another way", small, []spoil{alter(logFile, `"seq":2,`, `"seq": 2,`)}},
		{"a line is not JSON", small, []spoil{lines(func(all []string) []string { all[2] = "no\n"; return all })}},
		{"the first line is not JSON", small, []spoil{lines(func(all []string) []string { all[0] = "no\n"; return all })}},
		{"the first line alone, torn", small, []spoil{lines(func(all []string) []string { return []string{all[0][:40]} })}},
		{"a line says what can't have happened", small, []spoil{lines(func(all []string) []string {
			e, err := project.ParseEntry([]byte(all[1]), prevOf(all[1]))
			if err != nil {
				panic(err)
			}
			e.Seq = 9
			if e, err = e.Seal(e.Prev); err != nil {
				panic(err)
			}
			line, err := e.Line()
			if err != nil {
				panic(err)
			}
			return []string{all[0], string(line)}
		})}},
		{"the log is another project's", small, []spoil{func(t testing.TB, dir string) { write(t, dir, logFile, another(t, dir)[logFile]) }}},
		{"the log is empty", small, []spoil{put(logFile, "")}},
		{"the log is missing, the state too", small, []spoil{remove(logFile), remove(stateFile)}},
		{"the log and the letters are missing", small, []spoil{remove(logFile), remove(lettersFile)}},
		{"the log is empty, and states and letters were altered", small, []spoil{put(logFile, ""), put(stateFile, "{"), put(backupFile, "{}"), put(backupFile+".3", "{}"), put(lettersFile, "[]"), put(intake, "x")}},
		{"no damage", small, nil},
	} {
		dir := c.of(t)
		for _, s := range c.spoils {
			s(t, dir)
		}
		found, err := Check(dir)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		said(&b, c.name, found)
	}
	goldie.New(t, goldie.WithFixtureDir("testdata/golden")).Assert(t, "damage", []byte(b.String()))
}

// prevOf is a line's own prev.
func prevOf(line string) string {
	var e project.Entry
	if err := json.Unmarshal([]byte(line), &e); err != nil {
		panic(err)
	}
	return e.Prev
}

func said(b *strings.Builder, name string, found []Damage) {
	b.WriteString("# " + name + "\n")
	for _, d := range found {
		b.WriteString(d.Error() + "\n")
		for _, m := range names(d.Loses) {
			b.WriteString("  " + m + " loses " + d.Loses[m] + "\n")
		}
		if d.Heals {
			b.WriteString("  it heals\n")
		}
	}
	b.WriteString("\n")
}

// TestWhatRepairsRefuse shows to reviewers why, and that nothing was changed.
func TestWhatRepairsRefuse(t *testing.T) {
	theirs := another(t, early(t))
	var b strings.Builder
	for _, c := range []struct {
		name  string
		spoil map[string]string
		do    func(string) error
	}{
		{"accept: there is nothing", nil, looks("")["accept"]},
		{"accept: the log is broken", map[string]string{logFile: ""}, looks("")["accept"]},
		{"accept: no JSON", map[string]string{stateFile: "{"}, looks("")["accept"]},
		{"accept: letters against their schema", map[string]string{lettersFile: "{}"}, looks("")["accept"]},
		{"accept: another's state", map[string]string{stateFile: theirs[stateFile]}, looks("")["accept"]},
		{"accept: another's letters", map[string]string{lettersFile: theirs[lettersFile]}, looks("")["accept"]},
		{"accept, dry: no JSON", map[string]string{stateFile: "{"}, looks("")["accept, dry"]},
		{"restore: in another folder", nil, looks("../project-2/state.json")["restore"]},
		{"restore: by way of another folder", nil, looks("state.json.d/../../state.json")["restore"]},
		{"restore: no backup", nil, looks(logFile)["restore"]},
		{"restore: there is none of the name", nil, looks("state.json.backup.7")["restore"]},
		{"restore: a damaged one", map[string]string{backupFile: "{}"}, looks(backupFile)["restore"]},
		{"restore, dry: a damaged one", map[string]string{backupFile: "{}"}, looks(backupFile)["restore, dry"]},
		{"reconstruct: no line", map[string]string{logFile: ""}, looks("")["reconstruct"]},
		{"reconstruct, dry: no line", map[string]string{logFile: "{}\n"}, looks("")["reconstruct, dry"]},
		{"reconstruct: an artifact is nowhere", map[string]string{"artifacts/intake.txt": "x", object(project.Digest([]byte("made by intake\n"))): "y"}, looks("")["reconstruct"]},
		{"reconstruct, dry: an artifact is nowhere", map[string]string{"artifacts/intake.txt": "x", object(project.Digest([]byte("made by intake\n"))): "y"}, looks("")["reconstruct, dry"]},
		{"take over: no state", nil, looks("")["take over"]},
		{"append: another project's state", nil, quickly(func(p *Project) error {
			s := p.State()
			s.Project = "project-2"
			return p.Append(takeover(project.RolledBack, "a test", project.Takeover{State: s}))
		})},
		{"append: a detail that is no JSON", nil, quickly(func(p *Project) error {
			return p.Append(project.Entry{Event: project.Notified, Detail: project.Raw("{")})
		})},
		{"reconstruct, dry: for no reason", map[string]string{stateFile: "{"}, func(dir string) error {
			o := quick()
			o.DryRun = true
			_, err := Reconstruct(dir, o, "")
			return err
		}},
		{"append: no such event", nil, quickly(func(p *Project) error { return p.Append(project.Entry{Event: "odd"}) })},
		{"append: an artifact that was never kept", nil, quickly(func(p *Project) error {
			digest := project.Digest([]byte("never kept"))
			return errors.Join(p.Append(project.Entry{Event: project.StageStarted, Stage: "specify"}),
				p.Append(project.Entry{Event: project.StageDone, Stage: "specify", Detail: project.Detail(project.Completion{Artifacts: map[string]string{"x.txt": digest}})}))
		})},
		{"artifact: no name of one", nil, quickly(func(p *Project) error { _, err := p.Artifact("../x", nil); return err })},
		{"artifact: there is none", nil, quickly(func(p *Project) error { _, err := p.ReadArtifact("x"); return err })},
	} {
		dir := early(t)
		for name, content := range c.spoil {
			write(t, dir, name, content)
		}
		err := c.do(dir)
		if err == nil {
			t.Errorf("%s: want it refused", c.name)
			continue
		}
		b.WriteString("# " + c.name + "\n" + strings.ReplaceAll(err.Error(), rootOf(dir), "ROOT") + "\n\n")
	}
	goldie.New(t, goldie.WithFixtureDir("testdata/golden")).Assert(t, "refusals", []byte(b.String()))
}

func quickly(f func(*Project) error) func(string) error {
	return func(dir string) error { return within(f)(dir, quick()) }
}
