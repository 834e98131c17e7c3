package loopback

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

// ownerVariable makes a child of the test binary have a folder of a server's until it is killed.
const ownerVariable = "LOOPBACK_TEST_OWNER"

func TestMain(m *testing.M) {
	if os.Getenv(ownerVariable) != "" {
		f, err := newFolder("test")
		if err != nil {
			os.Exit(1)
		}
		os.Stdout.WriteString(f.path + "\n")
		select {}
	}
	goleak.VerifyTestMain(m)
}

// What a killed drill leaves of a server's data goes with the next server's start; what another has, stays.
func TestFoldersOfTheKilledAreRemoved(t *testing.T) {
	if testing.Short() {
		t.Skip("in other processes")
	}
	t.Setenv("TMPDIR", t.TempDir())
	owner := exec.Command(os.Args[0])
	owner.Env = append(os.Environ(), ownerVariable+"=1")
	out, err := owner.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := owner.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	left := strings.TrimSpace(line)
	if err := os.WriteFile(filepath.Join(left, "data"), []byte("much"), 0o666); err != nil {
		t.Fatal(err)
	}
	ours, err := newFolder("test")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(left); err != nil {
		t.Errorf("the folder of one that lives: %v", err)
	}
	if err := owner.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	owner.Wait()
	others, err := os.MkdirTemp("", "shadowrun-test-") // of somebody who takes no lock
	if err != nil {
		t.Fatal(err)
	}
	next, err := newFolder("test")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Errorf("the folder of one that was killed is there: %v", err)
	}
	for _, dir := range []string{ours.path, others} {
		if _, err := os.Stat(dir); err != nil {
			t.Errorf("a folder of another's: %v", err)
		}
	}
	for _, f := range []*folder{ours, next} {
		if err := f.remove(); err != nil {
			t.Error(err)
		}
	}
}
