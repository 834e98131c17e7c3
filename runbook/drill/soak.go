package drill

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// soak starts a soak in the background and waits until its first cycle is acknowledged: soak ARGUMENT …
// Its process id is in SOAK_PID, what it says in the file soak.log of the script's folder.
func soak(r *run, args []string) error {
	env, err := r.scriptEnvironment()
	if err != nil {
		return err
	}
	program := filepath.Join(r.dir, "bin", "shadowrun")
	c := exec.Command(program, append(args, "--progress", "json")...)
	c.Dir, c.Env, c.SysProcAttr = r.ts.MkAbs("."), list(env), ownGroup()
	said, err := c.StderrPipe()
	if err != nil {
		return err
	}
	log, err := os.Create(r.ts.MkAbs("soak.log"))
	if err != nil {
		return err
	}
	c.Stdout = log
	if err := c.Start(); err != nil {
		log.Close()
		return err
	}
	began, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		defer log.Close()
		cycle := false
		for lines := bufio.NewScanner(said); lines.Scan(); {
			fmt.Fprintf(log, "%s\n", lines.Bytes())
			if !cycle && isCycle(lines.Bytes()) {
				cycle = true
				close(began)
			}
		}
		ended <- c.Wait()
	}()
	r.soaks = append(r.soaks, ended)
	r.ts.Setenv("SOAK_PID", strconv.Itoa(c.Process.Pid))
	select {
	case <-began:
		return nil
	case err := <-ended:
		ended <- err // for who waits for it
		text, _ := os.ReadFile(log.Name())
		return fmt.Errorf("the soak ended before its first cycle: %v\n%s", err, tail(string(text)))
	case <-r.ctx.Done():
		return r.ctx.Err()
	case <-time.After(r.Limit):
		return fmt.Errorf("the soak has acknowledged no cycle in %v", r.Limit)
	}
}

func isCycle(line []byte) bool {
	var event struct{ Kind string }
	return bytes.HasPrefix(line, []byte("{")) && json.Unmarshal(line, &event) == nil && event.Kind == "cycle"
}
