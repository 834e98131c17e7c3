package console

import (
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
)

// keys are what the help shows, in order.
var keys = [][2]string{
	{"1-9 tab", "choose a page"},
	{"↑ ↓ k j", "move; pgup pgdn by a screen, g G to the ends"},
	{"← →", "scroll long lines"},
	{"enter", "open what is under the cursor"},
	{"esc", "back; end the filter"},
	{"/", "show only lines with a text"},
	{"r", "replay the run under the cursor, ten times"},
	{"e", "explain it: run experiments on it"},
	{"?", "this help"},
	{"q ctrl+c", "quit"},
}

// sideways is how many columns a key scrolls by.
const sideways = 16

func (m *model) press(key tea.KeyPressMsg) tea.Cmd {
	name := key.String()
	switch {
	case name == "ctrl+c":
		return tea.Quit
	case m.help:
		m.help = false
		return nil
	case m.typing:
		m.pressTyping(key)
		return nil
	}
	switch name {
	case "q":
		return tea.Quit
	case "?", "h":
		m.help = true
	case "/":
		if m.open == "" {
			m.typing = true
		}
	case "enter":
		if id := m.current().ID; m.open == "" && id != "" {
			m.open, m.detail, m.top, m.left = id, Detail{Head: m.page.Head}, 0, 0
			return m.look()
		}
	case "esc", "backspace":
		return m.back()
	case "r":
		return m.start(m.commands().Replay, "nothing to replay here: choose a finding")
	case "e":
		return m.start(m.commands().Explain, "nothing to explain here: choose a finding")
	case "tab":
		return m.turnTo(m.at + 1)
	case "shift+tab":
		return m.turnTo(m.at - 1)
	default:
		return m.pressMoving(name)
	}
	return nil
}

func (m *model) pressMoving(name string) tea.Cmd {
	switch name {
	case "up", "k":
		m.move(-1)
	case "down", "j":
		m.move(1)
	case "pgup", "ctrl+b":
		m.move(-m.room())
	case "pgdown", "ctrl+f", "space":
		m.move(m.room())
	case "home", "g":
		m.move(-1 << 30)
	case "end", "G", "shift+g":
		m.move(1 << 30)
	case "left":
		m.left = max(0, m.left-sideways)
	case "right":
		m.left += sideways
	default:
		if n := int(name[0] - '1'); len(name) == 1 && n >= 0 && n < len(m.pages) {
			return m.turnTo(n)
		}
	}
	return nil
}

func (m *model) pressTyping(key tea.KeyPressMsg) {
	switch key.String() {
	case "enter":
		m.typing = false
	case "esc":
		m.typing = false
		m.setFilter("")
	case "backspace":
		_, n := utf8.DecodeLastRuneInString(m.filter)
		m.setFilter(m.filter[:len(m.filter)-n])
	default:
		m.setFilter(m.filter + clean(key.Text))
	}
}

// back leaves what is open, or the filter.
func (m *model) back() tea.Cmd {
	switch {
	case m.open != "":
		m.open, m.top = "", 0
		m.keepInSight()
		return m.look()
	case m.filter != "":
		m.setFilter("")
	}
	return nil
}

// start runs a command in the console's stead. Replays and experiments may be made beside a soak: a run's
// lock keeps them apart from it.
func (m *model) start(args []string, none string) tea.Cmd {
	if len(args) == 0 {
		m.said = none
		return nil
	}
	m.looks++ // no look while the child has the terminal
	return m.child(args)
}
