package report

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Markdown renders a report for people who read it raw, and for what renders it. The first line is the verdict.
func Markdown(r *Report) []byte {
	d := newDocument(r)
	m := &markdown{}
	m.line("# " + escaped(d.title))
	m.blocks(d.lead)
	for _, s := range d.sections {
		m.line("\n## " + s.title)
		m.blocks(s.blocks)
	}
	return []byte(m.String())
}

// markdown is what has been rendered. Blocks begin with an empty line.
type markdown struct{ strings.Builder }

func (m *markdown) line(text string) { m.WriteString(text + "\n") }

func (m *markdown) blocks(all []block) {
	for _, b := range all {
		m.line("")
		switch b := b.(type) {
		case paragraph:
			m.line(escaped(string(b)))
		case list:
			for _, item := range b {
				m.line("- " + escaped(item))
			}
		case checklist:
			m.checklist(b)
		case table:
			m.table(b)
		case code:
			m.code(b)
		case columns:
			m.line(fmt.Sprintf("%s: `%s` (%s to %s; the highest is %s)", escaped(b.title), sparkline(b.bars), b.from, b.to, b.most))
		case spread:
			m.line(fmt.Sprintf("%s, from %s to %s:\n", escaped(b.title), b.from, b.to))
			for _, row := range b.rows {
				m.line(fmt.Sprintf("- `%s` %s: %s", sparkline(row.bars), escaped(row.name), row.label))
			}
		}
	}
}

func (m *markdown) checklist(all checklist) {
	for _, c := range all {
		box, met := "x", "met"
		if !c.met {
			box, met = " ", "NOT MET"
		}
		m.line(fmt.Sprintf("- [%s] **%s**: %s", box, escaped(c.label), met))
		for _, l := range c.lines {
			m.line("  - " + escaped(l))
		}
	}
}

// widestPadded is how wide a column may be for its cells to be padded, in runes: beyond, raw text is hard to read either way.
const widestPadded = 70

func (m *markdown) table(t table) {
	cells := [][]string{{}}
	for _, c := range t.columns {
		cells[0] = append(cells[0], escaped(c.name))
	}
	for _, row := range t.rows {
		var line []string
		for i, text := range row {
			line = append(line, cell(text, t.columns[i].code))
		}
		cells = append(cells, line)
	}
	widths := make([]int, len(t.columns))
	for _, line := range cells {
		for i, c := range line {
			widths[i] = max(3, widths[i], min(widestPadded, utf8.RuneCountInString(c)))
		}
	}
	rule := make([]string, len(t.columns))
	for i, c := range t.columns {
		rule[i] = strings.Repeat("-", widths[i])
		if c.number {
			rule[i] = rule[i][1:] + ":"
		}
	}
	m.line("**" + escaped(t.caption) + "**\n")
	for i, line := range cells {
		m.row(t.columns, line, widths)
		if i == 0 {
			m.row(t.columns, rule, widths)
		}
	}
}

func (m *markdown) row(columns []column, cells []string, widths []int) {
	for i, c := range cells {
		space := strings.Repeat(" ", max(0, widths[i]-utf8.RuneCountInString(c)))
		if columns[i].number {
			c = space + c
		} else {
			c += space
		}
		m.WriteString("| " + c + " ")
	}
	m.line("|")
}

func (m *markdown) code(c code) {
	fence := "```"
	for strings.Contains(c.text, fence) {
		fence += "`"
	}
	m.line(escaped(c.label) + "\n\n" + fence + c.lang + "\n" + strings.TrimRight(printable(c.text), "\n") + "\n" + fence)
}

// cell is a text in a table, on one line.
func cell(text string, code bool) string {
	if text = oneLine(text); !code || text == "" {
		return escaped(text)
	}
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if fence != "`" {
		text = " " + text + " "
	}
	return fence + strings.ReplaceAll(text, "|", `\|`) + fence
}

func oneLine(text string) string {
	return strings.Join(strings.Fields(printable(text)), " ")
}

var (
	special = regexp.MustCompile("[\\\\`*\\[\\]<>|&~]")
	opening = regexp.MustCompile(`^([-+]|#{1,6}|\d{1,9}[.)])( |$)|^(=+|-+)$`)
)

// escaped is a text, on one line, of which nothing is markup. What is none anyway stays as it is, so that it reads well.
func escaped(text string) string {
	text = special.ReplaceAllString(oneLine(text), `\$0`)
	if mark := opening.FindString(text); mark != "" {
		end := len(strings.TrimSuffix(mark, " ")) - 1 // before its last sign: a digit can't be escaped
		text = text[:end] + `\` + text[end:]
	}
	return escapedUnderscores(text)
}

// escapedUnderscores escapes those that are not within a word, where they are no markup.
func escapedUnderscores(text string) string {
	if !strings.Contains(text, "_") {
		return text
	}
	word := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	var b strings.Builder
	runes := []rune(text)
	for i, r := range runes {
		if r == '_' && (i == 0 || !word(runes[i-1]) || i+1 == len(runes) || !word(runes[i+1])) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// sparkline draws columns with text.
func sparkline(bars []bar) string {
	const levels = "▁▂▃▄▅▆▇█"
	var line strings.Builder
	at := 0
	for _, b := range bars {
		for ; b.width > 0 && at < int(b.at/b.width+0.5); at++ {
			line.WriteByte(' ') // nothing was done in that period
		}
		switch {
		case b.height <= 0:
			line.WriteByte(' ')
		default:
			line.WriteRune([]rune(levels)[min(7, int(b.height*8))])
		}
		at++
	}
	return line.String()
}
