package cmd

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"
)

// hostileConfig has a workflow that writes what would be markup, turn the direction of a line, or fill the page.
const hostileConfig = `version: 1
interval: 1s
runs_per_cycle: 3
workers: 2
workflows:
  - {name: steady, command: [sh, -c, 'echo "{\"total\":{seed}}"'], output: json}
  - {name: booked, command: [sh, -c, 'echo "{\"at\":\"$(date -u +%FT%T.%NZ)\"}"'], output: json}
  - {name: hostile, command: [sh, hostile.sh], output: json}
`

const hostileScript = `n=$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')
printf '{"<img src=x onerror=pwned=1>":"\342\200\256%s</script><script>pwned=1</script>","long":"%s%s"}' "$n" "$n" "$(head -c 50000 /dev/zero | tr '\0' x)"
`

// The page in a real browser, during a real soak that finds what a hostile workflow wrote.
func TestPageInABrowser(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"shadowrun.yaml": hostileConfig, "hostile.sh": hostileScript} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	state := filepath.Join(dir, "state")
	arguments := []string{"--config", filepath.Join(dir, "shadowrun.yaml"), "--state", state, "--listen"}
	soak := startSoak(t, append(arguments, "127.0.0.1:0")...)
	b := openBrowser(t, soak.url)

	t.Run("updates", func(t *testing.T) {
		b.until(t, "a finding is there", `document.querySelectorAll(".opener").length > 1`)
		b.remember(t)
		b.until(t, "it shows more cycles", moreCycles)
		b.until(t, "runs are drawn", `document.querySelectorAll(".plot path.runs").length > 0 && rows("#workflows").length === 3 && rows("#length").length > 0`)
	})
	t.Run("a finding opens by keyboard, and stays open", func(t *testing.T) {
		b.tabTo(t, ".opener")
		b.press(t, kb.Enter)
		b.until(t, "its differences are there", `document.activeElement.getAttribute("aria-expanded") === "true" && document.querySelectorAll(".difference pre").length >= 2`)
		b.until(t, "and a command to paste", `document.querySelector(".body:not([hidden]) .command code").textContent.startsWith("shadowrun replay c")`)
		b.remember(t)
		b.until(t, "more cycles came", moreCycles)
		b.until(t, "it is open still, and has the focus", `document.activeElement.matches(".opener[aria-expanded=true]") && document.querySelectorAll(".difference").length > 0`)
		b.press(t, kb.Enter)
		b.until(t, "and closes", `document.querySelector(".body:not([hidden])") === null`)
	})
	t.Run("what a workflow wrote is text, and cut", func(t *testing.T) {
		ask[chromedp.Void](t, b, `for (const o of document.querySelectorAll(".opener[aria-expanded=false]")) o.click()`)
		b.until(t, "markup is shown", `[...document.querySelectorAll(".difference code")].some((c) => c.textContent.includes("<img src=x onerror=pwned=1>"))`)
		b.until(t, "a turned line is written out", `[...document.querySelectorAll("pre")].some((c) => c.textContent.includes("\\u202e") && c.textContent.includes("</script><script>"))`)
		b.until(t, "a long one is cut", `[...document.querySelectorAll("pre")].some((c) => /cut: /.test(c.textContent)) && document.body.textContent.length < 200000`)
		b.until(t, "nothing of it ran or was made", `window.pwned === undefined && document.querySelectorAll("img, script:not([type=module])").length === 0`)
	})
	t.Run("reads well", func(t *testing.T) { b.looks(t) })
	t.Run("an emergency stop is shown, and its end", func(t *testing.T) {
		stop := filepath.Join(state, "stop")
		if err := os.WriteFile(stop, nil, 0o666); err != nil {
			t.Fatal(err)
		}
		b.until(t, "it is stopped", `document.getElementById("conditions").textContent.includes("emergency stop")`)
		if err := os.Remove(stop); err != nil {
			t.Fatal(err)
		}
		b.until(t, "and goes on", `!document.getElementById("conditions").textContent.includes("emergency stop")`)
	})
	t.Run("says that nobody answers, and that somebody does again", func(t *testing.T) {
		soak.interrupt(t)
		b.until(t, "gone", `document.getElementById("link").textContent.startsWith("No answer since ")`)
		startSoak(t, append(arguments, soak.address(), "--resume")...)
		b.until(t, "back", `document.getElementById("link").textContent === "live"`)
	})
	if diff := cmp.Diff([]string(nil), b.complaints()); diff != "" {
		t.Errorf("the console, and requests to others (-want +got):\n%s", diff)
	}
}

// Nothing to tell is a page like any other: lines at zero, and progress against a deadline.
func TestPageOfAHealthySoak(t *testing.T) {
	soak := startSoak(t, "--state", filepath.Join(t.TempDir(), "state"), "--listen", "127.0.0.1:0", "--duration", "1h", "--interval", "200ms", "--progress", "none")
	b := openBrowser(t, soak.url)
	b.until(t, "it is healthy", `document.getElementById("state-name").textContent === "HEALTHY" && document.title.startsWith("HEALTHY")`)
	b.until(t, "lines are drawn", `document.querySelectorAll(".plot > svg path.faults, .plot > svg path.leaks").length === 2`)
	b.until(t, "there is a deadline", `!document.getElementById("course-bar").hidden && / of 1 h at work .* left /.test(document.getElementById("course-text").textContent)`)
	b.until(t, "there is no finding", `!document.getElementById("findings-none").hidden && document.querySelectorAll(".opener").length === 0`)
	if diff := cmp.Diff([]string(nil), b.complaints()); diff != "" {
		t.Errorf("the console, and requests to others (-want +got):\n%s", diff)
	}
}

const moreCycles = `cycles() > window.remembered`

func (b *browser) remember(t *testing.T) {
	t.Helper()
	ask[chromedp.Void](t, b, `window.remembered = cycles()`)
}

// tabTo moves the focus with the keyboard until it is on what a selector says.
func (b *browser) tabTo(t *testing.T, selector string) {
	t.Helper()
	for range 50 {
		b.press(t, kb.Tab)
		if ask[bool](t, b, fmt.Sprintf(`document.activeElement.matches(%q)`, selector)) {
			return
		}
	}
	t.Fatalf("50 times Tab did not reach %s", selector)
}

func (b *browser) press(t *testing.T, key string) {
	t.Helper()
	b.do(t, chromedp.KeyEvent(key))
}

// picture keeps what the whole page looks like among the test's artifacts.
func (b *browser) picture(t *testing.T, name string) {
	t.Helper()
	picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(t.ArtifactDir(), name+".png"), picture, 0o666); err != nil {
		t.Fatal(err)
	}
}

// accessible has the page checked by axe's rules, where they are there.
func (b *browser) accessible(t *testing.T, name, axe string) {
	t.Helper()
	if axe == "" {
		return
	}
	ask[chromedp.Void](t, b, axe)
	violations := ask[[]string](t, b, `axe.run(document, {resultTypes: ["violations"]}).then((r) =>
		r.violations.map((v) => v.id + ": " + v.help + ": " + v.nodes.slice(0, 3).map((n) => n.target.join(" ") + " " + n.failureSummary).join("; ")))`)
	if len(violations) > 0 {
		t.Errorf("%s: accessibility:\n%s", name, strings.Join(violations, "\n"))
	}
}

// looks takes a picture of each of the page's looks, and has it checked for accessibility.
func (b *browser) looks(t *testing.T) {
	axe := accessibilityRules(t)
	for _, look := range []struct {
		name, scheme string
		width        int64
		checked      bool // the other two have these colours, or this order
	}{{"light", "light", 1100, true}, {"dark", "dark", 1100, false}, {"narrow", "light", 360, false}, {"narrow dark", "dark", 360, true}} {
		b.do(t, chromedp.EmulateViewport(look.width, 800))
		if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: look.scheme}}}); err != nil {
			t.Fatal(err)
		}
		b.until(t, look.name+": nothing needs scrolling sideways", fmt.Sprintf(`document.documentElement.scrollWidth <= %d`, look.width))
		b.picture(t, look.name)
		if look.checked {
			b.accessible(t, look.name, axe)
		}
	}
	b.do(t, chromedp.EmulateViewport(1100, 800))
}

// accessibilityRules returns the script of axe-core, of the version that the Makefile names.
func accessibilityRules(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("make", "-s", "-C", "..", "axe").CombinedOutput()
	if err == nil {
		var text []byte
		if text, err = os.ReadFile(strings.TrimSpace(string(out))); err == nil {
			return string(text)
		}
	}
	missed := fmt.Sprintf("axe-core can't be had, so accessibility is not checked: %v: %s", err, out)
	if os.Getenv("CI") != "" {
		t.Error(missed)
	}
	t.Log("SKIPPED: " + missed)
	return ""
}
