package console

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// besides is from how many columns on two values stand side by side; on a narrower screen one is below
// the other.
const besides = 60

// names is how wide the names of facts are.
const names = 10

// drawDetail returns what is open as lines of the screen's width.
func (m *model) drawDetail() []string {
	d := m.detail
	lines := wrap(d.Title, m.width)
	for _, f := range d.Facts {
		for i, part := range wrap(f.Text, m.width-names-2) {
			name := ""
			if i == 0 {
				name = f.Name
			}
			lines = append(lines, "  "+pad(name, names)+part)
		}
	}
	for _, p := range d.Pairs {
		lines = append(lines, "")
		lines = append(lines, wrap(p.Title, m.width)...)
		lines = append(lines, m.drawPair(p)...)
		if p.Because != "" {
			lines = append(lines, wrap("because "+p.Because, m.width)...)
		}
	}
	return lines
}

func (m *model) drawPair(p Pair) (lines []string) {
	if m.width < besides {
		for _, part := range wrap(p.Want, m.width-7) {
			lines = append(lines, "  want "+part)
		}
		for _, part := range wrap(p.Got, m.width-7) {
			lines = append(lines, "  got  "+part)
		}
		return lines
	}
	half := (m.width - 3) / 2
	want, got := wrap(p.Want, half), wrap(p.Got, half)
	lines = append(lines, pad("want", half)+" | got", strings.Repeat("-", half)+"-+-"+strings.Repeat("-", half))
	for i := range max(len(want), len(got)) {
		lines = append(lines, pad(at(want, i), half)+" | "+at(got, i))
	}
	return lines
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return ""
}

// wrap breaks a text at spaces, and a word that is too long anywhere: never at a hyphen, as of a flag or a
// date. An empty one is an empty line.
func wrap(text string, width int) (lines []string) {
	width = max(1, width)
	line := ""
	for i, word := range strings.Split(clean(text), " ") {
		switch {
		case i == 0:
			line = word
		case ansi.StringWidth(line)+1+ansi.StringWidth(word) <= width:
			line += " " + word
		default:
			lines, line = append(lines, line), word
		}
		if ansi.StringWidth(line) > width {
			parts := strings.Split(ansi.Hardwrap(line, width, true), "\n")
			lines, line = append(lines, parts[:len(parts)-1]...), parts[len(parts)-1]
		}
	}
	return append(lines, line)
}

func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-ansi.StringWidth(text)))
}
