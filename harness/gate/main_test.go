package gate

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness"
)

func TestMain(m *testing.M) {
	harness.RunChild()
	goleak.VerifyTestMain(m)
}

// repository is a folder with a configuration and a workflow in it, a shell script.
type repository struct {
	t   testing.TB
	dir string
}

const oneFlow = `
gate: {seeds: [1, 2], replays: 2}
workflows:
  - {name: flow, command: [sh, flow.sh, "{seed}"], output: json, timeout: 20s}
`

func newRepository(t *testing.T, config, script string) repository {
	r := repository{t, t.TempDir()}
	r.write("shadowrun.yaml", config)
	r.write("flow.sh", script)
	return r
}

func (r repository) write(name, text string) {
	r.t.Helper()
	path := filepath.Join(r.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		r.t.Fatal(err)
	}
}

// edit puts a text in place of each occurrence of another.
func (r repository) edit(name, before, after string) {
	r.t.Helper()
	text, err := os.ReadFile(filepath.Join(r.dir, name))
	if err != nil {
		r.t.Fatal(err)
	}
	r.write(name, strings.ReplaceAll(string(text), before, after))
}

func (r repository) remove(name string) {
	r.t.Helper()
	if err := os.Remove(filepath.Join(r.dir, name)); err != nil {
		r.t.Fatal(err)
	}
}

// open opens a gate on the repository as it is now.
func (r repository) open(scope Scope) *Gate {
	r.t.Helper()
	config, err := harness.LoadConfig(filepath.Join(r.dir, "shadowrun.yaml"))
	if err != nil {
		r.t.Fatal(err)
	}
	g := &Gate{Config: config.Defaults(), StateDir: r.t.TempDir(), Scope: scope}
	if err := g.Open(); err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() {
		if err := g.Close(); err != nil {
			r.t.Error(err)
		}
	})
	return g
}

func (r repository) check(scope Scope) Report {
	r.t.Helper()
	report, err := r.open(scope).Check(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	return report
}

// accept accepts all that can be, and returns what came of it.
func (r repository) accept() []Accepted {
	r.t.Helper()
	g := r.open(Scope{})
	report, err := g.Check(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	var pending []Result
	for _, result := range report.Results {
		if result.Acceptable() {
			pending = append(pending, result)
		}
	}
	accepted, err := g.Accept(r.t.Context(), pending)
	if err != nil {
		r.t.Fatal(err)
	}
	return accepted
}

// goldens returns the digests of those that the repository has.
func (r repository) goldens() map[Case]golden.Digest {
	r.t.Helper()
	folder, err := golden.OpenFolder(filepath.Join(r.dir, "testdata", "goldens"))
	if err != nil {
		r.t.Fatal(err)
	}
	entries, err := folder.List()
	if err != nil {
		r.t.Fatal(err)
	}
	digests := map[Case]golden.Digest{}
	for _, e := range entries {
		digests[Case{e.Workflow, e.Seed}] = e.Digest
	}
	return digests
}
