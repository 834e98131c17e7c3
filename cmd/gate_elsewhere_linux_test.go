package cmd_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The goldens that lie in this repository hold elsewhere: at another path, for another user, in another zone and locale, on one CPU.
func TestGateHoldsElsewhere(t *testing.T) {
	if testing.Short() {
		t.Skip("dozens of runs, in processes of their own")
	}
	for _, program := range []string{"python3", "taskset", "setpriv"} {
		if _, err := exec.LookPath(program); err != nil {
			missing(t, program)
		}
	}
	dir := openFolder(t)
	binary := filepath.Join(dir, "shadowrun")
	if out, err := exec.Command("go", "build", "-o", binary, "./shadowrun").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	here, err := filepath.Abs("../testdata")
	if err != nil {
		t.Fatal(err)
	}
	there := filepath.Join(dir, "a copy", "testdata")
	if err := os.CopyFS(there, os.DirFS(here)); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, at string
		prefix   []string
		env      []string
	}{
		{"at another path", there, nil, nil},
		{"in another zone and locale", there, nil, []string{"TZ=Asia/Kathmandu", "LC_ALL=C", "LANG=tr_TR.UTF-8"}},
		{"on one CPU", there, []string{"taskset", "-c", "0"}, nil},
		{"for another user", there, []string{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"}, []string{"HOME=/nonexistent", "USER=nobody", "LOGNAME=nobody"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.env != nil && test.prefix != nil && os.Getuid() != 0 {
				needsRoot(t, "to become another user")
			}
			tmp := openFolder(t)
			if err := os.Chmod(tmp, 0o777); err != nil {
				t.Fatal(err)
			}
			argv := append(test.prefix, binary, "gate", "--config", filepath.Join(test.at, "workflows", "gate.yaml"), "--state", filepath.Join(tmp, "state"),
				"--seed", "2", "--workflow", "py-orders,shell-report,compute,llm")
			c := exec.Command(argv[0], argv[1:]...)
			c.Dir = dir
			c.Env = append(os.Environ(), append(test.env, "TMPDIR="+tmp, "GITHUB_ACTIONS=", "GITHUB_STEP_SUMMARY=")...)
			out, err := c.CombinedOutput()
			if err != nil || !strings.Contains(string(out), "PASS: 4 compared with their goldens\n") || strings.Contains(string(out), "leak") {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// openFolder makes a temporary folder that every user may look into.
func openFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for at := dir; at != os.TempDir() && at != "/"; at = filepath.Dir(at) {
		if err := os.Chmod(at, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
