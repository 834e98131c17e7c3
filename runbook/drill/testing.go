package drill

import (
	"fmt"
	"runtime"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// scriptT is what testscript asks of a test, for one script, in a program as well as in a test.
type scriptT struct {
	verbose bool
	mu      sync.Mutex
	text    strings.Builder
	failed  bool
	skipped bool
	why     string // it was skipped
}

var _ testscript.T = (*scriptT)(nil)

func newT(verbose bool) *scriptT { return &scriptT{verbose: verbose} }

// run runs f to its end or until it gives up, in a goroutine of its own, for that ends one.
func (t *scriptT) run(f func()) {
	var wait sync.WaitGroup
	wait.Go(func() {
		defer func() {
			// A condition such as [short] panics outside of a test.
			if p := recover(); p != nil {
				t.failed = true
				t.Log("FAIL: ", p)
			}
		}()
		f()
	})
	wait.Wait()
}

// Run runs the one script that there is.
func (t *scriptT) Run(_ string, f func(testscript.T)) { t.run(func() { f(t) }) }

// Log keeps what is to be said.
func (t *scriptT) Log(args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	fmt.Fprintln(&t.text, args...)
}

func (t *scriptT) log() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}

// Fatal says why and ends the script.
func (t *scriptT) Fatal(args ...any) {
	t.Log(append([]any{"FAIL: "}, args...)...)
	t.FailNow()
}

// FailNow ends the script.
func (t *scriptT) FailNow() {
	t.failed = true
	runtime.Goexit()
}

// Skip ends a script that says skip.
func (t *scriptT) Skip(args ...any) {
	t.skipped, t.why = true, strings.TrimSpace(fmt.Sprintln(args...))
	runtime.Goexit()
}

// Parallel does nothing: scripts are run side by side by who runs them.
func (t *scriptT) Parallel() {}

// Verbose reports whether what succeeded is logged, too.
func (t *scriptT) Verbose() bool { return t.verbose }
