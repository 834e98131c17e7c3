package lab

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	RunChild()
	goleak.VerifyTestMain(m)
}

// atMost is how long any command here may take: a bound for what hangs, on a machine that is busy.
const atMost = time.Minute

// ran is what came of a command.
type ran struct {
	Report
	out, err string
	state    *os.ProcessState
}

// self is how the test binary is started again.
func self(t testing.TB) []string {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return []string{program}
}

// task is a command under a treatment, with folders of its own.
func task(t testing.TB, treatment Treatment, argv ...string) Task {
	t.Helper()
	if len(argv) > 0 && argv[0] == "python3" {
		argv = append([]string{python()}, argv[1:]...)
	}
	scratch := t.TempDir()
	return Task{
		Treatment: treatment, Argv: argv, Scratch: scratch, Report: filepath.Join(scratch, "report"), Watchdog: atMost,
		Env: []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "LC_ALL=C", "TZ=UTC"},
	}
}

// command is what starts a task, with nothing connected.
func command(t testing.TB, task Task) *exec.Cmd {
	t.Helper()
	argv, env, err := task.Command(self(t))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), argv[0], argv[1:]...)
	cmd.Env = env
	return cmd
}

// finish runs what command made.
func finish(t testing.TB, cmd *exec.Cmd, task Task) ran {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	r, err := ReadReport(task.Report)
	if err != nil {
		t.Fatalf("%v; standard error: %s", err, &stderr)
	}
	if r.Error != "" {
		t.Errorf("the lab failed: %s", r.Error)
	}
	return ran{r, stdout.String(), stderr.String(), cmd.ProcessState}
}

// try runs a command under a treatment.
func try(t testing.TB, treatment Treatment, argv ...string) ran {
	t.Helper()
	task := task(t, treatment, argv...)
	return finish(t, command(t, task), task)
}

// says runs a command that is to succeed, and returns its output without the last line's end.
func says(t testing.TB, treatment Treatment, argv ...string) string {
	t.Helper()
	r := try(t, treatment, argv...)
	if !r.state.Success() {
		t.Errorf("%q: %v: %s", argv, r.state, r.err)
	}
	return strings.TrimSuffix(r.out, "\n")
}

// python is the interpreter itself: what is found by its name may be a script that looks for it.
var python = sync.OnceValue(func() string {
	out, err := exec.Command("python3", "-c", "import sys; print(sys.executable)").Output()
	if err != nil {
		return "python3"
	}
	return strings.TrimSpace(string(out))
})

// need skips a test whose program is missing, where that is nobody's fault.
func need(t testing.TB, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err == nil {
		return
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is missing, and CI is set", program)
	}
	t.Skipf("NOT TESTED: %s is missing", program)
}

// needRoot skips a test that becomes another user.
func needRoot(t testing.TB) {
	t.Helper()
	if os.Getuid() == 0 {
		return
	}
	if os.Getenv("CI") != "" {
		t.Fatal("becoming another user takes root, and CI is set")
	}
	t.Skip("NOT TESTED: becoming another user takes root")
}

// compile makes a program of testdata/name.c, or of testdata/name.go for "name.go", and returns it.
func compile(t testing.TB, name string, flags ...string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), strings.TrimSuffix(filepath.Base(name), ".go"))
	argv := append([]string{"gcc", "-O1", "-Wall", "-Werror", "-pthread", "-o", program, filepath.Join("testdata", name+".c")}, flags...)
	if strings.HasSuffix(name, ".go") {
		argv = []string{"go", "build", "-o", program, filepath.Join("testdata", name)}
	}
	need(t, argv[0])
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%q: %v\n%s", argv, err, out)
	}
	return program
}
