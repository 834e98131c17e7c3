package cmd

import "syscall"

// dependent has a process die with this one, and be in a group of its own.
func dependent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
