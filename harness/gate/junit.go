package gate

import (
	"encoding/xml"
	"fmt"
	"io"

	"github.com/shadowrun/shadowrun/replay"
)

// The form is the one that Jenkins, GitLab, Azure and Maven's Surefire agree on. encoding/xml writes U+FFFD for what no
// XML document may hold, so that the document is valid whatever a workflow printed.

type junitSuites struct {
	XMLName  xml.Name `xml:"testsuites"`
	Name     string   `xml:"name,attr"`
	Tests    int      `xml:"tests,attr"`
	Failures int      `xml:"failures,attr"`
	Errors   int      `xml:"errors,attr"`
	Skipped  int      `xml:"skipped,attr"`
	Suites   []*junitSuite
}

type junitSuite struct {
	XMLName  xml.Name `xml:"testsuite"`
	Name     string   `xml:"name,attr"`
	Tests    int      `xml:"tests,attr"`
	Failures int      `xml:"failures,attr"`
	Errors   int      `xml:"errors,attr"`
	Skipped  int      `xml:"skipped,attr"`
	Time     string   `xml:"time,attr"` // seconds, of its cases together
	Cases    []junitCase

	seconds float64
}

type junitCase struct {
	XMLName xml.Name     `xml:"testcase"`
	Name    string       `xml:"name,attr"`
	Class   string       `xml:"classname,attr"`
	File    string       `xml:"file,attr,omitempty"`
	Time    string       `xml:"time,attr"`
	Failure *junitResult `xml:"failure"`
	Error   *junitResult `xml:"error"`
	Skipped *junitResult `xml:"skipped"`
	Out     string       `xml:"system-out,omitempty"`
}

type junitResult struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

// WriteJUnit writes a report as JUnit XML: a testsuite a workflow, a testcase a seed. What the gate fails on is a
// failure, what could not be compared an error, and what was not reached, or has no golden and need not, is skipped.
func WriteJUnit(w io.Writer, r Report) error {
	all := junitSuites{Name: "shadowrun gate"}
	index := map[string]*junitSuite{}
	suite := func(name string) *junitSuite {
		if index[name] == nil {
			index[name] = &junitSuite{Name: name}
			all.Suites = append(all.Suites, index[name])
		}
		return index[name]
	}
	together := r.together()
	for _, result := range r.Results {
		suite(result.Workflow).add(caseOf(r, result, together[result.Case]), result.Duration.Seconds())
	}
	for _, p := range r.Problems {
		s := suite("goldens")
		s.add(junitCase{Name: p.Golden, Class: s.Name, Error: &junitResult{Message: p.Error(), Type: string(p.Kind)}}, 0)
	}
	for _, s := range all.Suites {
		s.Time = seconds(s.seconds)
		all.Tests += s.Tests
		all.Failures += s.Failures
		all.Errors += s.Errors
		all.Skipped += s.Skipped
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (s *junitSuite) add(c junitCase, took float64) {
	c.Time = seconds(took)
	s.seconds += took
	s.Tests++
	switch {
	case c.Failure != nil:
		s.Failures++
	case c.Error != nil:
		s.Errors++
	case c.Skipped != nil:
		s.Skipped++
	}
	s.Cases = append(s.Cases, c)
}

// together returns what is said of a case beside its own: with which seeds it is one thing that is wrong.
func (r Report) together() map[Case]string {
	lines := map[Case]string{}
	for _, g := range r.Groups() {
		text := ""
		if g.Shown() != "" {
			text = fmt.Sprintf("%s differ first at the same place\n", g.Seeds(maxSeeds))
		}
		if len(g.Others) > 0 && g.Acceptable() {
			text += fmt.Sprintf("to accept all:   %s\n", r.AcceptingAll(g))
		}
		for _, result := range append(g.Others, g.Result) {
			lines[result.Case] = text
		}
	}
	return lines
}

// caseOf is one result's own: what it has in common with others is added.
func caseOf(r Report, result Result, common string) junitCase {
	c := junitCase{Name: fmt.Sprintf("seed %d", result.Seed), Class: result.Workflow, File: result.Golden}
	what := &junitResult{Message: Headline(result), Type: string(result.Verdict), Text: r.Details(r.alone(result)) + common}
	switch {
	case result.Verdict == replay.VerdictMatch:
	case r.Fails(result):
		c.Failure = what
	case result.Verdict == replay.VerdictUnknown:
		c.Error = what
	case result.compared():
		c.Out = what.Message + "\n" + what.Text
	default:
		c.Skipped = &junitResult{Message: what.Message}
	}
	return c
}

func seconds(s float64) string { return fmt.Sprintf("%.3f", s) }
