package bundle

import "fmt"

// Kind is what is wrong with a file.
type Kind string

// The kinds of problems.
const (
	Changed   Kind = "changed"
	Swapped   Kind = "swapped" // its content is another file's
	Missing   Kind = "missing"
	Renamed   Kind = "renamed"
	Unnamed   Kind = "unnamed" // there, and not listed
	Twice     Kind = "twice"
	Misplaced Kind = "misplaced" // not in order
	Unsafe    Kind = "unsafe"
	Torn      Kind = "torn"      // it can't be read to its end
	Extended  Kind = "extended"  // something comes after its end
	NoBundle  Kind = "no bundle" // nothing in it is one's, and nothing else is told of it
)

// Problem is what is wrong with a file of a bundle.
type Problem struct {
	File   string
	Kind   Kind
	Detail string
}

func (p Problem) String() string { return fmt.Sprintf("%s: %s: %s", p.File, p.Kind, p.Detail) }

// Compare returns how the files that are there differ from a list of them, in the list's order and then in
// that of the files.
func Compare(want, got []Entry) (problems []Problem) {
	tell := func(file string, k Kind, format string, args ...any) {
		problems = append(problems, Problem{file, k, fmt.Sprintf(format, args...)})
	}
	listed, listedAs := map[string]Entry{}, map[string]string{}
	for _, w := range want {
		listed[w.Name], listedAs[w.SHA256] = w, w.Name
	}
	there, thereAs := map[string]Entry{}, map[string]string{}
	for _, g := range got {
		if _, twice := there[g.Name]; twice {
			tell(g.Name, Twice, "it is there more than once")
			continue
		}
		there[g.Name] = g
		if _, known := listed[g.Name]; !known {
			thereAs[g.SHA256] = g.Name
		}
	}
	renamed := map[string]bool{}
	for _, w := range want {
		g, found := there[w.Name]
		as, moved := thereAs[w.SHA256]
		other, swapped := listedAs[g.SHA256]
		switch {
		case !found && moved:
			renamed[as] = true
			tell(w.Name, Renamed, "it is there as %s", as)
		case !found:
			tell(w.Name, Missing, "it was removed")
		case g.SHA256 == w.SHA256 && g.Size == w.Size:
		case swapped:
			tell(w.Name, Swapped, "its content is that of %s", other)
		default:
			tell(w.Name, Changed, "its SHA-256 is %s, want %s", g.SHA256, w.SHA256)
		}
	}
	for _, g := range got {
		if _, known := listed[g.Name]; !known && !renamed[g.Name] {
			tell(g.Name, Unnamed, "it was added")
		}
	}
	for i := 0; len(problems) == 0 && i < len(want); i++ {
		if got[i].Name != want[i].Name {
			tell(got[i].Name, Misplaced, "the files are not in the order of their names")
		}
	}
	return problems
}
