// Package loopback starts what a drill needs on this machine: PostgreSQL, Redis and Prometheus, as Debian packages them, and a
// service with a health check. All listen on loopback at free ports, keep their data in a temporary folder, and
// die with the process that started them.
//
// It is for drills. Nothing here is safe to keep data in: nothing is synced, and everybody on this machine may connect.
package loopback

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Programs are what each service needs beside itself, for its clients, with the Debian package that has it.
var Programs = map[string][][2]string{
	"health":     {{"curl", "curl"}},
	"database":   {{"postgres", "postgresql"}, {"initdb", "postgresql"}, {"psql", "postgresql-client"}},
	"redis":      {{"redis-server", "redis-server"}, {"redis-cli", "redis-tools"}},
	"prometheus": {{"prometheus", "prometheus"}, {"curl", "curl"}},
}

// Missing returns the Debian packages that these services lack here.
func Missing(services ...string) (packages []string) {
	for _, s := range services {
		for _, p := range Programs[s] {
			if _, err := find(p[0]); err != nil && !slices.Contains(packages, p[1]) {
				packages = append(packages, p[1])
			}
		}
	}
	return packages
}

// find returns a program, also one of PostgreSQL's that Debian keeps out of PATH.
func find(program string) (string, error) {
	path, err := exec.LookPath(program)
	if err == nil {
		return path, nil
	}
	found, globErr := filepath.Glob("/usr/lib/postgresql/*/bin/" + program)
	if globErr != nil || len(found) == 0 {
		return "", err
	}
	return found[len(found)-1], nil
}

// server is a program that serves.
type server struct {
	command *exec.Cmd
	log     string // file of what it says
	ended   chan struct{}
}

// startLimit is how long a server has to answer.
const startLimit = 60 * time.Second

// start starts a server and waits until it answers, which is asked all the time.
func start(ctx context.Context, dir string, c *exec.Cmd, answers func(context.Context) error) (*server, error) {
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	c.Dir, c.Stdout, c.Stderr = dir, log, log
	if c.SysProcAttr == nil {
		c.SysProcAttr = &syscall.SysProcAttr{}
	}
	dieWithUs(c.SysProcAttr)
	if err := c.Start(); err != nil {
		return nil, err
	}
	s := &server{c, log.Name(), make(chan struct{})}
	go func() {
		defer close(s.ended)
		c.Wait()
	}()
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	for {
		err := answers(ctx)
		if err == nil {
			return s, nil
		}
		select {
		case <-s.ended:
			return nil, s.said(fmt.Errorf("%s ended: %v", filepath.Base(c.Path), c.ProcessState))
		case <-ctx.Done():
			return nil, errors.Join(s.said(fmt.Errorf("%s does not answer: %w", filepath.Base(c.Path), err)), s.stop(syscall.SIGKILL))
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func (s *server) said(err error) error {
	text, _ := os.ReadFile(s.log)
	return fmt.Errorf("%w\n%s", err, strings.TrimSpace(string(text)))
}

// stop ends a server whose data nobody needs any more, by a signal that it does not ask back about.
func (s *server) stop(signal syscall.Signal) error {
	err := s.command.Process.Signal(signal)
	select {
	case <-s.ended:
	case <-time.After(startLimit):
		err = s.command.Process.Kill()
		<-s.ended
	}
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}

// freeAddress returns a loopback address at which nobody listens now.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

func port(address string) string {
	_, p, _ := net.SplitHostPort(address)
	return p
}

// asUser has a command run as another user, and gives that user a folder, if we are root: PostgreSQL refuses to.
func asUser(c *exec.Cmd, dir string, names ...string) error {
	if os.Getuid() != 0 {
		return nil
	}
	uid, gid, err := lookUp(names)
	if err != nil {
		return err
	}
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	return os.Chown(dir, uid, gid)
}

func number(text string) int {
	n, _ := strconv.Atoi(text)
	return n
}
