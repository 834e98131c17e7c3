package cmd

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/shadowrun/shadowrun/harness/ledger"
)

// The scripts are what users type, a file a command. They run the real program, in a process
// of its own, on workflows that are real programs.
func TestScripts(t *testing.T) {
	ran := t.TempDir()
	var mu sync.Mutex // scripts are prepared in parallel
	prepared := map[string]bool{}
	t.Cleanup(func() { // after the scripts, which run in parallel
		for name := range prepared {
			if err := ranAll(filepath.Join("testdata", "script", name+".txtar"), filepath.Join(ran, name)); err != nil && !t.Failed() {
				t.Error(err)
			}
		}
	})
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Condition:           missing,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "flip": flip, "waitfor": waitFor, "answers": answers},
		Setup: func(env *testscript.Env) error {
			name := strings.TrimPrefix(filepath.Base(env.WorkDir), "script-")
			mu.Lock()
			prepared[name] = true
			mu.Unlock()
			home := filepath.Join(env.WorkDir, ".home")
			env.Setenv("HOME", home)
			env.Setenv("XDG_STATE_HOME", filepath.Join(home, "state"))
			env.Setenv("NO_COLOR", "")
			env.Setenv("S", filepath.Join(env.WorkDir, "s")) // a state folder
			env.Setenv(ranVariable, filepath.Join(ran, name))
			env.Values[receiver{}] = new(atomic.Int64)
			env.Defer(func() { endMonitor(t, filepath.Join(env.WorkDir, "s")) })
			return os.Mkdir(home, 0o777)
		},
	})
}

var execShadowrun = regexp.MustCompile(`(?m)^(! exec|exec|exits \d) shadowrun\b`)

// ranAll reports a script that did not get to its end: one that is empty or stops passes as
// well as any.
func ranAll(script, ran string) error {
	text, err := os.ReadFile(script)
	if err != nil {
		return err
	}
	want := len(execShadowrun.FindAll(text, -1))
	got, err := os.ReadFile(ran)
	if os.IsNotExist(err) && skipped(string(text)) {
		return nil
	}
	if want == 0 || len(got) < want {
		return fmt.Errorf("%s: shadowrun ran %d times, of %d that the script has; want all, and at least one", script, len(got), want)
	}
	return nil
}

// skipped reports whether a script that did not run may have been left out.
func skipped(text string) bool {
	return testing.Short() && strings.Contains(text, "[short] skip ") || strings.Contains(text, "[missing:") && os.Getenv("CI") == ""
}

func TestScriptThatDoesNotRunToItsEndFails(t *testing.T) {
	for _, test := range []struct {
		name, script, ran string
		ok                bool
	}{
		{"whole", "exec shadowrun version\n! exec shadowrun x\n", "..", true},
		{"indirect starts count too", "exec shadowrun version\nexec sh flow.sh\n", "...", true},
		{"empty", "", "", false},
		{"none of its commands is ours", "exec true\n", "", false},
		{"stopped half-way", "exec shadowrun version\nstop\nexec shadowrun version\n", ".", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			script, ran := filepath.Join(t.TempDir(), "s.txtar"), filepath.Join(t.TempDir(), "ran")
			for path, text := range map[string]string{script: test.script, ran: test.ran} {
				if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			if err := ranAll(script, ran); (err == nil) != test.ok {
				t.Errorf("err = %v, want ok = %v", err, test.ok)
			}
		})
	}
}

// missing is the condition [missing:PROGRAM]: it holds where a program is not there, with which
// the script says that it is skipped. Where CI is set, nothing may be missing.
func missing(condition string) (bool, error) {
	program, ok := strings.CutPrefix(condition, "missing:")
	if !ok {
		return false, fmt.Errorf("unknown condition %q", condition)
	}
	if _, err := exec.LookPath(program); err == nil {
		return false, nil
	}
	if os.Getenv("CI") != "" {
		return false, fmt.Errorf("%s is not in PATH, and in CI nothing is skipped", program)
	}
	return true, nil
}

// flip flips the lowest bit of the byte in the middle of a file: flip FILE
func flip(ts *testscript.TestScript, _ bool, args []string) {
	name := ts.MkAbs(args[0])
	text, err := os.ReadFile(name)
	ts.Check(err)
	text[len(text)/2] ^= 1
	ts.Check(os.WriteFile(name, text, 0o666))
}

// exits runs a program that is to end with a status: exits STATUS PROGRAM [ARGUMENT …]
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// waitFor waits at a named pipe until a workflow writes to it: waitfor PIPE
func waitFor(ts *testscript.TestScript, _ bool, args []string) {
	_, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
}

// receiver is the key of the status that a script's receiver of alerts answers; 0: it has none.
type receiver struct{}

// answers has a receiver of alerts answer with a status from now on, and sets a variable to its URL: answers STATUS VARIABLE
func answers(ts *testscript.TestScript, _ bool, args []string) {
	status, err := strconv.Atoi(args[0])
	ts.Check(err)
	answer := ts.Value(receiver{}).(*atomic.Int64)
	if answer.Swap(int64(status)) != 0 {
		return
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(int(answer.Load())) }))
	ts.Defer(server.Close)
	ts.Setenv(args[1], server.URL)
}

// endMonitor ends what a script that failed has left in the background.
func endMonitor(t *testing.T, state string) {
	who, held, err := ledger.HolderOf(monitorDir(state))
	if held && who.PID > 0 {
		err = syscall.Kill(who.PID, syscall.SIGKILL)
	}
	if err != nil {
		t.Error(err)
	}
}
