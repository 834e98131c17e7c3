package lab

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// A working folder that is larger than this is refused: each run of an experiment copies it.
const (
	mostCopiedBytes = 64 << 20
	mostCopiedFiles = 10_000
)

// copier copies a folder with all below it: files, folders, links, named pipes; names, contents, permissions and
// times of modification; as root, owners too where it may. Hard links become files of their own, extended attributes are lost.
// A file that vanishes meanwhile is left out.
type copier struct {
	from, to, skip string // absolute, from and skip without links
	files          int
	bytes          int64
	maxFiles       int
	maxBytes       int64
}

func newCopier(from, to, skip string) (*copier, error) {
	from, err := realPath(from)
	if err != nil {
		return nil, err
	}
	if skip, err = realPath(skip); err != nil {
		return nil, err
	}
	return &copier{from: from, to: to, skip: skip, maxFiles: mostCopiedFiles, maxBytes: mostCopiedBytes}, nil
}

func realPath(name string) (string, error) {
	name, err := filepath.Abs(name)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(name)
}

// walk calls visit for all that is to be copied, folders before what is in them.
func (c *copier) walk(visit func(path string, info fs.FileInfo) error) error {
	return filepath.WalkDir(c.from, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && path != c.from {
			return nil
		}
		if err != nil {
			return err
		}
		if path == c.skip {
			return filepath.SkipDir
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		return visit(path, info)
	})
}

// measure refuses what is too large, what could only be copied as something else, and what can't be read.
func (c *copier) measure() error {
	return c.walk(func(path string, info fs.FileInfo) error {
		if c.files++; c.files > c.maxFiles {
			return fmt.Errorf("it holds more than %d files", c.maxFiles)
		}
		switch info.Mode().Type() {
		case 0:
			if c.bytes += info.Size(); c.bytes > c.maxBytes {
				return fmt.Errorf("it holds more than %d MB", c.maxBytes>>20)
			}
			if err := unix.Access(path, unix.R_OK); err != nil && err != unix.ENOENT {
				return fmt.Errorf("%s can't be read: %w", path, err)
			}
		case fs.ModeSocket:
			return fmt.Errorf("%s is a socket: a copy of it would have nobody listening", path)
		case fs.ModeDevice, fs.ModeDevice | fs.ModeCharDevice:
			return fmt.Errorf("%s is a device", path)
		}
		return nil
	})
}

// copied is a folder whose permissions and times are set once all is in it.
type copied struct {
	path string
	info fs.FileInfo
}

func (c *copier) copy() error {
	var dirs []copied
	err := c.walk(func(path string, info fs.FileInfo) error {
		to := c.to + strings.TrimPrefix(path, c.from)
		var err error
		switch info.Mode().Type() {
		case fs.ModeDir:
			dirs = append(dirs, copied{to, info})
			return makePrivate(to)
		case fs.ModeSymlink:
			err = c.link(path, to)
		case fs.ModeNamedPipe:
			err = unix.Mkfifo(to, 0o600)
		default:
			err = copyFile(path, to)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		return dress(to, info)
	})
	for i := len(dirs) - 1; i >= 0 && err == nil; i-- {
		err = dress(dirs[i].path, dirs[i].info)
	}
	return err
}

// link copies a symbolic link. One that leads by an absolute path to where it is, or into it, leads into the copy:
// else a run would write to the folder that it was kept from.
func (c *copier) link(path, to string) error {
	target, err := os.Readlink(path)
	if err != nil {
		return err
	}
	if target == c.from || strings.HasPrefix(target, c.from+"/") {
		target = c.to + strings.TrimPrefix(target, c.from)
	}
	return os.Symlink(target, to)
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}

// dress gives a copy what the original has beside its contents. Owners come first: changing them takes permission bits away.
func dress(path string, info fs.FileInfo) error {
	link := info.Mode().Type() == fs.ModeSymlink
	if uid, gid, ok := ownerOf(info); ok && os.Geteuid() == 0 {
		if err := os.Lchown(path, uid, gid); err != nil && !errors.Is(err, fs.ErrPermission) { // a container's root may not
			return err
		}
	}
	if !link {
		if err := os.Chmod(path, info.Mode()&(fs.ModePerm|fs.ModeSetuid|fs.ModeSetgid|fs.ModeSticky)); err != nil {
			return err
		}
	}
	when := unix.NsecToTimespec(info.ModTime().UnixNano())
	return unix.UtimesNanoAt(unix.AT_FDCWD, path, []unix.Timespec{when, when}, unix.AT_SYMLINK_NOFOLLOW)
}

func ownerOf(info fs.FileInfo) (uid, gid int, ok bool) {
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, 0, false
	}
	return int(s.Uid), int(s.Gid), true
}
