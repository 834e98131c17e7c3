package drill

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// shell is a real bash that carries out the blocks of one procedure one after the other, so that a variable set in one
// is there in the next. It reads what to do from a pipe of its own, never from standard input, which is empty.
type shell struct {
	command *exec.Cmd
	orders  *os.File      // to its descriptor 3
	ends    *os.File      // from its descriptor 4: the exit status of each block
	gone    chan struct{} // closed when it has ended
	dir     string        // of the files that it sources, and of their output
	blocks  int
	cwd     string
	env     map[string]string // what it was told last
}

// carried is what came of a block.
type carried struct {
	Exit           int // -1: it was cut off
	Stdout, Stderr string
	Cut            string // why it was cut off
	Ended          bool   // with it ended the shell
}

// startShell starts a shell whose files are in dir. It must be closed.
func startShell(dir, cwd string, env map[string]string) (*shell, error) {
	ordersIn, orders, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer ordersIn.Close()
	ends, endsOut, err := os.Pipe()
	if err != nil {
		orders.Close()
		return nil, err
	}
	defer endsOut.Close()
	s := &shell{orders: orders, ends: ends, gone: make(chan struct{}), dir: dir, cwd: cwd, env: env}
	s.command = exec.Command("bash", "--noprofile", "--norc", "/dev/fd/3")
	s.command.Dir, s.command.Env = cwd, list(env)
	s.command.ExtraFiles = []*os.File{ordersIn, endsOut}
	s.command.SysProcAttr = ownGroup()
	if err := s.command.Start(); err != nil {
		orders.Close()
		ends.Close()
		return nil, fmt.Errorf("start bash: %w", err)
	}
	go func() {
		s.command.Wait()
		// Before the deadline: who is woken by that asks whether the shell has ended, or it was the time.
		close(s.gone)
		// A child that it left may hold the pipe open: nothing more will come.
		s.ends.SetReadDeadline(time.Unix(1, 0))
	}()
	return s, nil
}

// carryOut has the shell source a block, in a file of that name, and waits for its end, limit at the longest.
func (s *shell) carryOut(ctx context.Context, name, block, cwd string, env map[string]string, limit time.Duration) (carried, error) {
	s.blocks++
	base := filepath.Join(s.dir, strconv.Itoa(s.blocks))
	if err := os.MkdirAll(base, 0o777); err != nil {
		return carried{}, err
	}
	file, stdout, stderr := filepath.Join(base, name+".sh"), filepath.Join(base, "stdout"), filepath.Join(base, "stderr")
	if err := os.WriteFile(file, []byte(block), 0o666); err != nil {
		return carried{}, err
	}
	orders := s.changes(cwd, env) + fmt.Sprintf(". %s 3<&- 4>&- >%s 2>%s </dev/null\nprintf '%%d\\n' \"$?\" >&4\n", quote(file), quote(stdout), quote(stderr))
	// Set before it begins, and again only to bring it forward.
	if err := s.ends.SetReadDeadline(time.Now().Add(limit)); err != nil {
		return carried{}, err
	}
	release := context.AfterFunc(ctx, func() { s.ends.SetReadDeadline(time.Unix(1, 0)) })
	defer release()
	if _, err := io.WriteString(s.orders, orders); err != nil {
		return carried{}, fmt.Errorf("the shell takes no orders: %w", err)
	}
	line, err := bufio.NewReaderSize(s.ends, 16).ReadString('\n')
	c := carried{Exit: -1}
	switch {
	case err == nil:
		if c.Exit, err = strconv.Atoi(strings.TrimSpace(line)); err != nil {
			return c, fmt.Errorf("the shell said %q for an exit status", line)
		}
	case ctx.Err() != nil:
		c.Cut = "the drill was interrupted"
	case errors.Is(err, io.EOF) || s.hasEnded():
		<-s.gone
		c.Exit, c.Ended = exitStatus(s.command.ProcessState), true
	default:
		c.Cut = fmt.Sprintf("it took longer than %v", limit)
	}
	if c.Cut != "" {
		s.kill()
		c.Ended = true
	}
	c.Stdout, c.Stderr = head(stdout), head(stderr)
	return c, nil
}

func (s *shell) hasEnded() bool {
	select {
	case <-s.gone:
		return true
	default:
		return false
	}
}

// changes returns the orders that bring the shell to where the script now is: only what the script changed, so that what a
// block set stays.
func (s *shell) changes(cwd string, env map[string]string) string {
	var orders strings.Builder
	if cwd != s.cwd {
		fmt.Fprintf(&orders, "cd %s\n", quote(cwd))
	}
	for _, name := range slices.Sorted(maps.Keys(env)) {
		if value, there := s.env[name]; !there || value != env[name] {
			fmt.Fprintf(&orders, "export %s=%s\n", name, quote(env[name]))
		}
	}
	s.cwd, s.env = cwd, env
	return orders.String()
}

// kill kills the shell and what is in its process group.
func (s *shell) kill() {
	syscall.Kill(-s.command.Process.Pid, syscall.SIGKILL)
	<-s.gone
}

// close ends the shell. What its blocks left in the background lives on until the scenario ends.
func (s *shell) close() {
	s.orders.Close() // it has read all of its script
	<-s.gone
	s.ends.Close()
}

// exitStatus is that of a shell: 128 and the signal for a process that a signal killed.
func exitStatus(state *os.ProcessState) int {
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return state.ExitCode()
}

// longestOutput is how much of a block's output is looked at, in bytes.
const longestOutput = 1 << 20

// head returns the beginning of a file, and says so where it is not the whole.
func head(name string) string {
	f, err := os.Open(name)
	if err != nil {
		return "" // the block never came to be
	}
	defer f.Close()
	text, _ := io.ReadAll(io.LimitReader(f, longestOutput+1))
	if len(text) > longestOutput {
		return string(text[:longestOutput]) + "\n… (cut after 1 MiB)\n"
	}
	return string(text)
}

// quote returns text as one word of a shell.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

func list(env map[string]string) (all []string) {
	for _, name := range slices.Sorted(maps.Keys(env)) {
		all = append(all, name+"="+env[name])
	}
	return all
}
