package cmd_test

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/shadowrun/shadowrun/replay/explain"
)

// labels is testdata/causes/labels.json.
type labels struct {
	Programs []labelled `json:"programs"`
}

type labelled struct {
	Name     string  `json:"name"`
	Language string  `json:"language"`
	Split    string  `json:"split"`
	Fields   []label `json:"fields"`
}

type label struct {
	Path         string    `json:"path"` // and all below it
	Class        string    `json:"class"`
	Cause        string    `json:"cause"`
	Also         []meaning `json:"also"` // that an honest person could say as well
	Intermittent string    `json:"intermittent"`
}

type meaning struct {
	Class string `json:"class"`
	Cause string `json:"cause"`
}

// said is what an explanation says of one place.
type said struct {
	path string
	meaning
}

// saidBy lists what an explanation says, seed findings too.
func saidBy(x *explain.Explanation) (all []said) {
	for _, f := range x.Fields {
		all = append(all, said{f.Path, meaning{string(f.Class), string(f.Cause)}})
	}
	for _, s := range x.Seeds {
		paths := s.Paths
		if len(paths) == 0 {
			paths = []string{s.Path}
		}
		for _, p := range paths {
			all = append(all, said{p, meaning{string(s.Class), string(s.Cause)}})
		}
	}
	return all
}

// scored is how one label came out.
type scored struct {
	program labelled
	label   label
	got     meaning // empty: missed
	class   bool    // right
	cause   bool
}

// score holds an explanation to a program's labels. What it says of places without a label are
// accusations.
func score(p labelled, all []said) (results []scored, accused []said) {
	for _, l := range p.Fields {
		s := scored{program: p, label: l}
		for _, g := range about(l, all) {
			class, cause := l.allows(g.meaning)
			if s.got == (meaning{}) || class && cause && !(s.class && s.cause) {
				s.got, s.class, s.cause = g.meaning, class, cause
			}
		}
		results = append(results, s)
	}
	for _, g := range all {
		if !slices.ContainsFunc(p.Fields, func(l label) bool { return within(g.path, l.Path) || within(l.Path, g.path) }) {
			accused = append(accused, g)
		}
	}
	return results, accused
}

// about returns what is said of a label's place: of just that, else of what lies below it, else of
// what it lies in.
func about(l label, all []said) (found []said) {
	for _, is := range []func(path string) bool{
		func(path string) bool { return path == l.Path },
		func(path string) bool { return within(path, l.Path) },
		func(path string) bool { return within(l.Path, path) },
	} {
		for _, g := range all {
			if is(g.path) {
				found = append(found, g)
			}
		}
		if len(found) > 0 {
			return found
		}
	}
	return nil
}

func within(path, of string) bool { return path == of || strings.HasPrefix(path, of+"/") }

// allows reports whether a label lets a class and a cause pass: together in one of its meanings,
// or else each for itself.
func (l label) allows(m meaning) (class, cause bool) {
	for _, a := range append([]meaning{{l.Class, l.Cause}}, l.Also...) {
		if a == m {
			return true, true
		}
		class = class || a.Class == m.Class
		cause = cause || a.Cause == m.Cause
	}
	return class, cause
}

// tally writes how labels came out, by cause, and a confusion matrix.
func tally(w io.Writer, title string, results []scored, accused map[string][]said, steady int) error {
	type row struct{ labels, class, cause, missed int }
	rows := map[string]*row{}
	total := &row{}
	confusion := map[string]map[string]int{}
	for _, s := range results {
		if rows[s.label.Cause] == nil {
			rows[s.label.Cause], confusion[s.label.Cause] = &row{}, map[string]int{}
		}
		got := cmp.Or(s.got.Cause, "missed")
		confusion[s.label.Cause][got]++
		for _, r := range []*row{rows[s.label.Cause], total} {
			r.labels++
			r.class += btoi(s.class)
			r.cause += btoi(s.cause)
			r.missed += btoi(s.got == meaning{})
		}
	}
	fmt.Fprintf(w, "\n### %s\n\n", title)
	fmt.Fprintf(w, "%d labels: class right in %s, cause in %s, %d missed. %d steady programs; places accused that are steady: %d.\n\n",
		total.labels, share(total.class, total.labels), share(total.cause, total.labels), total.missed, steady, places(accused))
	t := tabwriter.NewWriter(w, 0, 0, 1, ' ', 0)
	fmt.Fprintln(t, "| cause\t| labels\t| class right\t| cause right\t| missed\t| taken for\t|")
	fmt.Fprintln(t, "|---\t|---\t|---\t|---\t|---\t|---\t|")
	for _, cause := range slices.Sorted(maps.Keys(rows)) {
		r := rows[cause]
		var taken []string
		for _, got := range slices.Sorted(maps.Keys(confusion[cause])) {
			taken = append(taken, fmt.Sprintf("%s %d", got, confusion[cause][got]))
		}
		fmt.Fprintf(t, "| %s\t| %d\t| %d\t| %d\t| %d\t| %s\t|\n", cause, r.labels, r.class, r.cause, r.missed, strings.Join(taken, ", "))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	writeMisses(w, results, accused)
	return nil
}

func writeMisses(w io.Writer, results []scored, accused map[string][]said) {
	fmt.Fprint(w, "\nMisses:\n\n")
	for _, s := range results {
		if !s.class || !s.cause {
			also := ""
			if s.label.Intermittent != "" {
				also = " (" + s.label.Intermittent + ")"
			}
			got := s.got.Class + " " + s.got.Cause
			fmt.Fprintf(w, "- %s `%s`: %s %s, taken for %s%s\n", s.program.Name, s.label.Path, s.label.Class, s.label.Cause,
				cmp.Or(strings.TrimSpace(got), "steady"), also)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(accused)) {
		for _, g := range accused[name] {
			fmt.Fprintf(w, "- %s `%s`: steady, taken for %s %s\n", name, g.path, g.Class, g.Cause)
		}
	}
}

func places(accused map[string][]said) (n int) {
	for _, a := range accused {
		n += len(a)
	}
	return n
}

func share(n, of int) string {
	return fmt.Sprintf("%d of %d (%.1f %%)", n, of, 100*float64(n)/float64(max(of, 1)))
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
