package proc

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"syscall"
	"time"
)

// Run runs a program and returns when nothing of it is left: neither a process, nor a file
// open here, nor a goroutine. It ends when the program itself ends, whoever still holds its
// output. Any number of runs may be in progress at once.
func Run(ctx context.Context, s Spec) Result {
	if s.Now == nil {
		s.Now = time.Now
	}
	r := Result{Exit: -1, Start: s.Now()}
	run(ctx, &s, &r)
	r.End = s.Now()
	return r
}

func run(ctx context.Context, s *Spec, r *Result) {
	if ctx.Err() != nil {
		r.Status, r.Err = Cancelled, context.Cause(ctx)
		return
	}
	keepInherited()
	fam := newFamily(s.Owner, s.Env)
	defer fam.release()
	std, ended, err := launch(s, fam)
	if err != nil {
		r.Status, r.Err = NotStarted, err
		return
	}
	if s.Started != nil {
		s.Started(fam.root)
	}
	std.serve()
	end, dead := watch(ctx, s, fam, std.broke, ended)
	left, clearErr := fam.clear()
	if late := std.finish(); end.status == "" {
		end = late
	}
	r.StderrDropped = std.dropped()
	r.PIDs = fam.pids()
	r.Status, r.LimitHit, r.Err = end.status, end.limit, end.err
	if !dead {
		r.Err = errors.Join(r.Err, fmt.Errorf("pid %d does not die of SIGKILL: is it another user's?", fam.root), clearErr)
		return
	}
	status, usage, err := fam.reap()
	r.used(usage)
	if end.status == "" {
		r.Left = left
		r.ended(status)
	}
	r.Err = errors.Join(r.Err, clearErr, err)
}

// launch finds and starts the program. The channel gets a value when it has ended.
func launch(s *Spec, fam *family) (*stdio, <-chan struct{}, error) {
	if len(s.Argv) == 0 || s.Argv[0] == "" {
		return nil, nil, errors.New("no program given")
	}
	path, err := find(s.Argv[0], s.Dir, s.Env)
	if err != nil {
		return nil, nil, err
	}
	std, err := open(s)
	if err != nil {
		return nil, nil, err
	}
	forked := make(chan error, 1)
	ended := make(chan struct{}, 1)
	// PR_SET_PDEATHSIG is about the thread that forked, not the process. So it is kept, asleep
	// in the wait that has to be done anyway, for as long as the program lives.
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := fork(fam, path, s, std.files[:])
		forked <- err
		if err == nil {
			fam.await()
			ended <- struct{}{}
		}
	}()
	err = <-forked
	std.closeTheirs()
	if err != nil {
		std.closeOurs()
		return nil, nil, diagnose(err, path, s.Dir)
	}
	return std, ended, nil
}

// fork starts the program at path. A program that was just written may still be open in a child
// that another goroutine is forking, which lasts for as long as an exec takes; it is waited for.
func fork(fam *family, path string, s *Spec, files []uintptr) error {
	attr := &syscall.ProcAttr{Dir: s.Dir, Env: s.Env, Files: files}
	if attr.Env == nil {
		attr.Env = []string{} // nil would be ours
	}
	for pause := time.Millisecond; ; pause *= 2 {
		err := fam.fork(path, s.Argv, attr)
		if err != syscall.ETXTBSY || pause > 64*time.Millisecond {
			return err
		}
		time.Sleep(pause)
	}
}
