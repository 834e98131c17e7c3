//go:build linux && (amd64 || arm64)

package lab

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// entropy answers what asks the kernel for randomness from streams that follow from the seed. AT_RANDOM too, unless it
// has a level of its own. An instruction such as RDRAND asks nobody, and escapes.
func entropy(t *tracer, seed string) error {
	t.hideVDSO() // getrandom has been in it since Linux 6.11
	e := &entropySource{t: t, seed: seed}
	t.trap(trap{factor: "entropy", call: unix.SYS_GETRANDOM, enter: e.getrandom})
	t.redirect("/dev/urandom", "entropy", e.device)
	t.redirect("/dev/random", "entropy", e.device)
	t.redirect("/proc/sys/kernel/random/uuid", "entropy", e.uuid)
	t.redirect("/proc/sys/kernel/random/boot_id", "entropy", e.bootID)
	if _, own := t.task.Treatment["at-random"]; !own {
		return atRandom(t, seed)
	}
	return nil
}

// atRandom gives each new program other bytes for AT_RANDOM, the 16 that the kernel puts on its stack.
func atRandom(t *tracer, seed string) error {
	t.atExec(func(c *tracee) error {
		_, at, err := c.auxiliary(atRandomBytes)
		if err != nil || at == 0 {
			return err
		}
		var p [16]byte
		_, _ = c.streamOf("at-random", seed, "").Read(p[:])
		return c.write(at, p[:])
	})
	return nil
}

// entropySource is the randomness of one seed.
type entropySource struct {
	t     *tracer
	seed  string
	files int // made so far, for their names
}

const (
	chunk        = 64 << 10
	allGetrandom = unix.GRND_NONBLOCK | unix.GRND_RANDOM | unix.GRND_INSECURE
)

// getrandom answers getrandom(2): as much as is asked for, and as the kernel does for bad flags and pointers.
func (e *entropySource) getrandom(c *tracee) error {
	at, left, flags := c.arg(0), min(c.arg(1), math.MaxInt32), uint32(c.arg(2))
	if flags&^allGetrandom != 0 || flags&(unix.GRND_RANDOM|unix.GRND_INSECURE) == unix.GRND_RANDOM|unix.GRND_INSECURE {
		c.skip(-int64(unix.EINVAL))
		return nil
	}
	if c.random == nil {
		c.random = c.streamOf("entropy", e.seed, "getrandom")
	}
	var done uint64
	p := make([]byte, min(left, chunk))
	for done < left {
		p = p[:min(left-done, chunk)]
		_, _ = c.random.Read(p)
		if err := c.write(at+done, p); errors.Is(err, unix.EFAULT) && done > 0 {
			break
		} else if err != nil {
			return c.fault(err)
		}
		done += uint64(len(p))
	}
	c.skip(int64(done))
	return nil
}

// device gives a pipe for a device that never ends: each open has its own stream, by the order of opens in its thread.
func (e *entropySource) device(c *tracee) (path string, opened func(bool), err error) {
	path = e.name()
	if err := unix.Mkfifo(path, 0o644); err != nil {
		return "", nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := os.Chmod(path, 0o644); err != nil { // whatever the umask is
		return "", nil, err
	}
	// Opened for reading first: then the other end opens without waiting, and so does the tracee.
	ours, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return "", nil, err
	}
	theirs, err := unix.Open(path, unix.O_WRONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		ours.Close()
		return "", nil, fmt.Errorf("%s: %w", path, err)
	}
	stream := c.streamOf("entropy", e.seed, fmt.Sprintf("open %d", c.ordinal("device")))
	return path, func(ok bool) {
		os.Remove(path)
		if ok {
			feed(theirs, stream)
		} else {
			unix.Close(theirs)
		}
		ours.Close()
	}, nil
}

// feed writes to a pipe until its last reader has closed it, or the tracer ends. It is full when feed returns, so that a first read is as
// long as it would be of the device.
func feed(fd int, stream io.Reader) {
	p := make([]byte, chunk)
	_, _ = stream.Read(p)
	n, _ := unix.Write(fd, p)
	p = p[max(n, 0):]
	pipe := os.NewFile(uintptr(fd), "randomness") // waits in Go's poller, not in a thread
	go func() {
		defer pipe.Close()
		for {
			if _, err := pipe.Write(p); err != nil {
				return
			}
			p = make([]byte, pageSize)
			_, _ = stream.Read(p)
		}
	}()
}

// uuid gives a file with another random UUID each time.
func (e *entropySource) uuid(c *tracee) (string, func(bool), error) {
	var p [16]byte
	_, _ = c.streamOf("entropy", e.seed, fmt.Sprintf("uuid %d", c.ordinal("uuid"))).Read(p[:])
	return e.uuidFile(p)
}

// bootID gives a file with the same UUID for all.
func (e *entropySource) bootID(c *tracee) (string, func(bool), error) {
	var p [16]byte
	_, _ = (&tracee{stream: "all"}).streamOf("entropy", e.seed, "boot_id").Read(p[:])
	return e.uuidFile(p)
}

// uuidFile leaves a UUID (RFC 9562, version 4) in a file that is gone once it is open.
func (e *entropySource) uuidFile(p [16]byte) (string, func(bool), error) {
	p[6], p[8] = p[6]&0x0f|0x40, p[8]&0x3f|0x80
	path, err := e.t.privateFile(filepath.Base(e.name()), fmt.Appendf(nil, "%x-%x-%x-%x-%x\n", p[:4], p[4:6], p[6:8], p[8:10], p[10:]))
	return path, func(bool) { os.Remove(path) }, err
}

// name returns a path in the scratch folder that is in use by nobody.
func (e *entropySource) name() string {
	e.files++
	return filepath.Join(e.t.task.Scratch, fmt.Sprintf("random-%d", e.files))
}
