package harness

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
)

// burners are child processes that keep every CPU busy, for the variant loaded.
type burners struct {
	self    reexec
	running []*exec.Cmd
	stdin   []io.WriteCloser
}

func newReexec(args []string) (reexec, error) {
	path, err := os.Executable()
	return reexec{path: path, args: args}, err
}

// start starts a burner for each CPU, if none run. Each ends when its standard input does,
// so also when this process is killed.
func (b *burners) start() (err error) {
	if len(b.running) > 0 {
		return nil
	}
	defer func() {
		if err != nil {
			b.stop()
		}
	}()
	for range runtime.NumCPU() {
		c := exec.Command(b.self.path, b.self.args...)
		c.Env = append(os.Environ(), childVariable+`={"burn":true}`)
		stdin, err := c.StdinPipe()
		if err != nil {
			return fmt.Errorf("loaded: %w", err)
		}
		if err := c.Start(); err != nil {
			stdin.Close()
			return fmt.Errorf("loaded: %w", err)
		}
		b.running = append(b.running, c)
		b.stdin = append(b.stdin, stdin)
	}
	return nil
}

// stop ends and reaps them.
func (b *burners) stop() {
	for i, c := range b.running {
		b.stdin[i].Close()
		c.Wait()
	}
	b.running, b.stdin = nil, nil
}
