package monitor

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/shadowrun/shadowrun/harness/ledger"
)

// Process is who carries a soak on, or did last.
type Process struct {
	PID    int // 0: nobody is known
	Host   string
	Since  time.Time
	Alive  bool
	Paused bool          // it lives, and is stopped by a signal
	Jump   time.Duration // by how much the machine's clock was set forward since it began
	Held   bool          // somebody holds the state folder, whether for a soak or else
	Why    string        // it can't be told whether it lives; then Alive is false
}

// slack is how far a process's start by the kernel and by what it wrote itself may lie apart without
// meaning anything.
const slack = time.Minute

// lookForProcess finds out whether the process of the last session lives. Its lock says so; only where there
// is none to look at, the process's number does, of a process that is old enough to be it.
func (o *Observation) lookForProcess() {
	p := Process{PID: o.Session.PID, Host: o.Session.Host, Since: o.Session.Started}
	holder, held, err := ledger.HolderOf(o.Dir)
	p.Held = held
	_, lockErr := os.Stat(filepath.Join(o.Dir, "lock"))
	switch {
	case held && (o.Sessions == 0 || holder.PID == p.PID || holder.Soak):
		p.PID, p.Host, p.Since, p.Alive = holder.PID, holder.Host, holder.Started, true
		p.look(holder.Started)
	case o.Sessions == 0, err == nil && lockErr == nil:
	case p.Host != hostname() || o.Session.Boot != bootID():
		if p.Host != hostname() {
			p.Why = "it is on another machine, and its lock can't be read"
			if errors.Is(lockErr, fs.ErrNotExist) {
				p.Why = "it is on another machine, and its lock is gone"
			}
		}
	default:
		started, ok := p.look(o.Session.Started)
		p.Alive = ok && started.Before(o.Session.Started.Add(slack))
		p.Paused, p.Jump = p.Paused && p.Alive, 0
	}
	o.Process = p
}

// look looks at the process by its number: when it started by the machine's clock as it is now, and what
// that says of the clock. It reports whether there is such a process.
func (p *Process) look(since time.Time) (started time.Time, ok bool) {
	if p.Host != hostname() {
		return time.Time{}, false
	}
	state, started, ok := processState(p.PID)
	if !ok || state == 'Z' || state == 'X' {
		return started, false
	}
	p.Paused = state == 'T' || state == 't'
	if jump := started.Sub(since); jump > slack {
		p.Jump = jump
	}
	return started, true
}

// ticks is how many the kernel counts in a second where it tells users of them: proc(5).
const ticks = 100

// processState reads a process's state, as in ps, and its start.
func processState(pid int) (state byte, started time.Time, ok bool) {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return 0, time.Time{}, false
	}
	fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:]) // its name may hold anything
	if len(fields) < 20 {
		return 0, time.Time{}, false
	}
	since, err := strconv.ParseInt(string(fields[19]), 10, 64)
	booted, bootErr := bootTime()
	if err != nil || bootErr != nil {
		return 0, time.Time{}, false
	}
	return fields[0][0], booted.Add(time.Duration(since) * time.Second / ticks), true
}

// bootTime is when the machine was started, by its clock as it is now.
func bootTime() (time.Time, error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return time.Time{}, err
	}
	_, rest, _ := strings.Cut(string(text), "\nbtime ")
	line, _, _ := strings.Cut(rest, "\n")
	seconds, err := strconv.ParseInt(line, 10, 64)
	return time.Unix(seconds, 0), err
}

func hostname() string {
	name, _ := os.Hostname()
	return name
}

func bootID() string {
	text, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	return strings.TrimSpace(string(text))
}
