package lab

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// This file gives a run its own process ids. A namespace of them belongs to its first process, so there are two stages:
//
//  1. outer: this binary, started as a tracer, starts itself again as the first process of new namespaces of process
//     ids and mounts (as nobody in particular also of users, in which it keeps its own id), passes signals on, and ends as it does;
//  2. inner: the tracer. It is pid 1, sees a /proc of its own, and has the kernel give the command the pid that is due.
//
// Between them is a socket. The inner stage sends each birth with the newborn's pid as credentials, which the kernel
// translates on the way: so the pids by which everybody else knows the processes are exact, and no /proc is searched for processes
// that are gone already. The end comes by it too, since the first process of a namespace can't be killed by its own signal.
//
// Everything ends with the outer stage: the inner one asked to be killed then, and with the first process of a namespace the
// kernel kills all others.
//
// What a program could notice besides its pid: where the namespace of users is needed, files of others belong to nobody
// (65534), further groups are unnamed, and set-user-id programs don't work.

// stageInside is the name of the inner stage's order.
const stageInside = "inside"

// insideSocket is the inner stage's end of the socket.
const insideSocket = 3 // the first of ExtraFiles

// Messages of the inner stage, a byte each, with what follows it.
const (
	messageBirth = 'b' // credentials: who was born; answered with its pid outside, 4 bytes
	messageEnd   = 'e' // 4 bytes: the command's wait status
)

// namespacesFor returns how the inner stage is started, with or without a namespace of users.
func namespacesFor(withUsers bool) *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWPID | unix.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	if !withUsers {
		return a
	}
	a.Cloneflags |= unix.CLONE_NEWUSER
	a.UidMappings = []syscall.SysProcIDMap{{ContainerID: os.Geteuid(), HostID: os.Geteuid(), Size: 1}}
	a.GidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getegid(), HostID: os.Getegid(), Size: 1}}
	if os.Geteuid() != 0 {
		a.AmbientCaps = []uintptr{unix.CAP_SYS_ADMIN} // it outlives the exec, to mount /proc and to set pids
	}
	return a
}

// runOutside is the outer stage. It returns how the inner one, or the command in it, ended.
func (t *Task) runOutside() (syscall.WaitStatus, error) {
	runtime.LockOSThread() // the inner stage dies with the thread that started it
	defer runtime.UnlockOSThread()
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	ours, theirs := pair[0], os.NewFile(uintptr(pair[1]), "inside")
	if err := unix.SetsockoptInt(ours, unix.SOL_SOCKET, unix.SO_PASSCRED, 1); err != nil {
		return 0, err
	}
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, forwarded...)
	inner, err := t.startInside(theirs)
	theirs.Close()
	if err != nil {
		return 0, namespaceRefused(err)
	}
	end, ended := serveInside(ours, signals, inner)
	err = inner.Wait()
	if ended {
		return end, nil
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.Sys().(syscall.WaitStatus), nil
	}
	return 0, err // it ended without a word, as a tracer does that failed and has said so
}

func (t *Task) startInside(socket *os.File) (*exec.Cmd, error) {
	text, err := order{Task: t, Stage: stageInside}.text()
	if err != nil {
		return nil, err
	}
	start := func(withUsers bool) (*exec.Cmd, error) {
		c := &exec.Cmd{Path: "/proc/self/exe", Args: os.Args, Env: append(os.Environ(), variable+"="+text),
			Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, ExtraFiles: []*os.File{socket}, SysProcAttr: namespacesFor(withUsers)}
		return c, c.Start()
	}
	c, err := start(false)
	if errors.Is(err, unix.EPERM) {
		return start(true)
	}
	return c, err
}

// serveInside answers the inner stage until it closes the socket. Signals are held back until the first birth: before it
// listens to one, the first process of a namespace does not get it at all.
func serveInside(socket int, signals <-chan os.Signal, inner *exec.Cmd) (end syscall.WaitStatus, ended bool) {
	born, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		buf, oob := make([]byte, 8), make([]byte, unix.CmsgSpace(unix.SizeofUcred))
		first := true
		for {
			n, oobn, _, _, err := unix.Recvmsg(socket, buf, oob, 0)
			if errors.Is(err, unix.EINTR) {
				continue
			}
			if err != nil || n == 0 {
				return
			}
			switch {
			case buf[0] == messageEnd && n == 5:
				end, ended = syscall.WaitStatus(binary.NativeEndian.Uint32(buf[1:])), true
			case buf[0] == messageBirth:
				reply := binary.NativeEndian.AppendUint32(nil, uint32(senderOf(oob[:oobn])))
				unix.Write(socket, reply)
				if first {
					close(born)
					first = false
				}
			}
		}
	}()
	defer unix.Close(socket)
	held := (<-chan os.Signal)(nil)
	for {
		select {
		case <-born:
			held, born = signals, nil
		case s := <-held:
			inner.Process.Signal(s)
		case <-done:
			return end, ended
		}
	}
}

func senderOf(oob []byte) int32 {
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return 0
	}
	for _, m := range messages {
		if c, err := unix.ParseUnixCredentials(&m); err == nil {
			return c.Pid
		}
	}
	return 0
}

// namespaceRefused says what to do.
func namespaceRefused(err error) error {
	var number syscall.Errno
	if errors.As(err, &number) {
		err = number // the rest of it is how this binary is started again
	}
	switch {
	case errors.Is(err, unix.EPERM) && !usersAllowed():
		return fmt.Errorf("pid: namespaces of users are switched off here (%w); as root: sysctl -w %s", err, usersSwitch())
	case errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) || errors.Is(err, unix.ENOSYS):
		return fmt.Errorf("pid: a namespace of process ids is refused (%w): as a container's seccomp profile does; "+
			"start it with --security-opt seccomp=unconfined, or with CAP_SYS_ADMIN", err)
	case errors.Is(err, unix.ENOSPC):
		return fmt.Errorf("pid: there are as many namespaces as may be (%w): see /proc/sys/user", err)
	}
	return fmt.Errorf("pid: a namespace of process ids: %w", err)
}
