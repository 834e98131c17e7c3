package sign_test

import (
	"os"
	"os/exec"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// needs skips a test loudly for want of a program, and fails it where CI is set.
func needs(t *testing.T, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err == nil {
		return
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is not in PATH, and in CI nothing is skipped", program)
	}
	t.Skipf("SKIPPED: no %s", program)
}
