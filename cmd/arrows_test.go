package cmd_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/shadowrun/shadowrun/"

// arrows says which of our packages a package may import, and why not more. A package that is
// not named here is an error: say where it belongs. A name that ends in /... stands for all
// below it. Every package may import its own internal ones.
var arrows = []struct {
	from string
	to   []string
	why  string
}{
	{"golden", nil, "a trace knows nothing of who made it or compares it"},
	{"replay", []string{"golden"}, "comparing and classifying are pure: no processes, no disk, no ledger"},
	{"replay/lab", nil, "it treats any command; what that shows is not its business"},
	{"replay/explain", []string{"golden", "replay"}, "experiments and statistics are pure: who runs them is an interface of its own"},
	{"replay/external", []string{"golden"}, "a call is recorded and answered, whoever makes it"},
	{"harness", []string{"golden", "replay", "replay/external", "replay/lab"}, "a soak hands its results over; how they are kept is not its business"},
	{"harness/internal/proc", nil, "a process is a process, whatever it is run for"},
	{"harness/ledger", []string{"golden", "replay"}, "the record outlives the harness that wrote it"},
	{"harness/reference", []string{"harness"}, "they are workflows like a user's"},
	{"harness/harnesstest", []string{"golden", "replay", "harness", "harness/reference"}, "it runs in users' tests: no ledger, no command line"},
	{"harness/experiment", []string{"golden", "harness", "replay", "replay/explain", "replay/external", "replay/lab"}, "it puts the experiments on real workflows"},
	{"harness/stop", []string{"harness/ledger"}, "a stop stands and is lifted whatever else is broken"},
	{"harness/soak", []string{"golden", "replay", "replay/explain", "harness/experiment", "harness", "harness/ledger", "harness/reference", "harness/stop", "harness/internal/proc"}, "it puts harness and ledger together"},
	{"harness/monitor", []string{"golden", "replay", "harness", "harness/ledger", "harness/soak", "harness/stop"}, "it reads what a soak leaves; how that is shown is not its business"},
	{"harness/monitor/alert", []string{"harness", "harness/ledger", "harness/soak", "harness/monitor"}, "it tells of what is seen; how that is seen is not its business"},
	{"harness/monitor/family", nil, "a process is a process, whatever it is run for"},
	{"harness/monitor/console", nil, "it shows what it is given; whose facts these are is not its business"},
	{"harness/monitor/capture", []string{"golden", "harness", "harness/ledger", "harness/soak", "harness/monitor/family"}, "it copies what is there; what that means is not its business"},
	{"harness/monitor/serve", []string{"golden", "replay", "harness/ledger", "harness/soak", "harness/monitor"}, "it shows what is seen; the forms of its documents are the command line's"},
	{"harness/report", []string{"golden", "replay", "harness", "harness/ledger", "harness/soak", "harness/stop", "runbook"}, "it states what is recorded; who signs that, and how it is carried, is not its business"},
	{"harness/report/bundle", nil, "it packs files; what they mean is not its business"},
	{"harness/report/sign", []string{"golden"}, "a signature is checked the same whatever is signed"},
	{"harness/report/verify", []string{"golden", "harness/report/bundle", "harness/report/sign"}, "evidence is checked offline: no ledger, no state folder"},
	{"harness/gate", []string{"golden", "replay", "replay/explain", "harness", "harness/experiment", "harness/soak"}, "it compares with goldens of a repository: no ledger, no command line"},
	{"runbook", nil, "a document is read the same whatever carries it out"},
	{"harness/pipeline/project", nil, "what may happen to a project is pure: no clock, no disk, no process"},
	{"harness/pipeline/store", []string{"harness/pipeline/project"}, "it keeps a project; who works on it, and when, is not its business"},
	{"harness/pipeline", []string{"golden", "replay", "harness", "harness/internal/proc", "harness/pipeline/project", "harness/pipeline/store"}, "it is a workflow like a user's, and operated beside any soak"},
	{"runbook/deploy", nil, "files for operators; what they read is held to it by tests of the command line"},
	{"runbook/drill", []string{"runbook"}, "it carries out what a runbook says; which service that concerns is not its business"},
	{"runbook/drill/loopback", []string{"runbook/deploy"}, "it starts servers; what a drill does to them is not its business"},
	{"scenarios", []string{"runbook", "runbook/drill", "runbook/drill/loopback", "cmd"}, "they are the documents' other half; the test that certifies drives the real command"},
	{"cmd", []string{"golden", "replay", "replay/explain", "replay/lab", "replay/external", "harness/experiment", "harness", "harness/ledger", "harness/reference", "harness/soak", "harness/stop", "harness/monitor", "harness/monitor/alert", "harness/monitor/family", "harness/monitor/console", "harness/monitor/capture", "harness/monitor/serve", "harness/gate", "harness/pipeline", "harness/pipeline/project", "harness/pipeline/store", "harness/report", "harness/report/bundle", "harness/report/sign", "harness/report/verify", "runbook", "runbook/deploy", "runbook/drill", "runbook/drill/loopback", "scenarios"}, "nothing imports it but main functions"},
	{"cmd/shadowrun", []string{"cmd"}, "one call"},
}

func allowed(from, to string) (bool, string) {
	for _, a := range arrows {
		if a.from != from {
			continue
		}
		for _, t := range append(a.to, from+"/internal/...") {
			if t == to || strings.HasSuffix(t, "/...") && strings.HasPrefix(to, strings.TrimSuffix(t, "...")) {
				return true, ""
			}
		}
		return false, a.why
	}
	return false, "it is in no row of the table: say where it belongs"
}

// TestArrowsPointOneWay holds the packages to the table, tests included.
func TestArrowsPointOneWay(t *testing.T) {
	list := exec.Command("go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", "./...")
	list.Dir = ".."
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	packages := 0
	for d := json.NewDecoder(strings.NewReader(string(out))); ; packages++ {
		var p struct {
			ImportPath                         string
			Imports, TestImports, XTestImports []string
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		from := strings.TrimPrefix(p.ImportPath, module)
		if parent, _, internal := strings.Cut(from, "/internal/"); internal && from != "harness/internal/proc" {
			from = parent
		}
		for _, imported := range append(append(p.Imports, p.TestImports...), p.XTestImports...) {
			to, ours := strings.CutPrefix(imported, module)
			if !ours || to == from {
				continue
			}
			if ok, why := allowed(from, to); !ok {
				t.Errorf("%s imports %s: %s", from, to, why)
			}
		}
	}
	if packages < len(arrows) {
		t.Errorf("go list named %d packages; the table has %d", packages, len(arrows))
	}
}
