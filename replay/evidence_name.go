package replay

import (
	"strings"
	"unicode"
)

// words is a field's name, cut into lower-case words. A name proves nothing: it settles
// between readings that the value allows, and it takes one away, but it never makes one.
type words []string

// nameOf returns the words of the innermost part of path that is not an index.
func nameOf(path string) words {
	segments := strings.Split(path, "/")
	for i := len(segments) - 1; i > 0; i-- {
		if ws := splitName(segments[i]); len(ws) > 0 {
			return ws
		}
	}
	return nil
}

// splitName cuts at anything but letters, and where lower case turns to upper.
func splitName(s string) words {
	var ws words
	var word []rune
	flush := func() {
		if len(word) > 0 {
			ws = append(ws, strings.ToLower(string(word)))
		}
		word = nil
	}
	lower := false
	for _, r := range s {
		if !unicode.IsLetter(r) {
			flush()
			lower = false
			continue
		}
		if unicode.IsUpper(r) && lower {
			flush()
		}
		lower = unicode.IsLower(r)
		word = append(word, r)
	}
	flush()
	return ws
}

// nameHere returns what the value at p is called: the two words before it in a string,
// or the field's name if it is the whole value.
func (p place) nameHere() words {
	if p.whole {
		return p.name
	}
	var ws words
	for i := p.i - 1; i >= 0 && i >= p.i-8 && len(ws) < 2; i-- {
		if t := p.want[i]; t.kind == pieceWord {
			ws = append(splitName(t.text), ws...)
		} else if t.text == "\n" || t.text == "," || t.text == ";" || t.kind == pieceNumber || t.kind == pieceSpan {
			break
		}
	}
	return ws
}

func (ws words) any(of map[string]bool) bool {
	for _, w := range ws {
		if of[w] {
			return true
		}
	}
	return false
}

func set(s string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(s) {
		m[w] = true
	}
	return m
}

var (
	// measured are words for time that passed.
	measured = set("elapsed duration durations took latency runtime wall uptime cputime walltime")
	// timed are words that say so only as a name's last.
	timed = set("time ms millis milliseconds us micros microseconds ns nanos nanoseconds sec secs seconds")
	// otherwise are words for something that is not a measured time, whatever else the
	// name says: a planned delay that varies is an unseeded choice.
	otherwise = set("score price amount ratio rate count counter weight prob probability random rand seed value id index " +
		"timeout delay backoff jitter interval sleep wait retry deadline schedule estimate expected limit budget size speed temperature")
	clocks    = set("time timestamp ts at date now epoch created updated started finished start end begin stamp when")
	processes = set("pid ppid process proc worker child parent")
)

func (ws words) sayDuration() bool {
	if len(ws) == 0 || ws.any(otherwise) {
		return false
	}
	return ws.any(measured) || timed[ws[len(ws)-1]]
}

func (ws words) denyDuration() bool { return ws.any(otherwise) }
func (ws words) sayClock() bool     { return ws.any(clocks) }
func (ws words) sayProcess() bool   { return ws.any(processes) }

func (ws words) String() string { return strings.Join(ws, "_") }
