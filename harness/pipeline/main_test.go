package pipeline

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// engineVariable makes a child of the test binary an engine on the first project of the root that it
// names.
const engineVariable = "PIPELINE_TEST_ENGINE"

func TestMain(m *testing.M) {
	harness.RunChild(NewWorkflow(nil), leaking())
	if root := os.Getenv(engineVariable); root != "" {
		os.Exit(engineChild(root))
	}
	os.Setenv("PIPELINE_TEST_KEY", "secret")
	os.Setenv("PIPELINE_TEST_OTHER", "other")
	goleak.VerifyTestMain(m)
}

// engineChild acknowledges each transition with its sum on a line of standard output.
func engineChild(root string) int {
	fmt.Println("ready")
	e := &Engine{Root: root, Now: time.Now, Log: func(e project.Entry) { fmt.Println(e.Sum) }}
	out, err := e.Run(context.Background(), "project-1")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println(out.Why)
	return 0
}

// clock is a test's time: it goes on by a second with each reading.
func clock() func() time.Time {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	return func() time.Time {
		at = at.Add(time.Second)
		return at
	}
}

// rootFolder is an empty folder that costs no disk, where there is such a thing: these tests write much.
func rootFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "pipeline-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// context0 is that of operations in tables.
var context0 = context.Background()
