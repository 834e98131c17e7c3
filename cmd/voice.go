package cmd

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/term"
)

// This file is how the tool talks. Data goes to standard output; all that is said here goes to
// standard error, each line with the prefix "shadowrun:". Colour is for terminals and never the
// only sign of anything; any non-empty NO_COLOR ends it.

// voice talks on standard error. It is safe for concurrent use.
type voice struct {
	mu       *sync.Mutex
	err      io.Writer
	terminal bool
	colour   bool
}

func newVoice(stderr io.Writer) voice {
	v := voice{mu: new(sync.Mutex), err: stderr, terminal: isTerminal(stderr)}
	v.colour = v.terminal && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	return v
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// say says a line.
func (v voice) say(format string, args ...any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	fmt.Fprintf(v.err, "shadowrun: "+format+"\n", args...)
}

// warn says a line that somebody should do something about.
func (v voice) warn(format string, args ...any) { v.say(v.paint(yellow, "warning: ")+format, args...) }

// hint says what to do next.
func (v voice) hint(format string, args ...any) { v.say("hint: "+format, args...) }

// fail says why a command came to nothing, and what to do.
func (v voice) fail(err error, hints ...string) {
	v.say("%s%s", v.paint(red, "error: "), strings.ReplaceAll(err.Error(), "\n", "\n  "))
	for _, h := range hints {
		v.hint("%s", h)
	}
}

const (
	red    = "31"
	yellow = "33"
)

func (v voice) paint(colour, text string) string {
	if !v.colour {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}

// printable returns text with control characters escaped, so that what a workflow wrote can't
// move the cursor, end a line or turn its direction.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' {
			return unicode.ReplacementChar
		}
		return r
	}, strings.NewReplacer("\n", `\n`, "\t", `\t`, "\r", `\r`, "\x1b", `\x1b`).Replace(text))
}

// longest is how much of what a workflow or its run has to say fits a line, in runes.
const longest = 200

// shortened returns a text that fits a line.
func shortened(text string) string {
	runes := []rune(printable(text))
	if len(runes) <= longest {
		return string(runes)
	}
	return string(runes[:longest]) + "…"
}

// quantity returns a number with its noun: "1 run", "2 runs".
func quantity[N int | int64](n N, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}
