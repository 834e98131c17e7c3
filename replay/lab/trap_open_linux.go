//go:build linux && (amd64 || arm64)

package lab

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// redirect says what is opened instead of a file.
type redirect struct {
	factor string
	to     func(c *tracee) (path string, opened func(ok bool), err error)
}

// redirect gives another file for a name that is opened for reading alone. to returns what is opened in its place, which the
// command's user must be able to reach, and a function, or nil, that is called once it was tried. Only the plain name is
// caught: not a relative one, not a link to the file, not /dev/../dev.
func (t *tracer) redirect(name, factor string, to func(c *tracee) (path string, opened func(ok bool), err error)) {
	t.redirects[name] = redirect{factor, to}
}

// privateFile makes a file in the scratch folder that anybody may read.
func (t *tracer) privateFile(name string, text []byte) (path string, err error) {
	path = filepath.Join(t.task.Scratch, name)
	if err := os.WriteFile(path, text, 0o444); err != nil {
		return "", err
	}
	return path, os.Chmod(path, 0o444) // whatever the umask is
}

// trapOpens adds the traps that redirecting needs.
func (t *tracer) trapOpens() {
	if len(t.redirects) == 0 {
		return
	}
	if callOpen >= 0 {
		t.trap(trap{call: callOpen, enter: func(c *tracee) error { return t.open(c, 0, c.arg(1)) }})
	}
	t.trap(trap{call: unix.SYS_OPENAT, enter: func(c *tracee) error { return t.open(c, 1, c.arg(2)) }})
	t.trap(trap{call: unix.SYS_OPENAT2, when: []condition{given(2)}, enter: func(c *tracee) error {
		var flags [8]byte
		if c.read(c.arg(2), flags[:]) != nil {
			return nil // the kernel's to refuse
		}
		return t.open(c, 1, binary.LittleEndian.Uint64(flags[:]))
	}})
}

// longestName bounds the names that are redirected.
const longestName = 64

// open redirects a call whose path is its n-th argument.
func (t *tracer) open(c *tracee, n int, flags uint64) error {
	if flags&(unix.O_ACCMODE|unix.O_PATH|unix.O_DIRECTORY) != unix.O_RDONLY {
		return nil
	}
	name, ok := c.text(c.arg(n), longestName)
	if !ok {
		return nil
	}
	r, ok := t.redirects[name]
	if !ok {
		return nil
	}
	slot, err := c.lend([]byte{0})
	if err != nil {
		return err
	}
	path, opened, err := r.to(c)
	if err != nil {
		return err
	}
	if len(path) >= slotSize {
		return fmt.Errorf("%s: too long: name a shorter scratch folder", path)
	}
	if err := c.write(slot, append([]byte(path), 0)); err != nil {
		return err
	}
	t.report.Reads[r.factor]++
	c.setArg(n, slot)
	c.after(func() error {
		result := unix.Errno(-min(c.result(), 0))
		if opened != nil {
			opened(result == 0)
		}
		switch result {
		case unix.EACCES, unix.ENOENT, unix.ENOTDIR, unix.ELOOP, unix.EXDEV: // another user, or another root
			t.report.escaped(name + ", where the private folder can't be reached: " + result.Error())
			c.regs.again()
			c.asIs, c.changed = true, true
		}
		return nil
	})
	return nil
}
