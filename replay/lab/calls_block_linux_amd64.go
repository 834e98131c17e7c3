package lab

import "golang.org/x/sys/unix"

// Calls of trap_block_linux.go that not all architectures have.
var (
	olderBlockingCalls = []int{unix.SYS_OPEN, unix.SYS_POLL, unix.SYS_SELECT, unix.SYS_EPOLL_WAIT, unix.SYS_PAUSE}
	olderTimedCalls    = []int{unix.SYS_POLL, unix.SYS_SELECT, unix.SYS_EPOLL_WAIT}
	birthCalls         = []int{unix.SYS_CLONE, unix.SYS_CLONE3, unix.SYS_FORK, unix.SYS_VFORK}
)
