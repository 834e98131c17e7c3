package lab

import "golang.org/x/sys/unix"

func init() { direntCalls[unix.SYS_GETDENTS] = direntName } // arm64 never had it
