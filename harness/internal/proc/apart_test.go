//go:build linux

package proc

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// All of the daemons are our children. A run that ends kills its own and none of the others.
func TestRunsKeepApart(t *testing.T) {
	const each = 25
	daemon := build(t, "daemon")
	gate := newGate()
	up := make(chan bool, 2*each) // two chunks each
	var first, second sync.WaitGroup
	for range each {
		second.Go(func() {
			c, word := new(capture), token()
			s := c.spec(daemon, word, "wait")
			s.Stdin = gate
			s.Stdout = func(b []byte) error { c.out.Write(b); up <- true; return nil }
			if r := Run(t.Context(), s); r.Status != Exited || !strings.HasSuffix(c.out.String(), "\nalive\n") || r.Left != 1 {
				t.Errorf("%s, left %d: %q", r, r.Left, &c.out)
			}
			wantNone(t, word)
		})
	}
	for range each {
		<-up
	}
	for range each {
		first.Go(func() {
			word := token()
			if r := Run(t.Context(), new(capture).spec(daemon, word)); r.Exit != 0 || r.Left != 1 {
				t.Errorf("%+v", r)
			}
			wantNone(t, word)
		})
	}
	first.Wait()
	gate.open()
	second.Wait()
	wantNoChildren(t)
}

func TestRunLeavesOthersChildrenAlone(t *testing.T) {
	// One child of os/exec, started while runs are: some of them in the moment when this process wears a mark.
	var runs sync.WaitGroup
	stop := make(chan struct{})
	for range 3 {
		runs.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					shell(t, "setsid sleep 1000 & exit 0")
				}
			}
		})
	}
	for i := range 100 {
		if out, err := exec.Command("sh", "-c", fmt.Sprintf("sleep 0.005; echo %d; exit 3", i)).Output(); string(out) != fmt.Sprintln(i) || err == nil || err.Error() != "exit status 3" {
			t.Errorf("%q, %v", out, err)
			break
		}
	}
	close(stop)
	runs.Wait()
}

// What another package forks while this process wears a mark has it, too, but stays in our session.
func TestFamilyOwns(t *testing.T) {
	for _, test := range []struct {
		name   string
		marked bool
		setsid bool
		want   bool
	}{
		{"marked, in a session of its own", true, true, true},
		{"marked, in ours", true, false, false},
		{"not marked, in a session of its own", false, true, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFamily(t.Name(), nil)
			defer f.release()
			cmd := exec.Command("cat")
			cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: test.setsid}
			stdin, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			off := func() {}
			if test.marked {
				off = f.mark.wear()
			}
			err = cmd.Start()
			off()
			if err != nil {
				t.Fatal(err)
			}
			if got := f.owns(cmd.Process.Pid, tokenOf); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
			stdin.Close()
			if err := cmd.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
}

// Another harness may run the same for the same owner: the marks are equal, the descendants are not.
func TestRunDoesNotCountAnothersDescendants(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	gate, up := newGate(), make(chan bool, 1)
	s := new(capture).spec("sh", "-c", "for i in 1 2 3 4 5 6; do setsid sleep 1000 & done; echo up; read x")
	s.Env, s.Owner, s.Stdin = harnessEnv, "same", gate
	s.Stdout = func([]byte) error { up <- true; return nil }
	done := make(chan Result, 1)
	go func() { done <- Run(t.Context(), s) }()
	defer gate.open()
	<-up
	other := exec.Command(self, "sh", "-c", "sleep 0.1 & wait")
	other.Env = append(os.Environ(), asHarness+"=same")
	if out, err := other.CombinedOutput(); string(out) != "exit status 0, pids 2\n" {
		t.Errorf("%q, %v", out, err)
	}
	gate.open()
	<-done
}

func TestChildren(t *testing.T) {
	for name, test := range map[string]struct {
		script string
		want   int // children, at least
	}{
		"the program": {"echo up; read x", 1},
		"and orphans": {"(setsid sleep 1000 &); (setsid sleep 1000 &); echo up; read x", 3},
	} {
		t.Run(name, func(t *testing.T) {
			gate := newGate()
			s := new(capture).spec("sh", "-c", test.script)
			s.Stdin = gate
			s.Stdout = func([]byte) error {
				defer gate.open()
				all := children()
				if len(all) < test.want {
					t.Errorf("%v, want %d", all, test.want)
				}
				for _, pid := range adopted() {
					if !slices.Contains(all, pid) {
						t.Errorf("%d was adopted, and is not among %v", pid, all)
					}
				}
				return nil
			}
			if r := Run(t.Context(), s); r.Status != Exited {
				t.Errorf("%s", r)
			}
		})
	}
}
