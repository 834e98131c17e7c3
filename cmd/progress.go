package cmd

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/soak"
)

// progress tells of a soak while it runs: as a bar, as lines of text or JSON, or not at all. Its
// methods are called from one goroutine at a time.
type progress struct {
	app     *app
	mode    string
	session soak.Session
	began   time.Time
	every   time.Duration // between two lines of text
	said    time.Time
	known   map[string]bool // what was said of verdicts: each kind once
	bar     *progressbar.ProgressBar
	tally   harness.Tally
}

// textEvery is the least time between two lines of text where the interval is shorter.
const textEvery = 10 * time.Second

func (a *app) newProgress(mode string) (*progress, error) {
	if mode == "" {
		mode = "text"
		if a.terminal {
			mode = "bar"
		}
	}
	switch mode {
	case "bar", "text", "json", "none":
	default:
		return nil, fmt.Errorf("--progress %s: want bar, text, json or none", mode)
	}
	if mode == "bar" && !a.terminal {
		mode = "text" // a bar redraws itself: in a file that is a frame a line
	}
	return &progress{app: a, mode: mode, known: map[string]bool{}}, nil
}

// start is told what soak it is.
func (p *progress) start(s soak.Session) {
	p.session, p.began = s, time.Now()
	p.said = p.began
	p.every = max(time.Duration(*s.Config.Interval), textEvery)
	p.tally = s.Tally
	if p.mode == "none" || p.mode == "json" {
		return
	}
	what := "soak"
	if !s.FirstPart {
		what = "resumed soak"
	}
	p.app.say("%s %d: %s, base seed %d, %s a cycle, %s%s", what, s.Soak.ID, workflowNames(s.Config), s.Soak.BaseSeed,
		quantity(s.Config.RunsPerCycle, "run"), quantity(s.Config.Workers, "worker"), p.limit())
	if p.mode == "bar" {
		p.newBar()
	}
}

func workflowNames(c harness.Config) string {
	var names []string
	for _, w := range c.Workflows {
		names = append(names, w.Name)
	}
	if len(names) > 6 {
		return quantity(len(names), "workflow")
	}
	return strings.Join(names, ", ")
}

func (p *progress) limit() string {
	s := p.session.Soak
	switch {
	case s.Duration > 0 && s.Cycles > 0:
		return fmt.Sprintf(", %v or %s", s.Duration, quantity(s.Cycles, "cycle"))
	case s.Duration > 0:
		return fmt.Sprintf(", %v", s.Duration)
	case s.Cycles > 0:
		return ", " + quantity(s.Cycles, "cycle")
	default:
		return ", until stopped"
	}
}

// left is the active time until the deadline.
func (p *progress) left() time.Duration {
	return max(0, p.session.Soak.Duration-p.session.Active-time.Since(p.began))
}

func (p *progress) event(e harness.Event) {
	p.tally = e.Tally
	switch p.mode {
	case "json":
		p.json(e)
	case "bar":
		p.lines(e)
		if e.Kind == harness.EventCycle {
			p.advance()
		}
	case "text":
		p.lines(e)
		if e.Kind == harness.EventCycle && time.Since(p.said) >= p.every {
			p.said = time.Now()
			p.app.say("%s", p.line())
		}
	}
}

// lines says what changed the state of the soak: the first verdict and failure of a kind.
func (p *progress) lines(e harness.Event) {
	if e.Kind == harness.EventCycle {
		return
	}
	_, kind, _ := strings.Cut(e.Text, ": ")
	if e.Kind != harness.EventNotice {
		_, rest, _ := strings.Cut(e.Text, "(")
		name, _, _ := strings.Cut(rest, ",")
		kind = string(e.Kind) + " " + name + " " + withoutDigits(kind)
		if p.known[kind] {
			return
		}
		p.known[kind] = true
	}
	if p.bar != nil {
		p.bar.Clear()
	}
	p.app.say("%s", printable(e.Text))
}

// withoutDigits makes texts the same that differ in numbers only.
func withoutDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, text)
}

func (p *progress) line() string {
	t := p.tally
	text := fmt.Sprintf("cycle %d: %s, %s, %s", t.Cycles, quantity(t.Runs, "run"), quantity(t.Replays, "replay"), mismatches(t))
	if p.session.Soak.Duration > 0 {
		text += fmt.Sprintf(", %v left", p.left().Round(time.Second))
	}
	return text
}

func mismatches(t harness.Tally) string {
	n := t.Mismatches()
	if n == 1 {
		return "1 mismatch"
	}
	return fmt.Sprintf("%d mismatches", n)
}

func (p *progress) json(e harness.Event) {
	out := struct {
		Version int           `json:"version"`
		At      time.Time     `json:"at"`
		Kind    string        `json:"kind"`
		Cycle   int           `json:"cycle"`
		Text    string        `json:"text,omitempty"`
		Tally   harness.Tally `json:"tally"`
	}{1, e.At.UTC(), string(e.Kind), e.Cycle, e.Text, e.Tally}
	text, err := json.Marshal(out)
	if err != nil {
		panic(err) // numbers, strings and times always marshal
	}
	p.app.mu.Lock()
	defer p.app.mu.Unlock()
	p.app.err.Write(append(text, '\n'))
}

// The bar counts seconds where the soak has a deadline, else cycles.
func (p *progress) newBar() {
	most := int64(-1)
	if p.session.Soak.Duration > 0 {
		most = int64(p.session.Soak.Duration / time.Second)
	} else if p.session.Soak.Cycles > 0 {
		most = int64(p.session.Soak.Cycles)
	}
	p.bar = progressbar.NewOptions64(most,
		progressbar.OptionSetWriter(unsynced{p.app.err}),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionSetWidth(24),
		progressbar.OptionSetPredictTime(false),
		progressbar.OptionSetElapsedTime(false),
		progressbar.OptionUseANSICodes(p.app.colour),
		progressbar.OptionSetDescription(p.line()),
	)
	p.advance()
}

func (p *progress) advance() {
	if p.bar == nil {
		return
	}
	p.bar.Describe(p.line())
	if p.session.Soak.Duration > 0 {
		p.bar.Set64(int64((p.session.Soak.Duration - p.left()) / time.Second))
	} else {
		p.bar.Set64(p.tally.Cycles)
	}
}

// unsynced hides that a writer is a file: the bar would sync it at every frame.
type unsynced struct{ io.Writer }

// end takes the bar away.
func (p *progress) end() {
	if p.bar != nil {
		p.bar.Clear()
		fmt.Fprint(os.Stderr, "\r")
	}
}
