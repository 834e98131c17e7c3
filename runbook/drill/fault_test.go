package drill_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/shadowrun/shadowrun/runbook"
	"github.com/shadowrun/shadowrun/runbook/drill"
)

func TestASmallFileSystemIsFilledAndGoesWithItsScenario(t *testing.T) {
	try := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "tmpfs", try).CombinedOutput(); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("a file system can't be mounted: %v: %s", err, out)
		}
		t.Skipf("SKIPPED, not checked: a file system can't be mounted, as root can: %v: %s", err, out)
	}
	if out, err := exec.Command("umount", try).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	mounted := func() int {
		text, err := os.ReadFile("/proc/self/mountinfo")
		if err != nil {
			t.Fatal(err)
		}
		return strings.Count(string(text), "/script-pump/small ")
	}
	before := mounted()
	for _, end := range []string{"stdout open", "stdout closed"} {
		result, _, _ := carryOut(t, "mkdir small\nfault small small\nfault fill small\n! exec cp /etc/passwd small/more\nstderr 'No space left'\nstep open\n"+end+"\n", drill.Options{})
		if passed := result.Verdict == runbook.Pass; passed != (end == "stdout open") {
			t.Errorf("%s: %s: %s", end, result.Verdict, result.Why)
		}
		if now := mounted(); now != before {
			t.Errorf("%s: %d small file systems are left behind, want %d", end, now, before)
		}
	}
}
