package replay

import (
	"bytes"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// Options say how to compare. The zero value compares everything.
type Options struct {
	// Rules say what need not be the same; nil for none.
	Rules *RuleSet
	// MaxAlign bounds the work of aligning arrays, in steps of a few nanoseconds, for a
	// comparison as a whole. 0 stands for 1<<26, which is less than half a second. When it is
	// used up the arrays that are left are compared by position and named in
	// [Result.NotAligned].
	MaxAlign int
}

const defaultMaxAlign = 1 << 26

// Result is what comparing two documents came to. Its values share memory with the documents'
// canonical forms.
type Result struct {
	Differences []Difference // those that no rule covers, in document order; no two at the same pair of paths
	Covered     []Covered    // those that a rule covers
	NotAligned  []string     // arrays in the first document that were, in part, compared by position: see [Options]
	Audit       Audit        // an entry a rule; nil without rules
}

// Covered is a difference that a rule covers.
type Covered struct {
	Difference
	Rule int `json:"rule"` // the index of the rule in its set
}

// Equal reports whether the documents are the same, but for what rules cover.
func (r Result) Equal() bool { return len(r.Differences) == 0 }

// Compare compares two documents of one format. Numbers are the same only if they are written
// the same. A document that cannot be read is a [*DocumentError].
//
// Elements of an array are aligned by a longest common subsequence of equal ones. Of the
// others between two aligned ones, those resemble each other that agree in the member of which
// most values occur on both sides (an id, whatever its name), or are strings that differ in
// digits only; what is still left is paired by position. Paired elements are compared, others
// were removed or added. Equal elements in another order are one difference, [Moved]; arrays of
// numbers, true, false and null are vectors, aligned only if that explains more than comparing
// by position does.
func Compare(want, got []byte, f Format, o Options) (Result, error) {
	if o.Rules == nil && bytes.Equal(want, got) {
		if _, err := read(Want, want, f); err != nil {
			return Result{}, err
		}
		return Result{}, nil
	}
	w, err := read(Want, want, f)
	if err != nil {
		return Result{}, err
	}
	g, err := read(Got, got, f)
	if err != nil {
		return Result{}, err
	}
	c := newComparison(o, "")
	c.want, c.got = w, g
	c.pair(0, 0, c.root())
	return c.Result, nil
}

// comparison walks two documents at once.
type comparison struct {
	Result
	want, got         *document
	wantPath, gotPath []byte // of the values at hand
	aligner           aligner
	rules             *RuleSet
	positions         positions // of the rules' patterns, those of outer values first
	workflow          string
}

func newComparison(o Options, workflow string) *comparison {
	if o.MaxAlign == 0 {
		o.MaxAlign = defaultMaxAlign
	}
	c := &comparison{aligner: aligner{steps: o.MaxAlign}, rules: o.Rules, workflow: workflow}
	c.Audit = o.Rules.Audit()
	return c
}

// pair compares two values. Rules come first, then what the values are.
func (c *comparison) pair(w, g uint32, at reach) {
	if equalNodes(c.want, w, c.got, g) {
		c.equal(w, at)
		return
	}
	kind := c.want.kind(w)
	switch {
	case !at.empty() && c.covers(Changed, c.want.value(w), c.got.value(g), at):
	case kind == '{' && c.got.kind(g) == '{':
		c.objects(w, g, at)
	case kind == '[' && c.got.kind(g) == '[':
		c.arrays(w, g, at)
	default:
		c.report(Changed, c.want.value(w), c.got.value(g))
	}
}

// objects compares the members of two objects, both in canonical order.
func (c *comparison) objects(w, g uint32, at reach) {
	wEnd, gEnd := c.want.nodes[w].next, c.got.nodes[g].next
	for w, g = w+1, g+1; w < wEnd || g < gEnd; {
		var order int
		switch {
		case w == wEnd:
			order = 1
		case g == gEnd:
			order = -1
		default:
			order = compareNames(c.want.name(w), c.got.name(g))
		}
		var name []byte
		if order <= 0 {
			name = unescaped(c.want.name(w))
		} else {
			name = unescaped(c.got.name(g))
		}
		if order == 0 && at.empty() && equalNodes(c.want, w, c.got, g) {
			w, g = c.want.nodes[w].next, c.got.nodes[g].next
			continue
		}
		inner, back := c.enter(name, name, at)
		switch {
		case order < 0:
			c.single(Removed, c.want.value(w), inner)
			w = c.want.nodes[w].next
		case order > 0:
			c.single(Added, c.got.value(g), inner)
			g = c.got.nodes[g].next
		default:
			c.pair(w, g, inner)
			w, g = c.want.nodes[w].next, c.got.nodes[g].next
		}
		c.leave(back)
	}
}

// compareNames compares two names as written: their escapes hide what they are sorted by.
func compareNames(a, b []byte) int {
	if bytes.Equal(a, b) {
		return 0
	}
	return bytes.Compare(unescaped(a), unescaped(b))
}

// unescaped returns what a string that is written so, without its quotes, stands for.
func unescaped(written []byte) []byte {
	if bytes.IndexByte(written, '\\') < 0 {
		return written
	}
	text, _ := jsontext.AppendUnquote(nil, slices.Concat([]byte(`"`), written, []byte(`"`)))
	return text
}

// single reports a value that only one side has, unless a rule covers it.
func (c *comparison) single(kind Kind, value []byte, at reach) {
	want, got := value, []byte(nil)
	if kind == Added {
		want, got = nil, value
	}
	if at.empty() || !c.covers(kind, want, got, at) {
		c.report(kind, want, got)
	}
}

// report adds a difference at the paths at hand.
func (c *comparison) report(kind Kind, want, got []byte) {
	c.Differences = append(c.Differences, c.difference(kind, want, got))
}

func (c *comparison) difference(kind Kind, want, got []byte) Difference {
	return Difference{Path: string(c.wantPath), GotPath: string(c.gotPath), Kind: kind, Want: want, Got: got}
}

// paths is where to come back to after entering a value.
type paths struct{ want, got, positions int }

// enter extends the paths by one token each, and returns how far rules reach there: they go by
// the first document.
func (c *comparison) enter(want, got []byte, at reach) (reach, paths) {
	back := paths{len(c.wantPath), len(c.gotPath), len(c.positions)}
	c.wantPath = appendToken(c.wantPath, want)
	c.gotPath = appendToken(c.gotPath, got)
	return c.advance(at, want), back
}

func (c *comparison) leave(back paths) {
	c.wantPath, c.gotPath = c.wantPath[:back.want], c.gotPath[:back.got]
	c.positions = c.positions[:back.positions]
}
