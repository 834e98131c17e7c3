package store

import (
	"os"
	"os/signal"
	"strings"
	"testing"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"
)

// renewVariable makes a child of the test binary begin the project afresh whose folder it names, and
// kill itself at the step before the colon.
const renewVariable = "STORE_TEST_RENEW"

func TestMain(m *testing.M) {
	if order := os.Getenv(limitVariable); order != "" {
		signal.Ignore(unix.SIGXFSZ)
		os.Exit(childWithALimit(order))
	}
	if step, dir, is := strings.Cut(os.Getenv(renewVariable), ":"); is {
		o := quick()
		o.step = func(at string) {
			if at == step {
				unix.Kill(os.Getpid(), unix.SIGKILL)
				select {}
			}
		}
		Renew(dir, 9, o, "the log is lost")
		os.Exit(1) // it was to be killed
	}
	goleak.VerifyTestMain(m)
}
