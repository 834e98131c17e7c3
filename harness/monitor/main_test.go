package monitor_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// bin is where the real binary is built, once, for the tests that watch it.
var bin string

func TestMain(m *testing.M) {
	var err error
	if bin, err = os.MkdirTemp("", "shadowrun-monitor-test-"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		os.RemoveAll(bin)
		os.Exit(code)
	}))
}

// skip skips, loudly; where CI is set, nothing may be skipped.
func skip(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal("cannot be skipped in CI: " + why)
	}
	t.Skip("SKIPPED: " + why)
}
