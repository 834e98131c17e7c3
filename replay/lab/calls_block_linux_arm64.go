package lab

import "golang.org/x/sys/unix"

// Calls of trap_block_linux.go that not all architectures have.
var (
	olderBlockingCalls, olderTimedCalls []int
	birthCalls                          = []int{unix.SYS_CLONE, unix.SYS_CLONE3}
)
