package drill

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/shadowrun/shadowrun/runbook"
)

// script is a scenario as testscript gets it.
type script struct {
	text     []byte
	uses     []*runbook.Use // the lines that carry steps out
	asserted map[int]bool   // by the line of a step or procedure
	exits    map[int]int    // likewise: the status that the line after it says
}

// ours are the commands that have to know their line, which testscript tells nobody.
var ours = regexp.MustCompile(`^((?:\[[^]]*\]\s*|!\s*)*)(step|procedure|exitcode)(?:\s|$)`)

// prepare gives each of these commands its line as its first argument, so that the lines stay where they are, and has the
// script say that its end was reached.
func (s Scenario) prepare(mark string) (script, error) {
	archive := txtar.Parse(s.Text)
	lines := strings.Split(strings.TrimSuffix(string(archive.Comment), "\n"), "\n")
	p := script{asserted: map[int]bool{}, exits: map[int]int{}}
	scanned, err := runbook.ScanScenario(s.Name(), s.Text)
	for _, u := range scanned.Uses {
		p.asserted[u.Line] = u.Asserted
	}
	if p.uses = scanned.Uses; err != nil {
		return p, err
	}
	carriedOut, previous := 0, 0 // the latest line with a step, if nothing but exitcode may follow
	for i, line := range lines {
		n, trimmed := i+1, strings.TrimSpace(line)
		if trimmed == "" || strings.HasPrefix(trimmed, "#") {
			continue
		}
		previous, carriedOut = carriedOut, 0
		at := ours.FindStringSubmatchIndex(trimmed)
		if at == nil {
			continue
		}
		command := trimmed[at[4]:at[5]]
		if at[3] > 0 {
			return p, fmt.Errorf("%s:%d: %s stands alone: without a condition and without '!'; a status other than 0 is said by 'exitcode N' in the next line", s.File, n, command)
		}
		if fields := strings.Fields(trimmed); command != "exitcode" {
			carriedOut = n
		} else if len(fields) == 2 && previous > 0 {
			status, err := strconv.Atoi(fields[1])
			if err != nil {
				return p, fmt.Errorf("%s:%d: exitcode %s: want a number", s.File, n, fields[1])
			}
			p.exits[previous] = status
		}
		lines[i] = command + " " + strconv.Itoa(n) + trimmed[at[5]:]
	}
	comment := len(archive.Comment)
	p.text = []byte(strings.Join(lines, "\n") + "\n" + endCommand + " " + mark + "\n")
	p.text = append(p.text, s.Text[min(comment, len(s.Text)):]...)
	return p, nil
}

// endCommand is the last command of every script, with the mark of this very run, which no script can know.
const endCommand = "scenario-ends"
