package soak_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The state folder's disk is full: the soak is interrupted and says so, and what it had acknowledged is
// there. When there is space again it goes on, and finishes as one that nothing befell.
func TestFullDisk(t *testing.T) {
	state := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", state).CombinedOutput(); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("a file system of its own is needed: %v: %s", err, out)
		}
		t.Skipf("SKIPPED: a full disk is NOT TESTED. Run as root, where mount -t tmpfs works: %v: %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", state).CombinedOutput(); err != nil {
			t.Errorf("umount: %v: %s", err, out)
		}
	})
	flows := writeFiles(t, map[string]string{"shadowrun.yaml": mixed, "flow.sh": notedFlow})
	config := filepath.Join(flows, "shadowrun.yaml")
	ballast := filepath.Join(state, "ballast")
	write(t, ballast, strings.Repeat("x", 5<<20))

	s := command(t, config, state, "--progress", "json", "--workflow", "compute,llm")
	s.mustExit(t, 4)
	if got := s.out.String(); !strings.Contains(got, "\nINTERRUPTED: ") {
		t.Errorf("it came to\n%s\nwant INTERRUPTED", got)
	}
	said := s.err.String()
	if !strings.Contains(said, "full") && !strings.Contains(said, "no space left") || !strings.Contains(said, "--resume") {
		t.Errorf("it said\n%s\nwant that the disk is full, and how to go on", lastLines(said, 5))
	}
	acknowledged := lastAcknowledged(s.err.Bytes())
	if got := lastCycle(t, state); got < acknowledged || acknowledged == 0 {
		t.Fatalf("the ledger has %d cycles, and %d were acknowledged", got, acknowledged)
	}
	mustVerify(t, state)

	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	command(t, config, state, "--resume", "--cycles", fmt.Sprint(acknowledged+5)).mustExit(t, 0)
	undisturbed := t.TempDir()
	command(t, config, undisturbed, "--cycles", fmt.Sprint(acknowledged+5), "--workflow", "compute,llm").mustExit(t, 0)
	checkSame(t, undisturbed, state)
	mustVerify(t, state)
}

func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
