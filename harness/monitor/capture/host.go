package capture

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/shadowrun/shadowrun/harness/monitor/family"
)

// hostFiles are what the kernel says of a host, for anybody to read.
var hostFiles = []string{"/proc/meminfo", "/proc/loadavg", "/proc/uptime", "/proc/vmstat", "/proc/pressure/cpu", "/proc/pressure/io", "/proc/pressure/memory"}

// Host is what there is of the machine: memory, load, pressure, and its processes, with the command
// lines of one user only.
func Host(user int) (parts []Part) {
	for _, path := range hostFiles {
		name, _ := filepath.Rel("/proc", path)
		parts = append(parts, Part{Name: "host/" + name, Write: func(_ context.Context, w io.Writer, _ string) (string, error) {
			return "", copyFile(w, path)
		}})
	}
	return append(parts, Part{Name: "host/ps.txt", Write: func(_ context.Context, w io.Writer, _ string) (string, error) {
		all, err := family.Look(user)
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("command lines of user %d only; of others the program's name", user), writeProcesses(w, all)
	}})
}

func writeProcesses(w io.Writer, all []family.Process) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "uid\tpid\tparent\tstate\tbegun\tCPU\tRSS\tthreads\tcommand")
	for _, p := range all {
		command := p.Command
		if command == "" {
			command = "[" + p.Name + "]"
		}
		fmt.Fprintf(out, "%d\t%d\t%d\t%s\t%s\t%.1f\t%d\t%d\t%q\n", p.UID, p.PID, p.Parent, p.State, p.Started.Format(time.RFC3339), p.CPU, p.RSS, p.Threads, command)
	}
	return out.Flush()
}
