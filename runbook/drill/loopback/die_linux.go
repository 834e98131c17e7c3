package loopback

import "syscall"

// dieWithUs has a server die with the process that starts it, also where that is killed.
func dieWithUs(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGQUIT }
