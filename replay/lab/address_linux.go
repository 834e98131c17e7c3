//go:build linux && (amd64 || arm64)

package lab

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

const (
	askPersonality  = 0xffffffff
	addrNoRandomize = 0x0040000 // ADDR_NO_RANDOMIZE of personality(2)
)

// address has the kernel put things at random addresses, or always at the same ones.
func address(t *tracer, level string) error {
	if level == "random" {
		if text, err := os.ReadFile("/proc/sys/kernel/randomize_va_space"); err == nil && strings.TrimSpace(string(text)) == "0" {
			return errors.New("this machine has random addresses switched off; as root: sysctl -w kernel.randomize_va_space=2")
		}
	}
	t.beforeStart(func() (func(), error) {
		before, err := personality(askPersonality)
		if err != nil {
			return nil, fmt.Errorf("address: reading the personality: %w", err)
		}
		wanted := before | addrNoRandomize
		if level == "random" {
			wanted = before &^ addrNoRandomize
		}
		if wanted == before {
			return func() {}, nil
		}
		if _, err := personality(wanted); err != nil {
			return nil, fmt.Errorf("address: personality(%#x) is refused (%w): as a container's seccomp profile does; "+
				"start it with --security-opt seccomp=unconfined", wanted, err)
		}
		return func() { personality(before) }, nil
	})
	return nil
}

// personality sets that of this thread, and returns the one before.
func personality(p uintptr) (uintptr, error) {
	before, _, errno := unix.RawSyscall(unix.SYS_PERSONALITY, p, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return before, nil
}
