package pipeline

import (
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// openBelow are the files below a folder that this process has open.
func openBelow(t *testing.T, root string) (open []string) {
	t.Helper()
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range fds {
		if name, err := os.Readlink(filepath.Join("/proc/self/fd", fd.Name())); err == nil && strings.HasPrefix(name, root) {
			open = append(open, strings.TrimPrefix(name, root))
		}
	}
	return open
}

// TestNothingStaysOpen: whoever watches looks for days, so that no look, operation, dry run or refusal leaves a file open. The
// garbage collector, which would close some, is kept from it.
func TestNothingStaysOpen(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	try := func(name string, s *situation, do func(Operator)) {
		t.Helper()
		r := s.rig(t)
		do(r.operator())
		if d := cmp.Diff([]string(nil), openBelow(t, r.root)); d != "" {
			t.Errorf("%s (-want +got)\n%s", name, d)
		}
	}
	for _, s := range []*situation{waiting, broken} {
		for _, l := range looks {
			try(l.name, s, func(o Operator) { l.do(o) })
		}
	}
	for _, op := range operations {
		try(op.name, op.rig, func(o Operator) {
			o.DryRun = true
			op.do(o)
			o.DryRun = false
			op.do(o)
		})
		try(op.name+", of what is damaged", broken, func(o Operator) { op.do(o) })
	}
	for _, c := range refusals {
		try(c.name, c.rig, func(o Operator) { c.do(o) })
	}
	scratch := rootFolder(t)
	t.Setenv("TMPDIR", scratch)
	executed(t, NewWorkflow(nil), 1)
	if d := cmp.Diff([]string(nil), openBelow(t, scratch)); d != "" {
		t.Errorf("the workflow (-want +got)\n%s", d)
	}
	try("the log", stopped, func(o Operator) { Operations(o.Root) })
}
