package stop

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// Engine is what an emergency stop stops beside the soak.
type Engine struct {
	File    string     // it is stopped while there is one; absolute; "": none
	Enable  [][]string // commands that stop it
	Disable [][]string // and that let it go on
	Dir     string     // in which they run; "": this process's own
	Timeout time.Duration
}

// Variables that an engine's commands find beside the caller's own.
const (
	WhoVariable    = "SHADOWRUN_STOP_WHO"
	ReasonVariable = "SHADOWRUN_STOP_REASON"
)

// engine asks what else is to be stopped.
func (d *Done) engine(r Request) Engine {
	if r.Engine == nil {
		return Engine{}
	}
	e, err := r.Engine()
	if err != nil {
		d.Steps = append(d.Steps, Step{What: "the engine", Err: err})
	}
	return e
}

// run runs an engine's commands one after another. One that fails keeps the others from nothing.
func (d *Done) run(ctx context.Context, r Request, e Engine, commands [][]string) {
	for _, argv := range commands {
		began := time.Now()
		step := Step{What: strings.Join(argv, " ")}
		if step.Err = runCommand(ctx, argv, e, r); step.Err == nil {
			step.Did = fmt.Sprintf("ran, %v", time.Since(began).Round(time.Millisecond))
		}
		d.Steps = append(d.Steps, step)
	}
}

// outputGrace is how long what a command left running may hold on to its output.
const outputGrace = time.Second

// runCommand runs a command of an engine's. What it leaves running is let be: it may have been to start the engine.
// One that takes too long is killed with its process group.
func runCommand(ctx context.Context, argv []string, e Engine, r Request) error {
	limited, cancel := context.WithTimeoutCause(ctx, e.Timeout, fmt.Errorf("it was killed, having taken longer than %v", e.Timeout))
	defer cancel()
	c := exec.CommandContext(limited, argv[0], argv[1:]...)
	c.Dir = e.Dir
	c.Env = append(os.Environ(), WhoVariable+"="+r.Who, ReasonVariable+"="+r.Reason)
	c.Stdout, c.Stderr = output(r.Output), output(r.Output)
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
	c.WaitDelay = outputGrace
	err := c.Run()
	switch {
	case err == nil || errors.Is(err, exec.ErrWaitDelay):
		return nil
	case limited.Err() != nil:
		return context.Cause(limited)
	}
	return err
}

func output(w io.Writer) io.Writer {
	if w == nil {
		return io.Discard
	}
	return w
}
