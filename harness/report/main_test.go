package report

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/shadowrun/shadowrun/harness"
)

// scratch is where the soak with faults is kept, for all tests that read it.
var scratch string

func TestMain(m *testing.M) {
	harness.RunChild(faulty...)
	var err error
	if scratch, err = os.MkdirTemp("", "shadowrun-report-test-"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		os.RemoveAll(scratch)
		os.Exit(code)
	}))
}
