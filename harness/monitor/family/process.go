package family

import (
	"cmp"
	"errors"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/procfs"
)

// Process is what the kernel tells of one.
type Process struct {
	PID     int       `json:"pid"`
	Parent  int       `json:"parent"`
	Depth   int       `json:"depth"` // below the head of its family
	Name    string    `json:"name"`
	Command string    `json:"command,omitempty"`
	UID     int       `json:"uid"`
	State   string    `json:"state"` // a letter, as in ps
	Started time.Time `json:"started"`
	CPU     float64   `json:"cpu_seconds"`
	RSS     int64     `json:"rss_bytes"`
	Peak    int64     `json:"peak_rss_bytes"`
	Threads int       `json:"threads"`
	Files   *int      `json:"open_files,omitempty"` // nil: not ours to see
}

// Look lists the host's processes by their numbers, with the command lines of those of one user. One that
// ends meanwhile is left out.
func Look(user int) ([]Process, error) {
	all, err := procfs.AllProcs()
	if err != nil {
		return nil, err
	}
	var seen []Process
	for _, p := range all {
		if s, err := look(p, user); err == nil {
			seen = append(seen, s)
		}
	}
	slices.SortFunc(seen, func(a, b Process) int { return cmp.Compare(a.PID, b.PID) })
	return seen, nil
}

func look(p procfs.Proc, user int) (Process, error) {
	stat, err := p.Stat()
	if err != nil {
		return Process{}, err
	}
	status, err := p.NewStatus()
	if err != nil {
		return Process{}, err
	}
	s := Process{PID: p.PID, Parent: stat.PPID, Name: stat.Comm, UID: int(status.UIDs[1]), State: stat.State, CPU: stat.CPUTime(),
		RSS: int64(stat.ResidentMemory()), Peak: int64(status.VmHWM), Threads: stat.NumThreads}
	if started, err := stat.StartTime(); err == nil {
		s.Started = time.UnixMilli(int64(1000 * started)).UTC()
	}
	if files, err := p.FileDescriptorsLen(); err == nil {
		s.Files = &files
	}
	if s.UID == user && int(status.UIDs[0]) == user {
		words, _ := p.CmdLine()
		s.Command = strings.Join(words, " ")
	}
	return s, nil
}

// Of returns a process and its descendants, each below its parent; none where there is no such process.
func Of(all []Process, pid int) []Process {
	head := slices.IndexFunc(all, func(p Process) bool { return p.PID == pid })
	if head < 0 {
		return nil
	}
	children := map[int][]Process{}
	for _, p := range all {
		if p.Parent != p.PID {
			children[p.Parent] = append(children[p.Parent], p)
		}
	}
	var tree []Process
	var add func(p Process, depth int)
	add = func(p Process, depth int) {
		p.Depth = depth
		tree = append(tree, p)
		for _, child := range children[p.PID] {
			add(child, depth+1)
		}
	}
	add(all[head], 0)
	return tree
}

// Values returns what variables of the given names have for values in the environments of a family, as far
// as this user may read those. They are for taking them out of what is copied, and for nothing else.
func Values(tree []Process, names []string) map[string][]string {
	values := map[string][]string{}
	for _, p := range tree {
		proc, err := procfs.NewProc(p.PID)
		if err != nil {
			continue
		}
		environ, _ := proc.Environ()
		for _, entry := range environ {
			name, value, _ := strings.Cut(entry, "=")
			if slices.Contains(names, name) && value != "" && !slices.Contains(values[name], value) {
				values[name] = append(values[name], value)
			}
		}
	}
	return values
}

// ErrElsewhere is for a system without what is looked at.
var ErrElsewhere = errors.New("this system has no /proc")

// Supported reports whether there is a /proc to look at.
func Supported() error {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		return ErrElsewhere
	}
	return nil
}
