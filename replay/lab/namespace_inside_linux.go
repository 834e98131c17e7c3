package lab

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// inside is the inner stage's end of a namespace of process ids.
type inside struct {
	socket int
	first  int // the pid that the command is to get
}

// warmThreads is how many threads of its own the inner stage starts before the command is born. Threads take pids too:
// one that the Go runtime needed later would take the pid of the command's next child.
const warmThreads = 24

// enterInside makes the inner stage ready, in the first process of the namespaces.
func enterInside(level string) (*inside, error) {
	first, err := strconv.Atoi(level)
	if err != nil {
		return nil, fmt.Errorf("pid=%s: %w", level, err)
	}
	if os.Getpid() != 1 {
		return nil, errors.New("pid: not the first process of a namespace")
	}
	unix.CloseOnExec(insideSocket)
	// What is mounted from here on is nobody else's business; /proc then shows the namespace's own processes.
	if err := unix.Mount("none", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return nil, fmt.Errorf("pid: mounts of its own: %w", err)
	}
	if err := unix.Mount("proc", "/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return nil, fmt.Errorf("pid: a /proc of its own: %w: a container that hides parts of /proc allows none; "+
			"start it with --security-opt systempaths=unconfined", err)
	}
	if err := hideJavaFiles(); err != nil {
		return nil, err
	}
	warm(warmThreads)
	return &inside{socket: insideSocket, first: first}, nil
}

// warm has the Go runtime start threads, which it keeps for later.
func warm(n int) {
	var all, end sync.WaitGroup
	all.Add(n)
	end.Add(n)
	for range n {
		go func() {
			defer end.Done()
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			all.Done()
			all.Wait() // each holds its thread until all have one
		}()
	}
	end.Wait()
	// The runtime may have ordered one more, for a scheduling context that it is set aside for, and have it made by another thread some
	// time later. Stopping the world waits for all contexts, so for that one too.
	runtime.ReadMemStats(new(runtime.MemStats))
}

// beforeBirth has the next process that this thread starts get the first pid, without the capabilities that this stage has.
// Nothing may start a thread until it is born.
func (i *inside) beforeBirth() error {
	if err := dropAmbient(); err != nil {
		return fmt.Errorf("pid: %w", err)
	}
	next := []byte(strconv.Itoa(i.first - 1))
	f, err := unix.Open("/proc/sys/kernel/ns_last_pid", unix.O_WRONLY|unix.O_CLOEXEC, 0)
	if err == nil {
		_, err = unix.Write(f, next)
		unix.Close(f)
	}
	if err == nil {
		return nil
	}
	return i.burn() // the switch is read-only in a container that has /proc/sys so
}

// burn uses pids up until the next one is the first.
func (i *inside) burn() error {
	for {
		pid, _, errno := unix.RawSyscall6(unix.SYS_CLONE, uintptr(unix.SIGCHLD), 0, 0, 0, 0, 0)
		if errno != 0 {
			return fmt.Errorf("pid: using pids up: %w", errno)
		}
		if pid == 0 { // in a copy of this thread alone, which does nothing but end
			unix.RawSyscall(unix.SYS_EXIT_GROUP, 0, 0, 0)
		}
		for {
			if _, err := unix.Wait4(int(pid), nil, 0, nil); !errors.Is(err, unix.EINTR) {
				break
			}
		}
		if int(pid) >= i.first {
			return fmt.Errorf("pid=%d is taken already: want one above %d", i.first, pid)
		}
		if int(pid) == i.first-1 {
			return nil
		}
	}
}

// dropAmbient lets what this thread starts inherit no capability; this thread keeps its own.
func dropAmbient() error {
	if os.Geteuid() == 0 {
		return nil // root's own come with the id, as outside
	}
	if err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); err != nil {
		return fmt.Errorf("dropping capabilities: %w", err)
	}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&header, &data[0]); err != nil {
		return fmt.Errorf("dropping capabilities: %w", err)
	}
	data[0].Inheritable, data[1].Inheritable = 0, 0
	if err := unix.Capset(&header, &data[0]); err != nil {
		return fmt.Errorf("dropping capabilities: %w", err)
	}
	return nil
}

// outer returns the pid by which everybody outside knows a process, which must not have been reaped; 0 if it can't be said.
func (i *inside) outer(pid int) int {
	creds := unix.UnixCredentials(&unix.Ucred{Pid: int32(pid), Uid: uint32(os.Getuid()), Gid: uint32(os.Getgid())})
	if err := unix.Sendmsg(i.socket, []byte{messageBirth}, creds, nil, 0); err != nil {
		return 0
	}
	reply := make([]byte, 4)
	for {
		n, err := unix.Read(i.socket, reply)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil || n != len(reply) {
			return 0
		}
		return int(binary.NativeEndian.Uint32(reply))
	}
}

// end tells the outer stage how the command ended.
func (i *inside) end(status syscall.WaitStatus) error {
	_, err := unix.Write(i.socket, binary.NativeEndian.AppendUint32([]byte{messageEnd}, uint32(status)))
	return err
}
