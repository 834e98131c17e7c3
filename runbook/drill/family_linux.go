package drill

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// markVariable is in the environment of all that a scenario starts: what leaves its process group and its session (a
// monitor in the background) is found by it. What clears its environment is found while its parent lives.
const markVariable = "SHADOWRUN_DRILL"

// ownGroup starts a process in a group of its own, which dies with the drill.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// endFamily ends all processes that bear the mark, and their descendants: politely, so that a soak ends its own, and after
// grace by force. Those that still live then are named.
func endFamily(mark string, grace time.Duration) error {
	var left []int
	for start, signal := time.Now(), syscall.SIGTERM; ; time.Sleep(10 * time.Millisecond) {
		if left = family(mark); len(left) == 0 {
			return nil
		}
		switch waited := time.Since(start); {
		case waited > 2*grace:
			return fmt.Errorf("processes %v of the scenario can't be ended", left)
		case waited > grace:
			signal = syscall.SIGKILL
		case signal == 0: // told once
			continue
		}
		for _, pid := range left {
			syscall.Kill(pid, signal)
		}
		signal = 0
	}
}

// family returns the living processes that bear the mark, and their descendants.
func family(mark string) (pids []int) {
	names, _ := filepath.Glob("/proc/[0-9]*")
	parents, ours := map[int]int{}, map[int]bool{}
	for _, name := range names {
		pid, err := strconv.Atoi(filepath.Base(name))
		if err != nil {
			continue
		}
		stat, err := os.ReadFile(name + "/stat")
		if err != nil {
			continue // it is gone
		}
		_, rest, _ := strings.Cut(string(stat[bytes.LastIndexByte(stat, ')')+1:]), " ")
		state, parent, _ := strings.Cut(rest, " ")
		if state == "Z" || state == "X" {
			continue
		}
		parent, _, _ = strings.Cut(parent, " ")
		parents[pid], _ = strconv.Atoi(parent)
		environ, err := os.ReadFile(name + "/environ")
		if err == nil && bytes.Contains(append([]byte{0}, environ...), []byte("\x00"+markVariable+"="+mark+"\x00")) {
			ours[pid] = true
		}
	}
	self := os.Getpid()
	for pid := range parents {
		for at := pid; at > 1 && at != self; at = parents[at] {
			if ours[at] {
				pids = append(pids, pid)
				break
			}
		}
	}
	return pids
}

// unmount takes a file system away, also from who is still in it.
func unmount(dir string) error {
	if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
		return fmt.Errorf("unmount %s: %w", dir, err)
	}
	return nil
}

// stateOf returns the state of a process as ps shows it, or "" where there is none.
func stateOf(pid int) string {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	state, _, _ := strings.Cut(strings.TrimPrefix(string(stat[bytes.LastIndexByte(stat, ')')+1:]), " "), " ")
	return state
}
