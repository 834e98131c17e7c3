package console

import (
	"cmp"
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
)

// every is the least time between two looks. One that takes long is followed by a longer rest.
const every = time.Second

// model is what is shown.
type model struct {
	source  Source
	looking sync.Mutex
	now     func() time.Time
	child   func(args []string) tea.Cmd // runs a command in the console's stead
	bold    bool                        // lines may stand out

	width, height int
	pages         []string
	at            int    // index of the page
	open          string // ID of what is open; empty: the page
	page          Page
	detail        Detail
	cursor        int // of the lines that pass the filter
	top           int // first line on the screen
	left          int // columns that are scrolled out
	filter        string
	typing        bool // the filter is typed
	help          bool
	said          string // of the last command or look
	looks         int    // answers to earlier looks are stale
}

func newModel(source Source, now func() time.Time, bold bool) *model {
	return &model{source: source, now: now, bold: bold, pages: source.Pages()}
}

// seen is the answer to a look.
type seen struct {
	n      int
	page   Page
	detail Detail
	err    error
	took   time.Duration
}

// due asks for the next look.
type due struct{ n int }

// came says that a child's end is seen, and the console is back.
type came struct{ err error }

func (m *model) Init() tea.Cmd { return m.look() }

// look looks at what is shown, now; answers to what was asked before do not count any more.
func (m *model) look() tea.Cmd {
	m.looks++
	n, page, open := m.looks, m.pages[m.at], m.open
	return func() tea.Msg {
		m.looking.Lock()
		defer m.looking.Unlock()
		began := m.now()
		s := seen{n: n}
		if open == "" {
			s.page, s.err = m.source.Page(page)
		} else {
			s.detail, s.err = m.source.Detail(page, open)
		}
		s.took = m.now().Sub(began)
		return s
	}
}

func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
		m.keepInSight()
	case seen:
		return m, m.take(msg)
	case due:
		if msg.n == m.looks {
			return m, m.look()
		}
	case came:
		m.said = ""
		if msg.err != nil {
			m.said = msg.err.Error()
		}
		return m, m.look()
	case tea.PasteMsg:
		if m.typing {
			m.setFilter(m.filter + clean(msg.Content))
		}
	case tea.KeyPressMsg:
		return m, m.press(msg)
	}
	return m, nil
}

// take shows what was seen, with the cursor on the line where it was.
func (m *model) take(s seen) tea.Cmd {
	if s.n != m.looks {
		return nil
	}
	m.said = ""
	switch {
	case s.err != nil: // what was seen before stays
		m.said = s.err.Error()
		m.page.Head, m.detail.Head = cmp.Or(s.page.Head, m.page.Head), cmp.Or(s.detail.Head, m.detail.Head)
	case m.open != "":
		m.detail = s.detail
	default:
		id := m.current().ID
		m.page = s.page
		for i, l := range m.lines() {
			if id != "" && l.ID == id {
				m.cursor = i
			}
		}
	}
	m.keepInSight()
	rest := max(every, 4*s.took)
	return tea.Tick(rest, func(time.Time) tea.Msg { return due{s.n} })
}

// lines are those of the page that the filter lets pass.
func (m *model) lines() []Line {
	var all []Line
	for _, l := range m.page.Lines {
		if l.Heading || strings.Contains(strings.ToLower(l.Text), strings.ToLower(m.filter)) {
			all = append(all, l)
		}
	}
	return all
}

// current is the line under the cursor, empty where there is none.
func (m *model) current() Line {
	if lines := m.lines(); m.cursor < len(lines) {
		return lines[m.cursor]
	}
	return Line{}
}

// commands are those of what is open, or of the line under the cursor.
func (m *model) commands() Commands {
	if m.open != "" {
		return m.detail.Commands
	}
	return m.current().Commands
}

func (m *model) setFilter(text string) {
	m.filter, m.cursor, m.top = text, 0, 0
	m.keepInSight()
}

// turnTo shows another page.
func (m *model) turnTo(page int) tea.Cmd {
	m.at = (page + len(m.pages)) % len(m.pages)
	m.open, m.page, m.filter = "", Page{Head: m.page.Head}, ""
	m.cursor, m.top, m.left, m.said = 0, 0, 0, ""
	return m.look()
}

// move moves the cursor on a page, and the whole text of what is open.
func (m *model) move(by int) {
	if m.open != "" {
		m.top += by
	} else {
		m.cursor += by
	}
	m.keepInSight()
}

// keepInSight puts the window where there are lines, and the cursor into the window, on a line that is no
// heading.
func (m *model) keepInSight() {
	if m.open != "" {
		m.top = max(0, min(m.top, len(m.drawDetail())-m.room()))
		return
	}
	lines := m.lines()
	m.cursor = max(0, min(m.cursor, len(lines)-1))
	for m.cursor < len(lines)-1 && lines[m.cursor].Heading {
		m.cursor++
	}
	room := m.room()
	switch {
	case m.cursor >= m.top+room:
		m.top = m.cursor - room + 1
	case m.cursor < m.top:
		m.top = m.cursor
	}
	if m.cursor < room && headings(lines) >= m.cursor {
		m.top = 0 // the headings above the first line
	}
	m.top = max(0, min(m.top, len(lines)-room))
}

// headings is how many headings a page begins with.
func headings(lines []Line) (n int) {
	for n < len(lines) && lines[n].Heading {
		n++
	}
	return n
}
