package cmd

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browser is a headless Chromium with a page of ours, and what it had to complain of.
type browser struct {
	ctx context.Context

	mu        sync.Mutex
	complains []string
}

// helpers are what the conditions of tests are said in.
const helpers = `
function cycles() { return Number(document.querySelector("#figures dd")?.firstChild.textContent.replaceAll(",", "") ?? 0) }
function rows(table) { return [...document.querySelectorAll(table + " tbody tr")].map((r) => r.textContent) }
`

// openBrowser opens a page in a browser with a profile of its own. A request to any other address is a complaint.
func openBrowser(t *testing.T, address string) *browser {
	t.Helper()
	program, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("chromium is not in PATH, and in CI nothing is skipped")
		}
		t.Skip("SKIPPED: chromium is not here")
	}
	allocator, end := chromedp.NewExecAllocator(t.Context(), chromedp.ExecPath(program), chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("headless", "new"), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.WindowSize(1100, 800),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("hide-scrollbars", true))
	t.Cleanup(end)
	b := &browser{}
	ctx, closeTab := chromedp.NewContext(allocator, chromedp.WithErrorf(t.Logf), chromedp.WithLogf(func(string, ...any) {}),
		chromedp.WithListener(func(event any) { b.note(event, address) }))
	t.Cleanup(closeTab)
	b.ctx = ctx
	b.do(t, chromedp.Navigate(address))
	t.Cleanup(func() { // closing the browser, not killing it, lets it take its profile's files away with it
		ctx, end := context.WithTimeout(b.ctx, patienceOfTests)
		defer end()
		chromedp.Cancel(ctx)
	})
	ask[chromedp.Void](t, b, helpers)
	return b
}

// note keeps what a user would find in the developer tools, and where the page asked.
func (b *browser) note(event any, address string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		said, _ := json.Marshal(e.ExceptionDetails)
		b.complains = append(b.complains, "exception: "+string(said))
	case *runtime.EventConsoleAPICalled:
		said, _ := json.Marshal(e.Args)
		b.complains = append(b.complains, "console: "+string(said))
	case *log.EventEntryAdded:
		if !strings.Contains(e.Entry.Text, "ERR_CONNECTION_REFUSED") { // while nobody answers
			b.complains = append(b.complains, "log: "+e.Entry.Text+" "+e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		if url := e.Request.URL; !strings.HasPrefix(url, address) && !strings.HasPrefix(url, "data:") {
			b.complains = append(b.complains, "request: "+url)
		}
	}
}

func (b *browser) complaints() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.complains
}

func (b *browser) do(t *testing.T, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// ask returns what an expression comes to in the page.
func ask[T any](t *testing.T, b *browser, expression string) T {
	t.Helper()
	value, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%v: %.500s", err, expression)
	}
	return value
}

// patienceOfTests is how long a soak or a page may take to come to something, on a machine with other things to do.
const patienceOfTests = time.Minute

// until waits until the page says so.
func (b *browser) until(t *testing.T, what, condition string) {
	t.Helper()
	deadline := time.After(patienceOfTests)
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for !ask[bool](t, b, "Boolean("+condition+")") {
		select {
		case <-ticker.C:
		case <-deadline:
			t.Fatalf("%s: not so: %s\n%s\n%s", what, condition, ask[string](t, b, `document.body.innerText`), strings.Join(b.complaints(), "\n"))
		}
	}
}

// served is a soak in a process of its own that serves itself.
type served struct {
	process *exec.Cmd
	url     string
	said    chan string // what it said until its end
}

// startSoak starts a soak and returns once it serves. It is interrupted when the test ends.
func startSoak(t *testing.T, arguments ...string) *served {
	t.Helper()
	s := &served{process: exec.Command("shadowrun", arguments...), said: make(chan string, 1)}
	out, err := s.process.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.process.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	first, err := lines.ReadString('\n')
	t.Cleanup(func() { s.interrupt(t) })
	go func() {
		rest, _ := io.ReadAll(lines)
		s.said <- first + string(rest)
	}()
	var ok bool
	if s.url, ok = strings.CutPrefix(strings.TrimSpace(first), "shadowrun: serving "); !ok || err != nil {
		t.Fatalf("it said %q, %v; want that it serves", first, err)
	}
	return s
}

func (s *served) address() string {
	return strings.TrimSuffix(strings.TrimPrefix(s.url, "http://"), "/")
}

// interrupt ends the soak, and waits for it. It may have ended already.
func (s *served) interrupt(t *testing.T) {
	t.Helper()
	if s.process.ProcessState != nil {
		return
	}
	s.process.Process.Signal(os.Interrupt)
	said := <-s.said
	var exit *exec.ExitError
	if err := s.process.Wait(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if code := s.process.ProcessState.ExitCode(); code != 1 && code != 4 && code != 0 {
		t.Errorf("exit status %d\n%s", code, said)
	}
}
