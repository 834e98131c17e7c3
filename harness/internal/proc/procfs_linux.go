package proc

import (
	"bytes"
	"os"
	"strconv"
	"strings"
)

// adopted lists the children of our main thread. Orphans go to it; what this package forked is, mostly, a
// child of another thread. A kernel without the list (CONFIG_PROC_CHILDREN) has every process looked at.
func adopted() []int {
	self := strconv.Itoa(os.Getpid())
	list, err := os.ReadFile("/proc/self/task/" + self + "/children")
	if err != nil {
		return processes()
	}
	return numbers(strings.Fields(string(list)))
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
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return false
	}
	// "pid (name) state …", and the name may hold anything.
	end := bytes.LastIndexByte(stat, ')')
	if end < 0 || end+2 >= len(stat) {
		return false
	}
	return stat[end+2] != 'Z' && stat[end+2] != 'X'
}
