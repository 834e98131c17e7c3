package runbook

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// Book is one Markdown file.
type Book struct {
	Name   string // of the file, without .md
	Title  string // its first heading of level 1
	Digest string // first 12 hexadecimal digits of SHA-256 over the file
	// Strict says that each procedure must have all sections, a severity and a response time:
	// the file has the comment <!-- runbook: strict -->.
	Strict     bool
	Procedures []*Procedure

	anchors map[string]bool // of all headings
	links   []link
	blocks  []*block
}

// Procedure is a heading with at least one step under it.
type Procedure struct {
	ID           string // the heading's slug, as GitHub makes it, or {#id} at its end
	Title        string
	Level, Line  int
	Severity     string // "" where none is given
	ResponseTime string // likewise
	Sections     map[string]bool
	Steps        []*Step // in order, manual ones among them
}

// Sections are what a procedure is to say, in order. A book says them as bold words at the
// beginning of a paragraph, or as headings below the procedure's.
var Sections = []string{"symptoms", "diagnosis", "resolution", "verification", "escalation"}

// Step is one fenced block of commands.
type Step struct {
	ID        string
	Procedure *Procedure
	Line      int    // of the fence that opens it
	Lang      string // sh, bash, shell or console; of a manual step, anything
	// Block is what a shell is given: what the Markdown shows, without the fence's
	// indentation. Of a console block it is the lines that begin with "$ ", without that.
	Block        string
	Expect       string   // what it prints, see [Match]; "": nothing is said of that
	Manual       string   // why a person must do it; "": a scenario can
	Destructive  bool     // not to be carried out on what is in use unless that is allowed
	Placeholders []string // without < and >, each once, in order
	Digest       string   // first 12 hexadecimal digits of SHA-256 over all that was reviewed
}

func (b *Book) steps(yield func(*Step) bool) {
	for _, p := range b.Procedures {
		for _, s := range p.Steps {
			if !yield(s) {
				return
			}
		}
	}
}

// Step returns the step of this id, or nil.
func (b *Book) Step(id string) *Step {
	for s := range b.steps {
		if s.ID == id {
			return s
		}
	}
	return nil
}

// Procedure returns the procedure of this id, or nil.
func (b *Book) Procedure(id string) *Procedure {
	for _, p := range b.Procedures {
		if p.ID == id {
			return p
		}
	}
	return nil
}

// Digest is over the digests of the procedure's steps: first 12 hexadecimal digits of SHA-256.
func (p *Procedure) Digest() string {
	var digests []string
	for _, s := range p.Steps {
		digests = append(digests, s.ID, s.Digest)
	}
	return digest(digests...)
}

// Manual returns the steps that a person must do.
func (p *Procedure) Manual() []*Step {
	var manual []*Step
	for _, s := range p.Steps {
		if s.Manual != "" {
			manual = append(manual, s)
		}
	}
	return manual
}

func (s *Step) seal() {
	destructive := ""
	if s.Destructive {
		destructive = "destructive"
	}
	s.Digest = digest(s.Lang, s.Block, s.Expect, s.Manual, destructive)
}

// digest keeps its parts apart, so that nothing can move from one to the next unseen.
func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d\n%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
}

// FileDigest returns the first 12 hexadecimal digits of a file's SHA-256.
func FileDigest(src []byte) string {
	sum := sha256.Sum256(src)
	return hex.EncodeToString(sum[:])[:12]
}

// FindStep returns the step that a scenario names: book:id, or id where one book alone has it.
func FindStep(books []*Book, name string) (*Book, *Step, error) {
	return find(books, name, "step", (*Book).Step)
}

// FindProcedure returns the procedure that a scenario names: book:id, or id where one book
// alone has it.
func FindProcedure(books []*Book, name string) (*Book, *Procedure, error) {
	return find(books, name, "procedure", (*Book).Procedure)
}

func find[T any](books []*Book, name, kind string, in func(*Book, string) *T) (*Book, *T, error) {
	book, id, qualified := strings.Cut(name, ":")
	if !qualified {
		id = name
	}
	var home *Book
	var found *T
	var names []string
	for _, b := range books {
		if qualified && b.Name != book {
			continue
		}
		if t := in(b, id); t != nil {
			home, found, names = b, t, append(names, b.Name+":"+id)
		}
	}
	switch len(names) {
	case 0:
		return nil, nil, fmt.Errorf("no runbook has a %s %q; 'shadowrun runbook list' names them", kind, name)
	case 1:
		return home, found, nil
	}
	return nil, nil, fmt.Errorf("%s %q is in %d runbooks; write %s", kind, name, len(names), strings.Join(names, " or "))
}
