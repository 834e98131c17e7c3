package drill

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// fault breaks what a step is to mend.
func fault(r *run, args []string) error {
	const how = usage("fault kill PID | corrupt FILE OFFSET | small DIR | fill DIR | stop PID|PIDFILE | drop SERVICE | restore SERVICE")
	if r.Live {
		return errors.New("fault: these services are in use; nothing of theirs is broken")
	}
	switch {
	case len(args) == 2 && args[0] == "kill":
		return r.signal(args[1], syscall.SIGKILL)
	case len(args) == 2 && args[0] == "stop":
		return r.signal(args[1], syscall.SIGSTOP)
	case len(args) == 3 && args[0] == "corrupt":
		offset, err := strconv.ParseInt(args[2], 10, 64)
		if err != nil {
			return how
		}
		return corrupt(r.ts.MkAbs(args[1]), offset)
	case len(args) == 2 && args[0] == "small":
		return r.small(r.ts.MkAbs(args[1]))
	case len(args) == 2 && args[0] == "fill":
		return r.fill(r.ts.MkAbs(args[1]))
	case len(args) == 2 && (args[0] == "drop" || args[0] == "restore"):
		p, err := r.proxy(args[1])
		if err != nil {
			return err
		}
		if args[0] == "restore" {
			return p.restore()
		}
		p.drop()
		return nil
	}
	return how
}

// signal kills or halts a process of the scenario, named by its id or a file that holds it, and waits until that is so.
func (r *run) signal(who string, signal syscall.Signal) error {
	pid, err := strconv.Atoi(who)
	if err != nil {
		text, err := os.ReadFile(r.ts.MkAbs(who))
		if err != nil {
			return err
		}
		if pid, err = strconv.Atoi(strings.TrimSpace(string(text))); err != nil {
			return fmt.Errorf("%s holds no process id: %q", who, text)
		}
	}
	if !slices.Contains(family(r.mark), pid) {
		return fmt.Errorf("process %d is none of this scenario's, or has ended", pid)
	}
	if err := syscall.Kill(pid, signal); err != nil {
		return err
	}
	for deadline := time.Now().Add(probeLimit); ; time.Sleep(poll) {
		switch state := stateOf(pid); {
		case signal == syscall.SIGKILL && (state == "" || state == "Z" || state == "X"), signal == syscall.SIGSTOP && state == "T":
			return nil
		case time.Now().After(deadline):
			return fmt.Errorf("process %d is in state %s %v after signal %v", pid, state, probeLimit, signal)
		}
	}
}

// corrupt flips the lowest bit of a byte; a negative offset counts from the end.
func corrupt(name string, offset int64) error {
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if offset < 0 {
		info, err := f.Stat()
		if err != nil {
			return err
		}
		offset += info.Size()
	}
	var b [1]byte
	if _, err := f.ReadAt(b[:], offset); err != nil {
		return fmt.Errorf("%s has no byte %d: %w", name, offset, err)
	}
	b[0] ^= 1
	if _, err := f.WriteAt(b[:], offset); err != nil {
		return err
	}
	return f.Close()
}

// small makes a folder a file system of its own, of 8 MiB, which goes when the scenario ends. It takes root.
func (r *run) small(dir string) error {
	if err := r.ts.Exec("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", dir); err != nil {
		return fmt.Errorf("mount a small file system at %s, as root can: %w", dir, err)
	}
	r.mounts = append(r.mounts, dir)
	return nil
}

// largestFilled is how large a file system may be that fault fills, in bytes.
const largestFilled = 256 << 20

// fill fills the file system of a folder, with a file that goes when the scenario ends: filler, which a step may remove.
func (r *run) fill(dir string) error {
	var fs unix.Statfs_t
	if err := unix.Statfs(dir, &fs); err != nil {
		return fmt.Errorf("%s: %w", dir, err)
	}
	if size := uint64(fs.Blocks) * uint64(fs.Bsize); size > largestFilled {
		return fmt.Errorf("%s is on a file system of %d MiB that others use, too; fill takes one of %d at the most: 'fault small DIR' makes one, as root", dir, size>>20, largestFilled>>20)
	}
	name := filepath.Join(dir, "filler")
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	defer f.Close()
	r.fills = append(r.fills, name)
	for _, size := range []int{1 << 20, 1 << 12, 1} {
		for err = nil; err == nil; {
			_, err = f.Write(make([]byte, size))
		}
	}
	if !errors.Is(err, syscall.ENOSPC) {
		return err
	}
	return nil
}
