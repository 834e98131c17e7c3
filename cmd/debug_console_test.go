package cmd

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/google/go-cmp/cmp"
	"github.com/hinshun/vt10x"
)

// terminal is a pseudo-terminal with the real program in it, and the screen as its user sees it.
type terminal struct {
	t      *testing.T
	pty    *os.File
	screen vt10x.Terminal
	done   chan struct{} // closed when the program is gone

	mu      sync.Mutex
	raw     bytes.Buffer
	changed chan struct{}
}

// shadowrunIn starts shadowrun in a pseudo-terminal of a size.
func shadowrunIn(t *testing.T, columns, rows int, env []string, args ...string) *terminal {
	t.Helper()
	c := exec.Command(self(t))
	c.Args = append([]string{"shadowrun"}, args...)
	c.Env = append(os.Environ(), "TERM=xterm-256color", "NO_COLOR=")
	c.Env = append(c.Env, env...)
	f, err := pty.StartWithSize(c, &pty.Winsize{Rows: uint16(rows), Cols: uint16(columns)})
	if err != nil {
		t.Fatal(err)
	}
	x := &terminal{t: t, pty: f, screen: vt10x.New(vt10x.WithSize(columns, rows)), done: make(chan struct{}), changed: make(chan struct{}, 1)}
	go func() {
		defer close(x.done)
		x.read()
		c.Wait()
	}()
	t.Cleanup(func() {
		c.Process.Signal(syscall.SIGKILL)
		<-x.done
		f.Close()
	})
	return x
}

func self(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// read draws what the program writes, until it is gone.
func (x *terminal) read() {
	buf := make([]byte, 4096)
	for {
		n, err := x.pty.Read(buf)
		x.mu.Lock()
		x.raw.Write(buf[:n])
		x.screen.Write(buf[:n])
		x.mu.Unlock()
		select {
		case x.changed <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

func (x *terminal) text() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.screen.String()
}

// until waits until the screen shows all of some texts.
func (x *terminal) until(texts ...string) string {
	x.t.Helper()
	deadline := time.After(time.Minute)
	for {
		screen := x.text()
		shown := true
		for _, text := range texts {
			shown = shown && strings.Contains(screen, text)
		}
		if shown {
			return screen
		}
		select {
		case <-x.changed:
		case <-deadline:
			x.t.Fatalf("no %q on the screen:\n%s\nwritten: %q", texts, screen, x.written())
		}
	}
}

func (x *terminal) written() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.raw.String()
}

// selectGraphic is what sets a colour, or bold, or ends both.
var selectGraphic = regexp.MustCompile(`\x1b\[[0-9;:]*m`)

// looks are the ways in which text was written, each once.
func (x *terminal) looks() []string {
	all := selectGraphic.FindAllString(x.written(), -1)
	slices.Sort(all)
	return slices.Compact(all)
}

func (x *terminal) press(keys string) {
	x.t.Helper()
	if _, err := x.pty.WriteString(keys); err != nil {
		x.t.Fatal(err)
	}
}

func (x *terminal) resize(columns, rows int) {
	x.t.Helper()
	x.mu.Lock()
	x.screen.Resize(columns, rows)
	x.mu.Unlock()
	if err := pty.Setsize(x.pty, &pty.Winsize{Rows: uint16(rows), Cols: uint16(columns)}); err != nil {
		x.t.Fatal(err)
	}
}

// unsteady is a soak whose one workflow never does the same: its value would clear the screen.
func unsteady(t *testing.T) (state string) {
	t.Helper()
	dir := t.TempDir()
	state = filepath.Join(dir, "state")
	config := filepath.Join(dir, "flows.yaml")
	text := `workers: 1
runs_per_cycle: 1
again: 1
recheck: 0
workflows:
  - name: noise
    command: [sh, -c, 'printf "{\"noise\":\"\\\\u001b[2J%s\"}" "$(head -c 6 /dev/urandom | od -An -tu1 | tr -d " ")"']
    output: json
`
	if err := os.WriteFile(config, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self(t))
	c.Args = []string{"shadowrun", "--quick", "--config", config, "--state", state, "--progress", "none"}
	if out, err := c.CombinedOutput(); !strings.Contains(string(out), "FAIL: ") {
		t.Fatalf("%v\n%s", err, out)
	}
	return state
}

func TestConsoleInATerminal(t *testing.T) {
	state := unsteady(t)
	x := shadowrunIn(t, 80, 24, nil, "debug", "--state", state)
	x.until("[1 cycles]", "soak 1: FINISHED FAIL", "soak 1: 3 cycles", "slowest")
	x.press("2")
	x.until("[2 findings]", "> ", "noise", "violation", "/noise", "enter open")
	x.press("\r")
	x.until("finding ", "proof", "again", "want  ", "| got", `"\u001b[2J`)
	x.press("\x1b")
	x.until("enter open")
	x.press("3")
	x.until("[3 process]", "ended, since", "machine")
	x.press("4")
	x.until("[4 log]", "no logs in")
	x.press("\t")
	x.until("[5 tail]", "started", "cycle", "finished: FAIL")
	x.press("/started\r")
	screen := x.until("only lines with started")
	if strings.Contains(screen, "finished: FAIL") {
		t.Errorf("the filter hides nothing:\n%s", screen)
	}
	x.press("?")
	x.until("choose a page", "any key goes on")
	x.press(" 2")
	x.until("[2 findings]", "> ")

	x.resize(30, 6)
	x.until("30×6 is too small")
	x.resize(100, 30)
	x.until("[2 findings]", "> ", "enter open")

	x.press("r") // in the console's stead
	x.until("$ shadowrun replay c", "violation: 10 of 10 replays differ", "exit status 1; enter goes back")
	x.press("\n")
	x.until("[2 findings]", "enter open")
	x.press("q")
	<-x.done
	if diff := cmp.Diff([]string{"\x1b[1m", "\x1b[m"}, x.looks()); diff != "" {
		t.Errorf("how text looks (-want +got):\n%s", diff)
	}
}

func TestConsoleShowsWhatComes(t *testing.T) {
	state := unsteady(t)
	x := shadowrunIn(t, 80, 24, nil, "debug", "--state", state)
	x.until("soak 1: 3 cycles")
	x.press("5")
	x.until("[5 tail]")
	c := exec.Command(self(t))
	c.Args = []string{"shadowrun", "--resume", "--cycles", "4", "--state", state, "--progress", "none"}
	c.Dir = filepath.Dir(state)
	c.Run() // which fails, for it finds the same
	x.until("4: 1 run, 1 replay")
	x.press("1")
	x.until("soak 1: 4 cycles")
}

func TestConsoleWithoutColour(t *testing.T) {
	state := unsteady(t)
	x := shadowrunIn(t, 80, 24, []string{"NO_COLOR=1"}, "debug", "--state", state)
	x.until("soak 1: 3 cycles")
	x.press("2")
	x.until("> ", "noise")
	x.press("q")
	<-x.done
	if looks := x.looks(); looks != nil {
		t.Errorf("bold or colour: %q", looks)
	}
	dumb := shadowrunIn(t, 80, 100, []string{"TERM=dumb"}, "debug", "--state", state)
	<-dumb.done
	if text := dumb.written(); strings.Contains(text, "\x1b") || !strings.Contains(text, "== mismatches") {
		t.Errorf("a terminal that can't move its cursor gets %q", text)
	}
}

func TestConsoleWithoutASoak(t *testing.T) {
	x := shadowrunIn(t, 80, 24, nil, "debug", "--state", fmt.Sprint(t.TempDir(), "/none"))
	x.until("UNKNOWN: no_soak", "! ", "no soak has run here")
	x.press("\x03")
	<-x.done
}
