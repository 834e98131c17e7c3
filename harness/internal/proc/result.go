package proc

import (
	"fmt"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Status says how a run ended.
type Status string

const (
	Exited     Status = "exited"     // by itself, with a status
	Signaled   Status = "signaled"   // by a signal that was not sent from here
	TimedOut   Status = "timeout"    // it was ended: Timeout had passed
	Limited    Status = "limit"      // it was ended, or found when it had ended: over MaxOutput or MaxProcesses
	NotStarted Status = "notstarted" // there is no such program, or it could not be started
	Cancelled  Status = "cancelled"  // it was ended: by the context, or by an error of Stdout, Stderr or Stdin
)

// Result is what came of a run. Fields that depend on who was quicker, the program or what
// ended it, are left out: Exit and Signal are set only where the program ended by itself.
type Result struct {
	Status     Status
	Exit       int            // with Exited: 0 to 255; else -1
	Signal     syscall.Signal // with Signaled; else 0
	CoreDumped bool           // with Signaled
	LimitHit   string         // with Limited: which one, in words

	// Err is why it was not started, the caller's error that ended it, or what went
	// wrong in clearing up after it. A program that fails is no error.
	Err error

	Start, End time.Time // by Spec.Now: before it was looked for, after everything of it was gone

	PIDs          []int         // the program's, then those of its descendants that were seen, ascending
	UserTime      time.Duration // of the program and the children that it waited for
	SystemTime    time.Duration // likewise
	MaxRSS        int64         // bytes, the largest of them; Linux never says less than this process had at its fork
	StderrDropped int64         // bytes over MaxStderr
	Left          int           // with Exited or Signaled: descendants still alive when the program had ended
}

// String says in a few words how the run ended, such as "exit status 3".
func (r Result) String() string {
	switch r.Status {
	case Exited:
		return fmt.Sprintf("exit status %d", r.Exit)
	case Signaled:
		core := ""
		if r.CoreDumped {
			core = ", core dumped"
		}
		return fmt.Sprintf("killed by %s (%s)%s", signalName(r.Signal), r.Signal, core)
	case TimedOut:
		return "timed out"
	case Limited:
		return "over its limit: " + r.LimitHit
	case NotStarted:
		return fmt.Sprintf("not started: %v", r.Err)
	case Cancelled:
		return fmt.Sprintf("cancelled: %v", r.Err)
	}
	return "did not run"
}

// signalName is the name that kill(1) knows, or a number where there is none, as for
// real-time signals.
func signalName(s syscall.Signal) string {
	if name := unix.SignalName(s); name != "" {
		return name
	}
	return fmt.Sprintf("signal %d", int(s))
}

// ended fills in how the program ended by itself.
func (r *Result) ended(ws syscall.WaitStatus) {
	if ws.Signaled() {
		r.Status, r.Signal, r.CoreDumped = Signaled, ws.Signal(), ws.CoreDump()
		return
	}
	r.Status, r.Exit = Exited, ws.ExitStatus()
}

// used fills in what the program took.
func (r *Result) used(u syscall.Rusage) {
	r.UserTime = time.Duration(u.Utime.Nano())
	r.SystemTime = time.Duration(u.Stime.Nano())
	r.MaxRSS = int64(u.Maxrss) * rssUnit
}
