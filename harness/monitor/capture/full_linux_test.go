package capture_test

import (
	"context"
	"crypto/rand"
	"io"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/shadowrun/shadowrun/harness/monitor/capture"
)

// tiny mounts a file system of a megabyte.
func tiny(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("shadowrun-test", dir, "tmpfs", 0, "size=1m"); err != nil {
		if os.Getenv("CI") != "" && os.Geteuid() == 0 {
			t.Fatalf("cannot be skipped in CI: mount: %v", err)
		}
		t.Skipf("SKIPPED: mounting a small file system: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// noise is a part that can't be packed.
func noise(name string, size int64) capture.Part {
	return capture.Part{Name: name, Write: func(_ context.Context, w io.Writer, _ string) (string, error) {
		_, err := io.CopyN(w, rand.Reader, size)
		return "", err
	}}
}

func TestADiskThatIsNearlyFull(t *testing.T) {
	dir := tiny(t)
	to := filepath.Join(dir, "c.tar.zst")
	got, err := capture.Write(t.Context(), []capture.Part{noise("small", 1000), noise("large", 2<<20), noise("small too", 1000)}, capture.Options{To: to})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Files) != 2 || len(got.Missing) != 1 || got.Missing[0].Name != "large" {
		t.Errorf("files %+v, missing %+v; want all but the large one", got.Files, got.Missing)
	}
	if err := os.Remove(to); err != nil {
		t.Fatal(err)
	}
	var many []capture.Part
	for range 20 {
		many = append(many, noise("a tenth", 100<<10))
	}
	if _, err := capture.Write(t.Context(), many, capture.Options{To: to}); err == nil {
		t.Error("an archive was written for which there is no room")
	}
	if names := left(t, dir); names != nil {
		t.Errorf("left: %v", names)
	}
}
