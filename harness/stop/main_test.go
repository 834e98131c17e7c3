package stop

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/shadowrun/shadowrun/harness/ledger"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// noon is when the tests' operators act.
var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// request is ada's on a state folder.
func request(dir string) Request {
	return Request{Dir: dir, Ledger: filepath.Join(dir, "ledger.db"), Who: "ada", Host: "soak-1", Reason: "the database is down", At: noon}
}

// stands is what is read of that request once it is enabled.
var stands = State{On: true, Since: noon, Who: "ada", Host: "soak-1", Reason: "the database is down"}

// with is an engine's part of a request.
func (r Request) with(e Engine) Request {
	if e.Timeout == 0 {
		e.Timeout = time.Minute
	}
	r.Engine = func() (Engine, error) { return e, nil }
	return r
}

// steps are steps as tests compare them: without durations, and with [dir] for a folder.
func steps(t testing.TB, d Done, dir string) (all []string) {
	t.Helper()
	for _, s := range d.Steps {
		all = append(all, stepText(s, dir))
	}
	return all
}

// logged is what the audit log says was done.
func logged(t testing.TB, dir string) (what []string) {
	t.Helper()
	r, err := ledger.View(filepath.Join(dir, "ledger.db"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	entries, err := Log(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		what = append(what, e.What)
	}
	return what
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func wait(t testing.TB, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited for a minute in vain: %s", what)
		}
	}
}
