package monitor

import (
	"os"

	"golang.org/x/sys/unix"
)

// Disk is a file system that a soak needs room on.
type Disk struct {
	Name     string // state, temporary or root
	Path     string // of a folder on it
	Size     int64  // bytes
	Free     int64  // bytes that an ordinary user may still take
	Used     float64
	Inodes   float64 // percent in use, as Used is; 0 where there is no limit
	ReadOnly bool    // nothing can fill it
	Same     string  // the name of an earlier one that is the same file system
	Err      error   // it could not be looked at
}

// readOnlyFlag is ST_RDONLY, which others than Linux call MNT_RDONLY.
const readOnlyFlag = 1

// lookAtDisks looks at the file systems of the state folder, of temporary files, and of the root.
func lookAtDisks(dir string) []Disk {
	disks := []Disk{{Name: "state", Path: dir}, {Name: "temporary", Path: os.TempDir()}, {Name: "root", Path: "/"}}
	devices := map[uint64]string{}
	for i := range disks {
		d := &disks[i]
		if d.Err = d.look(); d.Err != nil {
			continue
		}
		var s unix.Stat_t
		if unix.Stat(d.Path, &s) == nil {
			if d.Same = devices[uint64(s.Dev)]; d.Same == "" {
				devices[uint64(s.Dev)] = d.Name
			}
		}
	}
	return disks
}

func (d *Disk) look() error {
	var s unix.Statfs_t
	for {
		err := unix.Statfs(d.Path, &s)
		if err == nil {
			break
		}
		if err != unix.EINTR {
			return &os.PathError{Op: "statfs", Path: d.Path, Err: err}
		}
	}
	block := int64(s.Bsize)
	d.Size, d.Free = int64(s.Blocks)*block, int64(s.Bavail)*block
	taken := s.Blocks - s.Bfree
	d.Used = percent(taken, taken+uint64(s.Bavail)) // what is kept for root counts as in df: not at all
	d.Inodes = percent(uint64(s.Files-s.Ffree), uint64(s.Files))
	d.ReadOnly = s.Flags&readOnlyFlag != 0
	return nil
}

func percent(part, of uint64) float64 {
	if of == 0 {
		return 0
	}
	return 100 * float64(part) / float64(of)
}

// Fullest is the larger of the two percentages, and what it is of.
func (d Disk) Fullest() (used float64, of string) {
	if d.Inodes > d.Used {
		return d.Inodes, "inodes"
	}
	return d.Used, "space"
}
