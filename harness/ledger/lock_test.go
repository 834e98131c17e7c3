package ledger

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLockIsRefusedWithItsHolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	first := Holder{PID: 42, Host: "soak-1", Started: noon}
	if who, held, err := HolderOf(dir); held || who != (Holder{}) || err != nil {
		t.Errorf("before: %+v, %t, %v", who, held, err)
	}
	lock, err := LockState(dir, first)
	if err != nil {
		t.Fatal(err)
	}
	_, err = LockState(dir, Holder{PID: 43, Host: "soak-1", Started: noon})
	var held *HeldError
	if !errors.As(err, &held) {
		t.Fatalf("a second lock: %v, want a HeldError", err)
	}
	if diff := cmp.Diff(first, held.Holder); diff != "" {
		t.Error("holder (-want +got):\n" + diff)
	}
	if want := "process 42 on soak-1, started 2026-03-01T12:00:00Z"; !strings.Contains(err.Error(), want) {
		t.Errorf("error %q, want %q in it", err, want)
	}
	if who, held, err := HolderOf(dir); !held || !cmp.Equal(who, first) || err != nil {
		t.Errorf("while held: %+v, %t, %v", who, held, err)
	}
	if err := lock.Unlock(); err != nil {
		t.Fatal(err)
	}
	if who, held, err := HolderOf(dir); held || who != (Holder{}) || err != nil {
		t.Errorf("given up: %+v, %t, %v", who, held, err)
	}
	if lock, err = LockState(dir, Holder{PID: 44}); err != nil {
		t.Fatal(err)
	}
	lock.file.Close() // as a kill does
	if who, held, err := HolderOf(dir); held || who.PID != 44 || err != nil {
		t.Errorf("killed: %+v, %t, %v; want who it was", who, held, err)
	}
}

// Looking who holds a folder takes the lock for a moment, which must not refuse a soak.
func TestLookingDoesNotRefuse(t *testing.T) {
	dir := t.TempDir()
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			if _, _, err := HolderOf(dir); err != nil {
				t.Error(err)
			}
		}
	})
	for range 200 {
		lock, err := LockState(dir, Holder{PID: 1})
		if err != nil {
			t.Error(err)
			continue
		}
		if err := lock.Unlock(); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	wg.Wait()
}

func TestLockFileThatIsDamaged(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "lock"), []byte("{pid"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, _, err := HolderOf(dir); err == nil || !strings.Contains(err.Error(), "lock") {
		t.Errorf("error %v, want one that names the file", err)
	}
	lock, err := LockState(dir, Holder{PID: 1})
	if err != nil {
		t.Fatal("what a file says is no reason not to lock it:", err)
	}
	lock.Unlock()
}
