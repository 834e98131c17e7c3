package lab

import "golang.org/x/sys/unix"

// Calls that not all architectures have; -1 where there is none.
const (
	callOpen  = unix.SYS_OPEN
	callTime  = unix.SYS_TIME
	callMkdir = unix.SYS_MKDIR
	callStat  = unix.SYS_STAT
	callLstat = unix.SYS_LSTAT
)
