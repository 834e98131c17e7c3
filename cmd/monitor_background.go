package cmd

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/soak"
)

func (a *app) monitorStartCommand() *cobra.Command {
	var f monitorFlags
	c := &cobra.Command{
		Use:     "start",
		Short:   "Watch in the background",
		Long:    "Starts 'monitor run' in the background, and returns once it has looked for the first time. It logs to log/monitor.log in the state folder.",
		Example: "  shadowrun monitor start --listen 127.0.0.1:9464",
		Args:    arguments(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			w, err := f.newWatch(c, a) // mistakes are told here, and not in a log
			if err != nil {
				return err
			}
			if who, held, err := ledger.HolderOf(monitorDir(w.dir)); held || err != nil {
				return errors.Join(err, runsAlready(w.dir, who))
			}
			return a.startMonitor(c, w.dir)
		},
	}
	f.add(c, a)
	return c
}

// firstLook is how long a monitor may take until it is up: its receivers are tried first.
const firstLook = time.Minute

func (a *app) startMonitor(c *cobra.Command, dir string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	logPath := filepath.Join(dir, "log", "monitor.log")
	if err := os.MkdirAll(filepath.Dir(logPath), 0o755); err != nil {
		return err
	}
	log, err := os.OpenFile(logPath, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	before, err := log.Seek(0, 2)
	if err != nil {
		return err
	}
	up, theirs, err := os.Pipe()
	if err != nil {
		return err
	}
	defer up.Close()
	child := exec.Command(self, append(append([]string{"monitor", "run", "--state", dir}, passedFlags(c)...), "--ready-fd", "3")...)
	child.Stdout, child.Stderr = log, log
	child.ExtraFiles = []*os.File{theirs}
	child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := child.Start(); err != nil {
		return errors.Join(err, theirs.Close())
	}
	theirs.Close()
	up.SetReadDeadline(time.Now().Add(firstLook))
	said, err := bufio.NewReader(up).ReadString('\n')
	if strings.TrimSpace(said) != readyLine {
		if os.IsTimeout(err) {
			return fmt.Errorf("monitor, process %d, is not up after %v; it logs to %s", child.Process.Pid, firstLook, logPath)
		}
		child.Wait()
		why := lastOf(logPath, before)
		if why == "" { // on a full disk, say
			return failure{errors.New("the monitor did not start, and could not log why"), exitFail, []string{"shadowrun monitor run" + soak.StateFlag(dir) + " says it here"}}
		}
		return failure{fmt.Errorf("the monitor did not start:\n%s", why), exitFail, nil}
	}
	a.warnOf(logPath, before)
	fmt.Fprintf(a.out, "monitor of %s: process %d, logs to %s\n", dir, child.Process.Pid, logPath)
	return child.Process.Release()
}

// passedFlags are the flags of the command line but for the state folder's, as a child takes them.
func passedFlags(c *cobra.Command) (args []string) {
	for _, name := range []string{"config", "stale", "disk-warning", "disk-critical", "golden-size", "interval", "listen", "listen-token-file"} {
		if f := c.Flags().Lookup(name); f != nil && f.Value.String() != "" && (f.Changed || name == "config") {
			value := f.Value.String()
			if name == "config" {
				if abs, err := filepath.Abs(value); err == nil {
					value = abs
				}
			}
			args = append(args, "--"+name+"="+value)
		}
	}
	return args
}

// warnOf says what a monitor warned of as it started.
func (a *app) warnOf(logPath string, from int64) {
	for line := range strings.Lines(lastOf(logPath, from)) {
		if _, warning, ok := strings.Cut(strings.TrimSpace(line), "warning: "); ok {
			a.warn("%s", warning)
		}
	}
}

// lastOf is what was written to a log since it was so long.
func lastOf(path string, from int64) string {
	text, err := os.ReadFile(path)
	if err != nil || int64(len(text)) < from {
		return ""
	}
	return strings.TrimSpace(string(text[from:]))
}

func (a *app) monitorStopCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "stop",
		Short:   "End the monitor in the background",
		Long:    "Ends the monitor of the state folder, and returns when it has ended. What it had not delivered yet is delivered by the next one.",
		Example: "  shadowrun monitor stop",
		Args:    arguments(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			dir, err := a.state()
			if err != nil {
				return err
			}
			return a.stopMonitor(c.Context(), dir)
		},
	}
}

// endTime is how long a monitor may take to end.
const endTime = 15 * time.Second

func (a *app) stopMonitor(ctx context.Context, dir string) error {
	who, held, err := ledger.HolderOf(monitorDir(dir))
	if err != nil {
		return err
	}
	if !held {
		fmt.Fprintf(a.out, "no monitor of %s runs\n", dir)
		return nil
	}
	if host, err := os.Hostname(); err != nil || host != who.Host {
		return errors.Join(err, fmt.Errorf("the monitor runs on %s: end it there", who.Host))
	}
	if who.PID <= 0 { // to a kill it would be all processes here
		return hinted(errors.New("a monitor has only just begun, and has not said yet which process it is"), "once more: shadowrun monitor stop"+soak.StateFlag(dir))
	}
	if err := syscall.Kill(who.PID, syscall.SIGTERM); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("process %d: %w", who.PID, err)
	}
	ctx, end := context.WithTimeout(ctx, endTime)
	defer end()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		now, held, err := ledger.HolderOf(monitorDir(dir))
		if err != nil {
			return err
		}
		if !held || now.PID != who.PID {
			fmt.Fprintf(a.out, "the monitor, process %d, has ended\n", who.PID)
			return nil
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return failure{fmt.Errorf("process %d has not ended yet, %v after a SIGTERM", who.PID, endTime), exitFail, []string{"shadowrun monitor status" + soak.StateFlag(dir)}}
		}
	}
}
