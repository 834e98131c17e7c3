package console

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// The least size that is of use, in columns and lines.
const (
	leastWidth  = 40
	leastHeight = 8
)

// frame is how many lines are not the body's: head, pages, a blank one, and the foot.
const frame = 4

// room is how many lines the body has.
func (m *model) room() int { return max(1, m.height-frame) }

func (m *model) View() tea.View {
	v := tea.NewView(m.draw())
	v.AltScreen = true
	v.WindowTitle = "shadowrun debug"
	return v
}

// draw returns the screen.
func (m *model) draw() string {
	switch {
	case m.width == 0:
		return "" // its size is not known yet
	case m.width < leastWidth || m.height < leastHeight:
		return ansi.Hardwrap(fmt.Sprintf("%d×%d is too small: the console needs %d×%d. q quits.", m.width, m.height, leastWidth, leastHeight), m.width, false)
	}
	head, body := m.page.Head, m.drawPage
	switch {
	case m.help:
		body = m.drawHelp
	case m.open != "":
		head, body = m.detail.Head, m.drawDetail
	}
	lines := []string{m.strong(m.fit(head)), m.fit(m.drawPages()), ""}
	all := body()
	if !m.help {
		all = all[min(m.top, len(all)):]
	}
	for i := range m.room() {
		line := ""
		if i < len(all) {
			line = m.fit(all[i])
			if !m.help && m.open == "" && m.top+i == m.cursor {
				line = m.strong(line)
			}
		}
		lines = append(lines, line)
	}
	return strings.Join(append(lines, m.fit(m.drawFoot())), "\n")
}

// strong is how a line stands out, beside the mark that it has anyway.
func (m *model) strong(line string) string {
	if !m.bold || line == "" {
		return line
	}
	return "\x1b[1m" + line + "\x1b[m"
}

// fit cuts a line to the screen's width.
func (m *model) fit(line string) string { return ansi.Truncate(clean(line), m.width, "…") }

func (m *model) drawPages() string {
	var all []string
	for i, name := range m.pages {
		tab := fmt.Sprintf(" %d %s ", i+1, name)
		if i == m.at {
			tab = fmt.Sprintf("[%d %s]", i+1, name)
		}
		all = append(all, tab)
	}
	return strings.Join(all, "")
}

// drawPage returns a page's lines, the one under the cursor with a mark if it can be opened.
func (m *model) drawPage() []string {
	var all []string
	for i, l := range m.lines() {
		mark := "  "
		switch {
		case i == m.cursor && l.ID != "":
			mark = "> "
		case i == m.cursor && !l.Heading:
			mark = "· "
		}
		text := clean(l.Text)
		if m.left > 0 {
			text = ansi.TruncateLeft(text, m.left, "…")
		}
		all = append(all, mark+text)
	}
	if len(all) == 0 && m.filter != "" {
		all = []string{"  no line has " + m.filter}
	}
	return all
}

func (m *model) drawHelp() []string {
	var all []string
	for _, k := range keys {
		all = append(all, fmt.Sprintf("  %-10s %s", k[0], k[1]))
	}
	return all
}

func (m *model) drawFoot() string {
	switch {
	case m.typing:
		return "/" + m.filter + "_   enter keeps the filter, esc ends it"
	case m.help:
		return "any key goes on"
	case m.said != "":
		return "! " + m.said
	case m.open != "":
		return m.withCommands("esc back  ↑↓ scroll") + "  ? help  q quit" + m.position(len(m.drawDetail()), m.top+m.room())
	}
	text := "↑↓ move  / filter"
	if m.filter != "" {
		text = "only lines with " + m.filter + " (esc: all)"
	}
	if m.current().ID != "" {
		text = "enter open  " + text
	}
	return m.withCommands(text) + "  ? help  q quit" + m.position(len(m.lines()), m.top+m.room())
}

func (m *model) withCommands(text string) string {
	if len(m.commands().Replay) > 0 {
		text += "  r replay"
	}
	if len(m.commands().Explain) > 0 {
		text += "  e explain"
	}
	return text
}

// position says how far down one is in what does not fit.
func (m *model) position(lines, to int) string {
	if lines <= m.room() {
		return ""
	}
	return fmt.Sprintf("  %d/%d", min(to, lines), lines)
}

// clean returns a text without what could move the cursor, change colours, or turn the order of what
// follows: the terminal sees printable runes only.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r < 0x20, r == 0x7f, r >= 0x80 && r < 0xa0, r == '\u2028', r == '\u2029', // controls, ends of lines
			r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069', r == '\u200e', r == '\u200f', r == '\u061c': // directions
			return '\uFFFD'
		}
		return r
	}, text)
}
