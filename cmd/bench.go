package cmd

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
)

// bench is what the lab works with where it is used by hand.
type bench struct {
	self    []string // with which this binary, started again, is the tracer
	scratch string
}

// benchRoom is about what probes and a run's report take, in bytes.
const benchRoom = 256 << 10

// newBench makes a folder in TMPDIR; clear removes it. One without room is an error of its own: every probe
// would fail for it, and blame its factor.
func newBench(purpose string) (b bench, clear func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return b, nil, err
	}
	noRoom := func(err error) error {
		return hinted(fmt.Errorf("temporary folder %s: %w", os.TempDir(), err), "make room there, or name another folder: TMPDIR=FOLDER shadowrun …")
	}
	scratch, err := os.MkdirTemp("", "shadowrun-"+purpose+"-")
	if err != nil {
		return b, nil, noRoom(err)
	}
	clear = func() { os.RemoveAll(scratch) }
	room := filepath.Join(scratch, "room")
	if err := os.WriteFile(room, bytes.Repeat([]byte{1}, benchRoom), 0o600); err != nil {
		clear()
		return b, nil, noRoom(err)
	}
	return bench{[]string{self}, scratch}, clear, os.Remove(room)
}
