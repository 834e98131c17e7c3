package cmd

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/soak"
	"github.com/shadowrun/shadowrun/replay"
)

// progress tells of a soak while it runs: as a bar, as lines of text or JSON, or not at all. Its
// methods are called from one goroutine at a time.
type progress struct {
	app     *app
	mode    string
	state   string // the flag that names the state folder, in commands to paste
	session soak.Session
	began   time.Time
	every   time.Duration // between two lines of text
	said    time.Time
	known   map[string]bool // verdicts and failures of which one like it was told
	bar     *progressbar.ProgressBar
	tally   harness.Tally
	stopped time.Time // since when an emergency stop keeps it from work; zero: none does
}

// textEvery is the least time between two lines of text where the interval is shorter.
const textEvery = 10 * time.Second

func (a *app) newProgress(mode, dir string) (*progress, error) {
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
	return &progress{app: a, mode: mode, state: soak.StateFlag(dir), known: map[string]bool{}}, nil
}

// start is told what soak it is.
func (p *progress) start(s soak.Session) {
	p.session, p.began = s, time.Now()
	p.said = p.began
	p.every = max(time.Duration(*s.Config.Interval), textEvery)
	p.tally = s.Tally
	p.app.nameSoak(s.Soak.ID, s.Soak.ID)
	p.state += p.app.soakFlag
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
	now := p.stopped
	if now.IsZero() {
		now = time.Now()
	}
	return max(0, p.session.Soak.Duration-p.session.Active-now.Sub(p.began))
}

// pause keeps the time that an emergency stop takes out of what is left.
func (p *progress) pause(kind harness.EventKind) {
	switch {
	case kind == harness.EventStopped:
		p.stopped = time.Now()
	case kind == harness.EventGoesOn && !p.stopped.IsZero():
		p.began = p.began.Add(time.Since(p.stopped))
		p.stopped = time.Time{}
	}
}

func (p *progress) event(e harness.Event) {
	p.tally = e.Tally
	p.pause(e.Kind)
	switch p.mode {
	case "json":
		p.json(e)
	case "bar":
		p.lines(e)
		if e.Kind == harness.EventCycle || e.Kind == harness.EventStopped || e.Kind == harness.EventGoesOn {
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

// lines says what changed the state of the soak: of verdicts and failures the first of a kind,
// with a command to paste.
func (p *progress) lines(e harness.Event) {
	next := ""
	switch e.Kind {
	case harness.EventCycle:
		return
	case harness.EventVerdict:
		next = replayCommand(e.Run, p.state)
	case harness.EventFailed:
		next = "shadowrun show " + e.Run.ID + p.state
	}
	if next != "" {
		if p.known[kindOf(e)] {
			return
		}
		p.known[kindOf(e)] = true
		next = ": " + next
	}
	if p.bar != nil {
		p.bar.Clear()
	}
	p.app.say("%s%s", shortened(e.Text), next)
}

// kindOf is the same for events that tell of the same problem: a finding, as far as is known
// of it here.
func kindOf(e harness.Event) string {
	kind := []string{string(e.Kind), e.Run.Workflow, string(e.Status), string(e.Verdict)}
	if e.First != nil {
		kind = append(kind, replay.FindingKey(e.Run.Workflow, e.First.Cause, replay.Pattern(e.First.Path)))
	}
	return strings.Join(kind, " ")
}

// replayCommand is a command to paste that replays a run as it was when it differed.
func replayCommand(r harness.PlannedRun, state string) string {
	command := "shadowrun replay " + r.ID
	if r.Variant != harness.VariantAgain {
		command += " --variant " + string(r.Variant)
	}
	return command + state
}

func (p *progress) line() string {
	t := p.tally
	text := fmt.Sprintf("cycle %d: %s, %s, %s", t.Cycles, quantity(t.Runs, "run"), quantity(t.Replays, "replay"), mismatches(t.Mismatches()))
	if p.session.Soak.Duration > 0 {
		text += fmt.Sprintf(", %v left", p.left().Round(time.Second))
	}
	if !p.stopped.IsZero() {
		text += ", STOPPED"
	}
	return text
}

func mismatches(n int64) string {
	if n == 1 {
		return "1 mismatch"
	}
	return fmt.Sprintf("%d mismatches", n)
}

func (p *progress) json(e harness.Event) {
	p.app.mu.Lock()
	defer p.app.mu.Unlock()
	(&app{out: p.app.err}).printLine(newEventJSON(e))
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
	}
}
