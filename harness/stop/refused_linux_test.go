package stop

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

const nobody = 65534

// asNobody calls f on a thread that opens files as a user does who owns nothing. It is the test's own where that is no root.
func asNobody(t *testing.T, f func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		f()
		return
	}
	done := make(chan struct{})
	var err error
	go func() {
		defer close(done)
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		if err = errors.Join(unix.Setfsgid(nobody), unix.Setfsuid(nobody)); err == nil {
			f()
		}
	}()
	<-done
	must(t, err)
}

// open lets everybody into the folders of a test.
func open(t *testing.T, dir string) {
	t.Helper()
	for ; dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		must(t, os.Chmod(dir, 0o755))
	}
}

// In a state folder that one may not write the soak can't be stopped, and that is said first; the engine is stopped all the same.
func TestEnableInAFolderThatIsReadOnly(t *testing.T) {
	top := t.TempDir()
	dir, engine := filepath.Join(top, "s"), filepath.Join(top, "engine")
	must(t, os.Mkdir(dir, 0o755))
	must(t, os.Mkdir(engine, 0o755))
	open(t, dir)
	must(t, os.Chmod(engine, 0o777))
	Disable(t.Context(), request(dir)) // so that there is a ledger, of the folder's owner
	must(t, os.Chmod(filepath.Join(dir, "ledger.db"), 0o444))
	must(t, os.Chmod(dir, 0o555))
	t.Cleanup(func() { os.Chmod(dir, 0o755) })
	r := request(dir).with(Engine{File: filepath.Join(engine, "stop"), Enable: [][]string{{"true"}}})

	var done Done
	asNobody(t, func() { done = Enable(t.Context(), r) })
	got := steps(t, done, top)
	if n := len(got) - 1; strings.HasPrefix(got[n], "audit log: NOT DONE: ") && strings.Contains(got[n], "readonly") {
		got[n] = "audit log: NOT DONE"
	}
	want := []string{"[dir]/s/stop: NOT DONE: open [dir]/s/stop: permission denied", "[dir]/engine/stop: written", "true: ran", "audit log: NOT DONE"}
	if diff := cmp.Diff(want, got); diff != "" || done.Now.On || done.Whole() {
		t.Errorf("it stands: %t (-want +got)\n%s", done.Now.On, diff)
	}

	must(t, os.Chmod(dir, 0o755))
	write(t, Path(dir), "")
	must(t, os.Chmod(dir, 0o555))
	asNobody(t, func() { done = Disable(t.Context(), r) })
	got = steps(t, done, top)
	want = []string{"[dir]/engine/stop: removed", "[dir]/s/stop: NOT DONE: remove [dir]/s/stop: permission denied"}
	if diff := cmp.Diff(want, got[:2]); diff != "" || !done.Now.On || done.Whole() {
		t.Errorf("disabled; it stands: %t (-want +got)\n%s", done.Now.On, diff)
	}
}

// Another user reads who stopped it.
func TestReadAsAnotherUser(t *testing.T) {
	dir := t.TempDir()
	open(t, dir)
	old := syscall.Umask(0o077)
	Enable(t.Context(), request(dir))
	syscall.Umask(old)
	asNobody(t, func() {
		if got, err := Read(dir); err != nil || got != stands {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

// A disk that is full keeps the stop from saying who and why, not from standing.
func TestEnableOnAFullDisk(t *testing.T) {
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", dir).CombinedOutput(); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("a file system of its own is needed: %v: %s", err, out)
		}
		t.Skipf("SKIPPED: a full disk is NOT TESTED. Run as root, where mount -t tmpfs works: %v: %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %v: %s", err, out)
		}
	})
	f, err := os.Create(filepath.Join(dir, "ballast"))
	must(t, err)
	for err == nil {
		_, err = f.Write(make([]byte, 4096))
	}
	must(t, f.Close())

	done := Enable(t.Context(), request(dir))
	if !done.Now.On || !done.Now.ByHand || done.Whole() || len(done.Steps) != 2 {
		t.Fatalf("%v: %s", done.Now, steps(t, done, dir))
	}
	if got := steps(t, done, dir)[0]; !strings.HasPrefix(got, "[dir]/stop: written, but: it stands, but does not say who and why: ") || !strings.Contains(got, "no space left") {
		t.Errorf("it said %q", got)
	}
	if err := done.Steps[1].Err; err == nil {
		t.Error("it entered that in the audit log")
	}
	if done := Disable(t.Context(), request(dir)); done.Now.On {
		t.Errorf("disabled: %v: %s", done.Now, steps(t, done, dir))
	}
}

// A ledger that root makes, for the audit log, can be written by the soak that comes after.
func TestLedgerIsLeftToItsFoldersOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		if os.Getenv("CI") != "" {
			t.Fatal("it takes root to give a file away")
		}
		t.Skip("SKIPPED: that root leaves a ledger to its folder's owner is NOT TESTED: run as root")
	}
	dir := t.TempDir()
	must(t, os.Chown(dir, nobody, nobody))
	Enable(t.Context(), request(dir))
	Enable(t.Context(), request(dir))
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		info, err := e.Info()
		must(t, err)
		if owner := info.Sys().(*syscall.Stat_t).Uid; e.Name() != "stop" && owner != nobody {
			t.Errorf("%s belongs to %d", e.Name(), owner)
		}
	}
}
