package drill_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/shadowrun/shadowrun/runbook"
	"github.com/shadowrun/shadowrun/runbook/drill"
)

// Whatever a step leaves behind is gone when its scenario is over, however it ended.
func TestNothingOutlivesAScenario(t *testing.T) {
	for _, test := range []struct{ name, leave string }{
		{"in the background", "sleep 1000 & echo $! >PID"},
		{"in a session of its own", "setsid sh -c 'echo $$ >PID; exec sleep 1000' & until [ -s PID ]; do :; done"},
		{"with an empty environment, below one that has it", "setsid sh -c 'env -i sleep 1000 & echo $! >PID; wait' & until [ -s PID ]; do :; done"},
		{"that is not to be asked", "sh -c 'trap \"\" TERM; echo $$ >PID; while :; do sleep 1000; done' & until [ -s PID ]; do :; done"},
		{"that holds the step's output", "sleep 1000 >&2 & echo $! >PID"},
	} {
		for _, ends := range []string{"stdout begun", "stdout 'this fails'"} {
			t.Run(test.name+", "+ends, func(t *testing.T) {
				t.Parallel()
				file := filepath.Join(t.TempDir(), "pid")
				b := book(t, "# B\n\n## P {#p}\n\n```sh id=leaves\n"+strings.ReplaceAll(test.leave, "PID", file)+"\necho begun\n```\n")
				result, err := drill.Run(t.Context(), drill.Scenario{File: "p.txtar", Text: reviewed(t, b, "step leaves\n"+ends+"\n")},
					drill.Options{Books: []*runbook.Book{b}, Program: "/bin/false"})
				if err != nil || (result.Verdict == runbook.Pass) != (ends == "stdout begun") {
					t.Fatalf("%v, %+v", err, result)
				}
				text, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
				if err != nil {
					t.Fatal(err)
				}
				if alive(pid) {
					syscall.Kill(pid, syscall.SIGKILL)
					t.Errorf("process %d is left behind", pid)
				}
			})
		}
	}
}

// alive reports whether a process runs: one that nobody has reaped does not.
func alive(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && !strings.HasPrefix(string(stat[strings.LastIndexByte(string(stat), ')')+1:]), " Z")
}
