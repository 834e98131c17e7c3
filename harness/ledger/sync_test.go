package ledger

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Before the writer says that a cycle is on disk, it has asked the kernel to put it there.
func TestCommitIsSyncedBeforeItIsAcknowledged(t *testing.T) {
	if _, err := exec.LookPath("strace"); err != nil {
		skip(t, "strace is not installed")
	}
	dir := t.TempDir()
	log := filepath.Join(dir, "strace")
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := writer(filepath.Join(dir, "ledger.db"), "strace", "-f", "-y", "-o", log, "-e", "trace=pwrite64,write,fsync,fdatasync")
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	context.AfterFunc(ctx, func() { cmd.Process.Kill() })
	lines := bufio.NewScanner(out)
	for range 20 {
		if !lines.Scan() {
			t.Fatal("the writer ended")
		}
	}
	out.Close() // ends the writer by SIGPIPE, and strace with it
	_ = cmd.Wait()

	trace, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	unsynced, commits := false, 0
	for _, line := range strings.Split(string(trace), "\n") {
		_, call, _ := strings.Cut(strings.TrimLeft(line, "0123456789"), " ")
		switch {
		case strings.Contains(call, "ledger.db-wal>") && strings.HasPrefix(strings.TrimSpace(call), "pwrite64"):
			unsynced = true
		case strings.Contains(call, "ledger.db-wal>") && strings.Contains(call, "sync("):
			unsynced = false
		case strings.Contains(call, `"committed `):
			commits++
			if unsynced {
				t.Fatalf("acknowledged with a write to the log that was not synced: %s", line)
			}
		}
	}
	if commits < 20 {
		t.Errorf("saw %d acknowledgements in the trace, want 20", commits)
	}
}
