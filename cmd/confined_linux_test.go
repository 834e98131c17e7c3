//go:build linux && amd64

package cmd

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Two programs of scripts put another one where users have it:
//
//	confined PROGRAM …      under what Docker's default seccomp profile refuses to who lacks CAP_SYS_ADMIN
//	unprivileged PROGRAM …  as nobody, where this is root
func init() {
	scriptPrograms["confined"] = func() { os.Exit(confined(os.Args[1:])) }
	scriptPrograms["unprivileged"] = func() { os.Exit(unprivileged(os.Args[1:])) }
}

func confined(argv []string) int {
	runtime.LockOSThread() // the filter is this thread's, which becomes the program
	path, err := exec.LookPath(argv[0])
	if err == nil {
		if err = confine(); err == nil {
			err = syscall.Exec(path, append([]string{path}, argv[1:]...), os.Environ())
		}
	}
	fmt.Fprintln(os.Stderr, "confined:", err)
	return 99
}

// namespaceFlags are the flags of clone(2) that make namespaces.
const namespaceFlags = unix.CLONE_NEWNS | unix.CLONE_NEWCGROUP | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC | unix.CLONE_NEWUSER | unix.CLONE_NEWPID | unix.CLONE_NEWNET

// confine installs a filter for seccomp(2), in classic BPF.
func confine() error {
	const arg0, eperm, enosys = 16, unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM), unix.SECCOMP_RET_ERRNO | uint32(unix.ENOSYS)
	do := func(code uint16, k uint32, yes, no uint8) unix.SockFilter {
		return unix.SockFilter{Code: code, K: k, Jt: yes, Jf: no}
	}
	load := func(at uint32) unix.SockFilter { return do(unix.BPF_LD|unix.BPF_W|unix.BPF_ABS, at, 0, 0) }
	give := func(k uint32) unix.SockFilter { return do(unix.BPF_RET|unix.BPF_K, k, 0, 0) }
	filter := []unix.SockFilter{load(0)}
	on := func(call uint32, block ...unix.SockFilter) {
		filter = append(filter, do(unix.BPF_JMP|unix.BPF_JEQ|unix.BPF_K, call, 0, uint8(len(block))))
		filter = append(filter, block...)
	}
	for _, call := range []uint32{unix.SYS_UNSHARE, unix.SYS_CLONE} {
		on(call, load(arg0), do(unix.BPF_JMP|unix.BPF_JSET|unix.BPF_K, namespaceFlags, 0, 1), give(eperm), give(unix.SECCOMP_RET_ALLOW))
	}
	on(unix.SYS_CLONE3, give(enosys))
	for _, call := range []uint32{unix.SYS_MOUNT, unix.SYS_UMOUNT2, unix.SYS_PIVOT_ROOT, unix.SYS_SETNS, unix.SYS_SETHOSTNAME, unix.SYS_SETDOMAINNAME, unix.SYS_PIDFD_GETFD} {
		on(call, give(eperm))
	}
	block := []unix.SockFilter{load(arg0)}
	allowed := []uint32{0, 8, 0x20000, 0x20008, 0xffffffff}
	for i, value := range allowed {
		block = append(block, do(unix.BPF_JMP|unix.BPF_JEQ|unix.BPF_K, value, uint8(len(allowed)-i), 0))
	}
	on(unix.SYS_PERSONALITY, append(block, give(eperm), give(unix.SECCOMP_RET_ALLOW))...)
	filter = append(filter, give(unix.SECCOMP_RET_ALLOW))
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	return unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&program)), 0, 0)
}

func unprivileged(argv []string) int {
	path, err := exec.LookPath(argv[0])
	if err == nil && os.Geteuid() == 0 {
		return asNobody(path, argv[1:])
	}
	if err == nil {
		err = syscall.Exec(path, append([]string{path}, argv[1:]...), os.Environ())
	}
	fmt.Fprintln(os.Stderr, "unprivileged:", err)
	return 99
}

// asNobody runs a copy of a program, in a folder that anybody may reach: a test's own are its user's alone.
func asNobody(path string, args []string) int {
	dir, err := os.MkdirTemp("/tmp", "unprivileged-")
	if err != nil {
		fmt.Fprintln(os.Stderr, "unprivileged:", err)
		return 99
	}
	defer os.RemoveAll(dir)
	program := filepath.Join(dir, filepath.Base(path))
	text, err := os.ReadFile(path)
	if err == nil {
		err = errors.Join(os.WriteFile(program, text, 0o755), os.Chmod(program, 0o755), os.Chmod(dir, 0o777))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "unprivileged:", err)
		return 99
	}
	c := &exec.Cmd{Path: program, Args: append([]string{program}, args...), Dir: dir, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, ranVariable+"=") { // a file of the user's
			c.Env = append(c.Env, v)
		}
	}
	c.Env = append(c.Env, "TMPDIR="+dir, "HOME="+dir)
	const nobody = 65534
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	err = c.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "unprivileged:", err)
		return 99
	}
	return 0
}
