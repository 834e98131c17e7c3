//go:build !linux

package cmd

import "syscall"

// dependent has a process be in a group of its own.
func dependent() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
