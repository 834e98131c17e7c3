package store

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

var start = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

// options have a clock that goes on by a second each time it is read.
func options() Options {
	now := start
	return Options{Now: func() time.Time { now = now.Add(time.Second); return now }, Actor: "engine"}
}

// quick is options with a disk that syncs nothing.
func quick() Options {
	o := options()
	o.disk = func(d disk) disk { return unsynced{d} }
	return o
}

type unsynced struct{ disk }

func (unsynced) Sync(string) error { return nil }

// memory is a folder on no disk, where there is such a thing: these tests write much.
func memory(t testing.TB) string {
	dir, err := os.MkdirTemp("/dev/shm", "store-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func created(t testing.TB, o Options) (string, *Project) {
	t.Helper()
	root := memory(t)
	p, err := Create(root, "project-1", 7, o)
	if err != nil {
		t.Fatal(err)
	}
	return Dir(root, "project-1"), p
}

func opened(t testing.TB, dir string) *Project {
	t.Helper()
	p, err := Open(dir, options())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func closed(t testing.TB, p *Project) {
	t.Helper()
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
}

func appended(t testing.TB, p *Project, entries ...project.Entry) {
	t.Helper()
	if err := p.Append(entries...); err != nil {
		t.Fatal(err)
	}
}

// stage takes a stage from pending to completed, with an artifact.
func stage(p *Project, name project.Stage) error {
	file := string(name) + ".txt"
	if err := p.Append(project.Entry{Event: project.StageStarted, Stage: name}); err != nil {
		return err
	}
	digest, err := p.Artifact(file, []byte("made by "+string(name)+"\n"))
	if err != nil {
		return err
	}
	return p.Append(project.Entry{Event: project.StageDone, Stage: name, Detail: project.Detail(project.Completion{Artifacts: map[string]string{file: digest}})})
}

func stages(t testing.TB, p *Project, n int) {
	t.Helper()
	for _, name := range project.Stages[:n] {
		if err := stage(p, name); err != nil {
			t.Fatal(err)
		}
	}
}

// failing gives up the next stage, so that there is a dead letter.
func failing(t testing.TB, p *Project) {
	t.Helper()
	at := p.State().CurrentStage
	f := project.Detail(project.Failure{Kind: project.Permanent, Message: "no such API <v2> & none", Task: project.Raw(`{ "stage": "x" }`)})
	appended(t, p, project.Entry{Event: project.StageStarted, Stage: at},
		project.Entry{Event: project.StageGaveError, Stage: at, Detail: f},
		project.Entry{Event: project.RetriesExhausted, Stage: at, Service: "ai_api", Detail: f})
}

func intact(t testing.TB, dir string) {
	t.Helper()
	found, err := Check(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(found) > 0 {
		t.Errorf("want no damage, got %s", found[0].Error())
	}
}

// files are a folder's, by name, the lock's but for.
func files(t testing.TB, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || e.Name() == lockFile {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		content, err := os.ReadFile(path)
		all[name] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestFolder(t *testing.T) {
	dir, p := created(t, options())
	stages(t, p, 7)
	failing(t, p)
	appended(t, p, project.Entry{Event: project.LettersPurged, Actor: "ann", Reason: "known", Detail: project.Detail(project.Purge{IDs: []string{"letter-18"}})})
	state := p.State()
	closed(t, p)
	intact(t, dir)

	var got []string
	for _, name := range names(files(t, dir)) {
		if filepath.Dir(name) != objects {
			got = append(got, name)
		}
	}
	want := []string{"artifacts/decompose.txt", "artifacts/implement.txt", "artifacts/intake.txt", "artifacts/integrate.txt", "artifacts/plan.txt", "artifacts/specify.txt", "artifacts/verify.txt",
		"dead_letters.json", "dead_letters.json.backup.18", "state.json", "state.json.backup", "state.json.backup.11", "state.json.backup.13", "state.json.backup.15", "state.json.backup.7", "state.json.backup.9", "transitions.jsonl"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}

	again := opened(t, dir)
	defer closed(t, again)
	if diff := cmp.Diff(state, again.State()); diff != "" {
		t.Errorf("state, opened again (-want +got):\n%s", diff)
	}
	if len(again.Mended) > 0 {
		t.Errorf("want nothing mended, got %v", again.Mended[0])
	}
	content, err := again.ReadArtifact("plan.txt")
	if string(content) != "made by plan\n" || err != nil {
		t.Errorf("want plan's artifact, got %q, %v", content, err)
	}
}
