//go:build linux && (amd64 || arm64)

package lab

import "fmt"

func init() { stages[stageInside] = runInside }

// runInside is the inner stage.
func runInside(o order) int {
	in, err := enterInside(o.Task.Treatment["pid"])
	if err != nil {
		return o.Task.refuse(&Report{}, exitLab, fmt.Errorf("lab: %w", err))
	}
	o.Task.inside = in
	return o.Task.run()
}

// firstPID has the command get a certain pid, in the namespace that the tracer is the first process of.
func firstPID(t *tracer, level string) error {
	t.beforeStart(func() (func(), error) { return func() {}, t.task.inside.beforeBirth() })
	return nil
}

// born notes a process of the command in the report, the command itself first.
func (t *tracer) born(pid int) {
	t.report.OwnPIDs = append(t.report.OwnPIDs, pid)
	if in := t.task.inside; in != nil {
		if len(t.report.OwnPIDs) == 1 && pid != in.first {
			t.report.failed(fmt.Errorf("lab: pid: the command got %d, not %d", pid, in.first))
		}
		pid = in.outer(pid)
	}
	t.report.PIDs = append(t.report.PIDs, pid)
}
