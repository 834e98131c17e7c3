package scenarios_test

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/shadowrun/shadowrun/cmd"
	"github.com/shadowrun/shadowrun/runbook"
	"github.com/shadowrun/shadowrun/runbook/drill"
	"github.com/shadowrun/shadowrun/runbook/drill/loopback"
	"github.com/shadowrun/shadowrun/scenarios"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"shadowrun": func() { cmd.Main() }})
}

func books(t *testing.T) (all []*runbook.Book) {
	t.Helper()
	names, err := fs.Glob(runbook.Books, "*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(runbook.Books, name)
		if err != nil {
			t.Fatal(err)
		}
		b, err := runbook.Parse(strings.TrimSuffix(name, ".md"), text)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b)
	}
	return all
}

// TestCertify carries all scenarios out, with the real command and real servers, and then judges by what the journal says.
func TestCertify(t *testing.T) {
	if testing.Short() {
		t.Skip("all of it is in other processes")
	}
	all, err := scenarios.All(scenarios.Files)
	if err != nil {
		t.Fatal(err)
	}
	program, err := exec.LookPath("shadowrun")
	if err != nil {
		t.Fatal(err)
	}
	books := books(t)
	d, err := drill.Begin(filepath.Join(t.ArtifactDir(), "journal.jsonl"), runbook.Header{Who: "go test", Host: "loopback", Environment: "loopback"}, books, all)
	if err != nil {
		t.Fatal(err)
	}
	var servers loopback.Servers
	var mu sync.Mutex
	var left []string // scenarios that were not carried out
	t.Run("scenarios", func(t *testing.T) {
		for _, s := range all {
			needs := drill.Needs(books, s)
			if missing := loopback.Missing(needs...); len(missing) > 0 {
				left = append(left, fmt.Sprintf("%s (needs Debian's packages %s)", s.Name(), strings.Join(missing, ", ")))
				continue
			}
			t.Run(s.Name(), func(t *testing.T) {
				t.Parallel()
				given, err := servers.Give(t.Context(), s.Name(), needs)
				if err != nil {
					t.Fatal(err)
				}
				defer func() {
					if err := given.Stop(); err != nil {
						t.Error(err)
					}
				}()
				o := drill.Options{Books: books, Program: program, Services: given.Services, Env: given.Env, Verbose: testing.Verbose()}
				result, err := d.CarryOut(t.Context(), s, o)
				if err != nil {
					t.Fatal(err)
				}
				if testing.Verbose() {
					t.Log(result.Log)
				}
				switch result.Verdict {
				case runbook.Pass:
				case runbook.Skipped:
					mu.Lock()
					left = append(left, fmt.Sprintf("%s (%s)", s.Name(), result.Why))
					mu.Unlock()
				default:
					t.Errorf("%s: %s\n%s", s.Name(), result.Verdict, result.Why)
				}
			})
		}
	})
	if err := servers.Stop(); err != nil {
		t.Error(err)
	}
	journal, err := d.End(scenarios.Tabletop)
	if err != nil {
		t.Fatal(err)
	}
	certified := fmt.Sprintf("%s\n%s", journal.End.Verdict, strings.Join(journal.End.Why, "\n"))
	switch {
	case strings.Contains(flag.Lookup("test.run").Value.String(), "/"):
		t.Log("only a part was asked for, so nothing is certified")
	case len(left) > 0 && os.Getenv("CI") != "":
		t.Fatalf("not carried out, and in CI nothing is left out: %s", strings.Join(left, "; "))
	case len(left) > 0 && !t.Failed():
		t.Skipf("SKIPPED, not certified: %s; 'make deps' says how to get what is missing", strings.Join(left, "; "))
	case journal.End.Verdict != runbook.Certified:
		t.Error(certified)
	default:
		t.Log(certified)
	}
}

// The ten steps are those of the runbook's tabletop, no more and no fewer.
func TestTabletopIsTheRunbooks(t *testing.T) {
	_, p, err := runbook.FindProcedure(books(t), "workflow-engine:tabletop")
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, s := range p.Steps {
		ids = append(ids, s.ID)
		if s.Manual != "" {
			t.Errorf("step %s is for a person: %s", s.ID, s.Manual)
		}
	}
	if diff := cmp.Diff(scenarios.Tabletop, ids); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
