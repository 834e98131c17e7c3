package runbook

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"
)

// Scenario is a testscript that sets a situation up and carries steps out.
type Scenario struct {
	Name   string // of the file, without .txtar
	Digest string // as [FileDigest]
	Uses   []*Use // in order
}

// Use is one line of a scenario that carries a step, or a whole procedure, out.
type Use struct {
	Scenario *Scenario
	Line     int
	Whole    bool   // a procedure's
	Name     string // of the step or procedure: book:id, or id
	Reviewed string // the digest that was reviewed; "": none
	// Asserted says that a command after it, and before the next, asserts what the step
	// printed or changed. Of a procedure it speaks of the last step.
	Asserted bool
	Bound    []string // placeholders that have a value by now
}

// ScanScenario reads which steps a scenario carries out, without carrying anything out. Its
// errors are *[SyntaxError], all of them, joined; the scenario that comes with them is what
// could be read.
func ScanScenario(name string, src []byte) (*Scenario, error) {
	s := &scanning{scenario: &Scenario{Name: name, Digest: FileDigest(src)}, file: name + ".txtar"}
	src = bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n"))
	if n := slices.IndexFunc(bytes.Split(src, []byte("\n")), isNameless); n >= 0 {
		s.refuse(n+1, "a file without a name; write -- name --")
		return s.scenario, errors.Join(s.errs...)
	}
	script := txtar.Parse(src).Comment
	n := 0
	for text := range strings.Lines(string(script)) {
		n++
		words, err := scriptWords(strings.TrimRight(text, "\n"))
		if err != nil {
			s.refuse(n, "%v", err)
			continue
		}
		s.line(n, words)
	}
	if len(s.scenario.Uses) == 0 {
		s.refuse(max(n, 1), "it carries no step out; an empty scenario certifies nothing")
	}
	return s.scenario, errors.Join(s.errs...)
}

// isNameless tells of a line on which txtar panics.
func isNameless(line []byte) bool { return string(bytes.TrimRight(line, " \t")) == "-- --" }

type scanning struct {
	scenario *Scenario
	file     string
	bound    []string
	errs     []error
}

func (s *scanning) refuse(line int, format string, args ...any) {
	s.errs = append(s.errs, &SyntaxError{s.file, line, fmt.Sprintf(format, args...)})
}

func (s *scanning) line(n int, words []string) {
	conditional, negated := false, false
	for len(words) > 0 && strings.HasPrefix(words[0], "[") && strings.HasSuffix(words[0], "]") {
		conditional, words = true, words[1:]
	}
	words, negated = unwrapped(words)
	if len(words) == 0 {
		return
	}
	switch verb, args := words[0], words[1:]; {
	case verb == "stop":
		s.refuse(n, "stop ends the scenario before its end; take it out")
	case verb == "skip" && !conditional:
		s.refuse(n, "skip without a condition: the scenario would never certify anything; take it out")
	case verb == "bind" && len(args) > 0 && !conditional:
		s.bound = append(s.bound, args[0])
	case verb == "step" || verb == "procedure":
		s.use(n, verb, args, conditional)
	case len(s.scenario.Uses) > 0 && !conditional && asserts(verb, args, negated):
		s.scenario.Uses[len(s.scenario.Uses)-1].Asserted = true
	}
}

func (s *scanning) use(n int, verb string, args []string, conditional bool) {
	switch {
	case len(args) == 0 || len(args) > 2:
		s.refuse(n, "want '%s ID DIGEST'", verb)
		return
	case strings.ContainsRune(strings.Join(args, ""), '$'):
		s.refuse(n, "%s names its step by a variable; write the id and the digest that was reviewed", verb)
		return
	case conditional:
		s.refuse(n, "a %s under a condition may not be carried out; put the condition before a skip", verb)
	}
	u := &Use{Scenario: s.scenario, Line: n, Whole: verb == "procedure", Name: args[0], Bound: s.bound}
	if len(args) == 2 {
		u.Reviewed = args[1]
	}
	s.scenario.Uses = append(s.scenario.Uses, u)
}

// unwrapped takes off what a command can stand behind: !, eventually TIME, exitcode N.
// An exitcode without a command stays.
func unwrapped(words []string) (command []string, negated bool) {
	for {
		switch {
		case len(words) > 0 && words[0] == "!":
			negated, words = true, words[1:]
		case len(words) > 2 && (words[0] == "eventually" || words[0] == "exitcode"):
			words = words[2:]
		default:
			return words, negated
		}
	}
}

// asserts reports whether a command of a scenario fails where a step did not do what it is to
// do. An exit status certifies nothing, so exitcode and exec don't.
func asserts(verb string, args []string, negated bool) bool {
	switch verb {
	case "stdout", "stderr", "grep":
		return negated || slices.ContainsFunc(args, func(a string) bool { return strings.HasPrefix(a, "-count=") }) || patternCanFail(args)
	case "cmp", "cmpenv":
		return negated || len(args) == 2 && args[0] != args[1]
	case "exists", "httpget", "promalert", "pgcount", "redisping":
		return true
	}
	return false
}

// patternCanFail reports whether there is a text that the pattern does not match. One that
// matches nothing at all matches everywhere.
func patternCanFail(args []string) bool {
	if len(args) == 0 {
		return false
	}
	pattern, err := regexp.Compile("(?m)" + args[0])
	return err != nil || !pattern.MatchString("")
}

// scriptWords takes a testscript's line apart as testscript does: words are between white
// space, ” in a quotation stands for a quote, and # begins a comment.
func scriptWords(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	inWord, quoted := false, false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case quoted && c == '\'' && i+1 < len(line) && line[i+1] == '\'':
			i++
			word.WriteByte(c)
		case c == '\'':
			quoted, inWord = !quoted, true
		case quoted:
			word.WriteByte(c)
		case c == '#':
			line = line[:i]
		case c == ' ' || c == '\t' || c == '\r':
			if inWord {
				words, inWord = append(words, word.String()), false
				word.Reset()
			}
		default:
			word.WriteByte(c)
			inWord = true
		}
	}
	if quoted {
		return words, errors.New("the quotation has no end; close it with '")
	}
	if inWord {
		words = append(words, word.String())
	}
	return words, nil
}
