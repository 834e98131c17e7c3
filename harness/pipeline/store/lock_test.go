package store

import (
	"testing"

	"golang.org/x/sys/unix"
)

// A child that is being started has its parent's open files until its exec. A lock that was given
// up meanwhile is free all the same.
func TestAForkDoesNotKeepTheLock(t *testing.T) {
	dir, p := created(t, quick())
	inherited, err := unix.Dup(int(p.lock.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(inherited)
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	p, err = Open(dir, quick())
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
}
