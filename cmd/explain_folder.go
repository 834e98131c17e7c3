package cmd

import (
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// explainFolders is how the state folders of explanations outside any soak begin; they lie in TMPDIR.
const explainFolders = "shadowrun-explain-"

func explainFolder() (dir string, remove func(), err error) { return heldFolder(explainFolders) }

// heldFolder makes a folder that is held until remove removes it. What a killed command left under the same prefix is
// removed first: no soak knows of it, and nothing else would ever come by.
func heldFolder(prefix string) (dir string, remove func(), err error) {
	sweepFolders(prefix)
	for {
		if dir, err = os.MkdirTemp("", prefix); err != nil {
			return "", nil, err
		}
		if held := holdFolder(dir); held != nil {
			return dir, func() { os.RemoveAll(dir); held.Close() }, nil
		}
		// Another command took it for a killed one's, between its making and its being held.
	}
}

// sweepFolders leaves alone what is held, or another user's. What it can't remove stays for the next
// command: that is no reason to refuse this one.
func sweepFolders(prefix string) {
	paths, err := filepath.Glob(filepath.Join(os.TempDir(), prefix+"*"))
	if err != nil {
		return
	}
	for _, path := range paths {
		if held := holdFolder(path); held != nil {
			os.RemoveAll(path)
			held.Close()
		}
	}
}

// holdFolder locks a folder for as long as the file is open, or this process lives. It returns nil where
// another process holds it, where it is gone, and where it is no folder of this user's own.
func holdFolder(path string) *os.File {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	f := os.NewFile(uintptr(fd), path)
	var held, now unix.Stat_t
	if unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB) != nil || unix.Fstat(fd, &held) != nil || unix.Lstat(path, &now) != nil ||
		held.Dev != now.Dev || held.Ino != now.Ino || int(held.Uid) != os.Geteuid() {
		f.Close()
		return nil
	}
	return f
}
