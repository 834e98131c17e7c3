package drill

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"syscall"
	"time"
)

// poll is how long eventually waits between two tries.
const poll = 20 * time.Millisecond

// eventually tries a probe, or a program, until it succeeds: eventually TIME [!] COMMAND …
func eventually(r *run, args []string) error {
	const how = usage("eventually TIME [!] httpget … | promalert … | pgcount … | redisping | pipeline … | exec …")
	if len(args) < 2 {
		return how
	}
	limit, err := time.ParseDuration(args[0])
	if err != nil || limit <= 0 {
		return fmt.Errorf("%w: %q is no time, such as 5s", how, args[0])
	}
	args = args[1:]
	negated := args[0] == "!"
	if negated {
		args = args[1:]
	}
	if len(args) == 0 {
		return how
	}
	try := probes[args[0]]
	if (args[0] == "exec" || args[0] == "pipeline") && len(args) > 1 {
		env, err := r.scriptEnvironment()
		if err != nil {
			return err
		}
		var program []string
		if args[0] == "pipeline" {
			program = []string{"shadowrun", "pipeline"}
		}
		try = func(r *run, args []string) error { return r.execute(append(slices.Clone(program), args...), env) }
	}
	if try == nil {
		return how
	}
	// The time also ends a try that hangs.
	ctx, cancel := context.WithTimeout(r.ctx, limit)
	defer cancel()
	whole := r.ctx
	r.ctx = ctx
	defer func() { r.ctx = whole }()
	for why := error(nil); ; {
		err := negate(try(r, args[1:]), negated, args[0])
		var wrong usage
		if err == nil || errors.As(err, &wrong) {
			return err
		}
		if why == nil || ctx.Err() == nil {
			why = err // what the time cut off says less
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("not within %v: %w", limit, why)
		case <-time.After(poll):
		}
	}
}

// execute runs a program as exec does, until the context ends.
func (r *run) execute(args []string, env map[string]string) error {
	// The shell finds the program by the script's own PATH.
	c := exec.CommandContext(r.ctx, "sh", append([]string{"-c", `exec "$@"`, "sh"}, args...)...)
	c.Dir, c.Env = r.ts.MkAbs("."), list(env)
	c.SysProcAttr = ownGroup()
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
	c.WaitDelay = time.Second // what it left behind may hold its output open
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	err := c.Run()
	if errors.Is(err, exec.ErrWaitDelay) {
		err = nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w\n%s%s", args[0], err, stdout.Bytes(), tail(stderr.String()))
	}
	r.ts.Stdout().Write(stdout.Bytes())
	r.ts.Stderr().Write(stderr.Bytes())
	return nil
}
