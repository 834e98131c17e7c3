//go:build linux && (amd64 || arm64)

package lab

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"

	"golang.org/x/sys/unix"
)

// firstUser is below the ids of users number 1, 2, …
const firstUser = 4000

// otherUser has the command believe that it is another user, of a group with the same number, whom /etc/passwd and
// /etc/group know. What it makes seems to be that user's. What it may do does not change, nor are its further groups others.
func otherUser(t *tracer, level string) error {
	n, err := strconv.Atoi(level)
	if err != nil {
		return err
	}
	id := firstUser + n
	for _, call := range []int{unix.SYS_GETUID, unix.SYS_GETEUID, unix.SYS_GETGID, unix.SYS_GETEGID} {
		t.trap(trap{factor: "user", call: call, enter: func(c *tracee) error {
			c.skip(int64(id))
			return nil
		}})
	}
	for _, call := range []int{unix.SYS_GETRESUID, unix.SYS_GETRESGID} {
		t.trap(trap{factor: "user", call: call, enter: func(c *tracee) error {
			for at := range 3 {
				if err := c.write(c.arg(at), binary.NativeEndian.AppendUint32(nil, uint32(id))); err != nil {
					return c.fault(err)
				}
			}
			c.skip(0)
			return nil
		}})
	}
	t.atExec(func(c *tracee) error { // where a C library looks
		for _, entry := range []uint64{atUID, atEUID, atGID, atEGID} {
			at, _, err := c.auxiliary(entry)
			if err != nil || at == 0 {
				return err
			}
			if err := c.write(at+8, binary.NativeEndian.AppendUint64(nil, uint64(id))); err != nil {
				return err
			}
		}
		return nil
	})
	if err := t.trapOwners("user", uint32(id)); err != nil {
		return err
	}
	login := "shadowrun-lab-user-" + level
	return errors.Join(
		t.redirectWithLine("user", "/etc/passwd", fmt.Sprintf("%s:x:%d:%d:%s:/:/bin/sh", login, id, id, login)),
		t.redirectWithLine("user", "/etc/group", fmt.Sprintf("%s:x:%d:", login, id)))
}
