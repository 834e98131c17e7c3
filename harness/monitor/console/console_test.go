package console

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"
	"github.com/sebdah/goldie/v2"
)

// facts is a source of fixed pages. A page that is not there can't be seen.
type facts struct{ pages map[string]Page }

func (f facts) Pages() []string { return []string{"cycles", "findings", "process"} }

func (f facts) Page(name string) (Page, error) {
	if p, ok := f.pages[name]; ok {
		return p, nil
	}
	return Page{Head: head}, errors.New("the ledger is gone")
}

func (f facts) Detail(_, id string) (Detail, error) {
	long := `"` + strings.Repeat("the same words again and again ", 3) + id + `"`
	return Detail{
		Head: head, Title: "finding " + id + ": orders, violation, rng (proven)",
		Facts: []Fact{{"where", "/spread"}, {"proof", "/spread: one value in 8 of 8 runs with entropy pinned, 20 values in 20 without (p 4e-05)"},
			{"again", "shadowrun replay c3r2 -n 10 --state /srv/soak"}},
		Pairs: []Pair{
			{Title: "/spread changed: violation, rng", Want: long, Got: "0.5", Because: "no evidence in the values says why"},
			{Title: "/name changed", Want: "\x1b[2J\x1b[31mred", Got: "left\u202eright\r\n"},
		},
		Commands: Commands{Replay: []string{"replay", "c3r2"}, Explain: []string{"explain", "c3r2"}},
	}, nil
}

const head = "soak 1: CRITICAL: violation  3 cycles, 27 runs, 29 replays  12:00:00"

func fixed() facts {
	f := facts{map[string]Page{}}
	cycles := Page{Head: head}
	for n := range 30 {
		cycles.Lines = append(cycles.Lines, Line{Text: fmt.Sprintf("cycle %d took %ds", n+1, n%7)})
	}
	f.pages["cycles"] = cycles
	findings := Page{Head: head, Lines: []Line{{Text: "key       workflow  class      cause", Heading: true}}}
	for _, l := range [][2]string{{"e69e1baa", "orders    violation  unattributed"}, {"eaa69ad8", "orders    violation  rng"}, {"d154926e", "\x1b[1;1Hclock  volatile  clock"}} {
		findings.Lines = append(findings.Lines, Line{Text: l[0] + "  " + l[1], ID: l[0], Commands: Commands{Replay: []string{"replay", l[0]}, Explain: []string{"explain", l[0]}}})
	}
	f.pages["findings"] = findings
	return f
}

// started is a console of fixed facts on a screen of a size, after keys were pressed. What its commands
// bring is handed to it at once, but for the clock's. It notes what it was to run.
func started(t *testing.T, source Source, width, height int, bold bool, keys ...string) (m *model, ran *[]string) {
	t.Helper()
	ran = &[]string{}
	m = newModel(source, func() time.Time { return time.Unix(0, 0) }, bold)
	m.child = func(args []string) tea.Cmd {
		*ran = append(*ran, strings.Join(args, " "))
		return func() tea.Msg { return came{} }
	}
	handle := func(msg tea.Msg) {
		for {
			_, cmd := m.Update(msg)
			if _, looked := msg.(seen); looked || cmd == nil {
				return // after a look comes the rest until the next
			}
			msg = cmd()
		}
	}
	handle(tea.WindowSizeMsg{Width: width, Height: height})
	handle(m.Init()())
	for _, k := range keys {
		handle(pressed(k))
	}
	return m, ran
}

// pressed is a key by its name.
func pressed(name string) tea.KeyPressMsg {
	codes := map[string]rune{"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft,
		"right": tea.KeyRight, "pgdown": tea.KeyPgDown, "pgup": tea.KeyPgUp, "backspace": tea.KeyBackspace, "end": tea.KeyEnd}
	if code, ok := codes[name]; ok {
		return tea.KeyPressMsg{Code: code}
	}
	if name == "shift+tab" {
		return tea.KeyPressMsg{Code: tea.KeyTab, Mod: tea.ModShift}
	}
	return tea.KeyPressMsg{Code: []rune(name)[0], Text: name}
}

func words(text string) (keys []string) {
	for _, r := range text {
		keys = append(keys, string(r))
	}
	return keys
}

// 'go test ./harness/monitor/console -update' blesses a change.
func TestScreens(t *testing.T) {
	for _, test := range []struct {
		name          string
		width, height int
		keys          []string
	}{
		{"the first page", 80, 24, nil},
		{"its end", 80, 24, []string{"G"}},
		{"findings", 80, 24, []string{"2"}},
		{"one finding", 80, 24, []string{"2", "down", "enter"}},
		{"one finding on a narrow screen", 50, 24, []string{"2", "enter"}},
		{"filtered", 80, 24, append([]string{"2", "/"}, words("RNG")...)},
		{"filtered away", 80, 10, append([]string{"1", "/"}, append(words("nothing has this"), "enter")...)},
		{"help", 80, 24, []string{"?"}},
		{"small", 40, 8, []string{"2"}},
		{"too small", 39, 24, nil},
		{"scrolled sideways", 40, 8, []string{"2", "right"}},
		{"unseen", 80, 8, []string{"3"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			m, _ := started(t, fixed(), test.width, test.height, false, test.keys...)
			screen := m.draw()
			for _, line := range strings.Split(screen, "\n") {
				if w := ansi.StringWidth(line); w > test.width {
					t.Errorf("a line of %d columns, the screen has %d: %q", w, test.width, line)
				}
			}
			if strings.ContainsAny(screen, "\x1b\r\u202e") {
				t.Error("the screen's text would move the cursor, set a colour, or turn the order")
			}
			goldie.New(t, goldie.WithNameSuffix(".txt")).Assert(t, t.Name(), []byte(screen+"\n"))
		})
	}
}

func TestKeys(t *testing.T) {
	for _, test := range []struct {
		name string
		keys []string
		want string // in a line of the screen
		ran  string
	}{
		{"tab turns pages round", []string{"tab", "tab", "tab"}, "[1 cycles]", ""},
		{"shift+tab turns back", []string{"shift+tab"}, "[3 process]", ""},
		{"a number that is no page", []string{"9"}, "[1 cycles]", ""},
		{"down and up", []string{"down", "down", "up"}, "· cycle 2 ", ""},
		{"a screen down", []string{"pgdown"}, "· cycle 21 ", ""},
		{"no further than the end", []string{"G", "down"}, "· cycle 30 ", ""},
		{"no further than the top", []string{"up"}, "· cycle 1 ", ""},
		{"the cursor is on no heading", []string{"2", "up"}, "> e69e1baa", ""},
		{"open and back keeps the place", []string{"2", "down", "enter", "esc"}, "> eaa69ad8", ""},
		{"esc ends the filter", append(append([]string{"/"}, words("cycle 3")...), "enter", "esc"), "cycle 1 took", ""},
		{"esc ends typing", append([]string{"/"}, "3", "esc"), "cycle 1 took", ""},
		{"backspace takes a letter", []string{"/", "3", "x", "backspace"}, "cycle 3 took", ""},
		{"q is a letter of a filter", []string{"/", "q"}, "no line has q", ""},
		{"replay", []string{"2", "down", "r"}, "> eaa69ad8", "replay eaa69ad8"},
		{"explain", []string{"2", "e"}, "> e69e1baa", "explain e69e1baa"},
		{"replay what is open", []string{"2", "enter", "r"}, "finding e69e1baa", "replay c3r2"},
		{"nothing to replay", []string{"r"}, "! nothing to replay here", ""},
		{"nothing to open", []string{"enter"}, "[1 cycles]", ""},
		{"any key ends the help", []string{"?", "x"}, "cycle 1 took", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			m, ran := started(t, fixed(), 80, 24, false, test.keys...)
			if screen := m.draw(); !strings.Contains(screen, test.want) {
				t.Errorf("no %q on the screen:\n%s", test.want, screen)
			}
			if got := strings.Join(*ran, "; "); got != test.ran {
				t.Errorf("ran %q, want %q", got, test.ran)
			}
		})
	}
}

func TestALookKeepsTheCursorOnItsFinding(t *testing.T) {
	source := fixed()
	m, _ := started(t, source, 80, 24, false, "2", "down")
	page := source.pages["findings"]
	page.Lines = append([]Line{page.Lines[0], {Text: "0123abcd  graver", ID: "0123abcd"}}, page.Lines[1:]...)
	source.pages["findings"] = page
	m.Update(m.look()())
	if screen := m.draw(); !strings.Contains(screen, "> eaa69ad8") {
		t.Errorf("the cursor is elsewhere:\n%s", screen)
	}
}

func TestALookThatComesLateIsNotShown(t *testing.T) {
	m, _ := started(t, fixed(), 80, 24, false)
	late := m.look()()
	m.Update(m.turnTo(1)())
	if _, cmd := m.Update(late); cmd != nil || !strings.Contains(m.draw(), "e69e1baa") {
		t.Errorf("a look at another page is shown, or asks for more:\n%s", m.draw())
	}
}

func TestWhatWasSeenStaysWhenNothingCanBeSeen(t *testing.T) {
	source := fixed()
	m, _ := started(t, source, 80, 24, false)
	delete(source.pages, "cycles")
	m.Update(m.look()())
	if screen := m.draw(); !strings.Contains(screen, "cycle 1 took") || !strings.Contains(screen, "! the ledger is gone") {
		t.Errorf("want both what was seen and why it is not new:\n%s", screen)
	}
}

func TestResizing(t *testing.T) {
	m, _ := started(t, fixed(), 80, 24, false, "G")
	for _, size := range [][2]int{{80, 10}, {40, 8}, {20, 4}, {200, 60}, {80, 24}} {
		m.Update(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
		screen := m.draw()
		if n := strings.Count(screen, "\n") + 1; n > size[1] {
			t.Errorf("%d lines on a screen of %v:\n%s", n, size, screen)
		}
		if size[0] >= leastWidth && !strings.Contains(screen, "· cycle 30") {
			t.Errorf("the cursor is not on a screen of %v:\n%s", size, screen)
		}
	}
}

func TestNothingIsShownByBoldAlone(t *testing.T) {
	keys := []string{"2", "down"}
	plain, _ := started(t, fixed(), 80, 24, false, keys...)
	bold, _ := started(t, fixed(), 80, 24, true, keys...)
	if !strings.Contains(bold.draw(), "\x1b[1m") {
		t.Error("nothing stands out")
	}
	if diff := cmp.Diff(plain.draw(), ansi.Strip(bold.draw())); diff != "" {
		t.Errorf("(-plain +bold):\n%s", diff)
	}
}

func TestWrap(t *testing.T) {
	for _, test := range []struct {
		text string
		want []string
	}{
		{"", []string{""}},
		{"seen at 2026-11-23", []string{"seen at", "2026-11-23"}},
		{"0123456789abc de", []string{"0123456789", "abc de"}},
		{"a 0123456789abc", []string{"a", "0123456789", "abc"}},
		{"two  spaces", []string{"two ", "spaces"}},
		{"日本語日本語日本語", []string{"日本語日本", "語日本語"}},
	} {
		if diff := cmp.Diff(test.want, wrap(test.text, 10)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.text, diff)
		}
	}
}
