package proc

import (
	"bytes"
	"os"
	"strconv"
	"strings"
)

// adopted lists the children of our main thread. Orphans go to it; what this package forked is, mostly, a
// child of another thread. A kernel may be without the list (CONFIG_PROC_CHILDREN).
func adopted() []int {
	self := strconv.Itoa(os.Getpid())
	list, err := os.ReadFile("/proc/self/task/" + self + "/children")
	if err != nil {
		return children()
	}
	return numbers(strings.Fields(string(list)))
}

// children lists those of all our threads, by a look at every process.
func children() (pids []int) {
	for _, pid := range processes() {
		if _, parent := status(pid); parent == os.Getpid() {
			pids = append(pids, pid)
		}
	}
	return pids
}

// processes lists all that /proc shows, which is every one that exists throughout the reading.
func processes() []int {
	dir, err := os.Open("/proc")
	if err != nil {
		return nil
	}
	defer dir.Close()
	names, _ := dir.Readdirnames(-1)
	return numbers(names)
}

// lastPID is what the last process or thread that was started here was given; 0 if that is not known.
// The numbers rise until they begin anew.
func lastPID() int {
	load, _ := os.ReadFile("/proc/loadavg")
	fields := strings.Fields(string(load))
	if len(fields) == 0 {
		return 0
	}
	pid, _ := strconv.Atoi(fields[len(fields)-1])
	return pid
}

// numbers returns those of the names that are one.
func numbers(names []string) (ns []int) {
	for _, name := range names {
		if n, err := strconv.Atoi(name); err == nil {
			ns = append(ns, n)
		}
	}
	return ns
}

// running tells whether a process is there and not just a zombie.
func running(pid int) bool {
	state, _ := status(pid)
	return state != 0 && state != 'Z' && state != 'X'
}

// descends tells whether this process is an ancestor of pid.
func descends(pid int) bool {
	for self := os.Getpid(); pid > 1; {
		if _, pid = status(pid); pid == self {
			return true
		}
	}
	return false
}

// status returns a process's state, a letter of proc(5), and its parent; 0, 0 if it is gone.
func status(pid int) (state byte, parent int) {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, 0
	}
	// "pid (name) state parent …", and the name may hold anything.
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 2 {
		return 0, 0
	}
	parent, _ = strconv.Atoi(string(fields[1]))
	return fields[0][0], parent
}
