package replay

import (
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// digests returns, for each difference, marks for the digests in it that were recomputed.
func (l *links) digests() map[int][]mark {
	var ts []*target
	for i := range l.own {
		if derivable(l.ds[i]) {
			ts = append(ts, targets(i, l.ds[i])...)
		}
	}
	if len(ts) == 0 {
		return nil
	}
	h := newHunt(ts)
	l.huntValues(h)
	l.huntRests(h, ts)
	l.huntPairs(h, ts)
	marks := map[int][]mark{}
	for _, t := range ts {
		if t.found != nil {
			marks[t.difference] = append(marks[t.difference], *t.found)
		}
	}
	return marks
}

// huntValues digests every differing value and every value around one, the smallest first.
func (l *links) huntValues(h *hunt) {
	seen := map[level]bool{}
	var outer []level
	for i, r := range l.ds {
		if r.Kind == Changed || r.Kind == Moved {
			h.try(r.Want, r.Got, orRoot(r.Path), func(t *target) int {
				if t.difference == i {
					return -1
				}
				return i
			})
		}
		for _, at := range around(r.Path, r.GotPath) {
			if !seen[at] {
				seen[at] = true
				outer = append(outer, at)
			}
		}
	}
	slices.SortStableFunc(outer, func(a, b level) int {
		return strings.Count(b.path, "/") - strings.Count(a.path, "/")
	})
	for _, p := range outer {
		want, got := l.want.value(p.path), l.got.value(p.gotPath)
		if want == nil || got == nil {
			continue
		}
		h.try(want, got, orRoot(p.path), func(t *target) int {
			if inside(l.ds[t.difference].Path, p.path) {
				return -1
			}
			return l.worstBelow(p.path, t.difference)
		})
	}
}

// huntRests digests what is around a digest without the digest itself, and also without
// the readings of the world beside it, which may have been added later.
func (l *links) huntRests(h *hunt, ts []*target) {
	for _, t := range ts {
		d := l.ds[t.difference]
		for _, at := range around(d.Path, d.GotPath) {
			path, gotPath := at.path, at.gotPath
			size := len(l.want.value(path)) + len(l.got.value(gotPath))
			root := l.worstBelow(path, t.difference)
			if t.found != nil || root < 0 || size > h.left {
				continue
			}
			h.left -= size
			only := func(other *target) int {
				if other != t {
					return -1
				}
				return root
			}
			what := orRoot(path) + " without " + d.Path
			h.try(l.want.without(path, []string{d.Path}), l.got.without(gotPath, []string{d.GotPath}), what, only)
			cut, gotCut := []string{d.Path}, []string{d.GotPath}
			for _, i := range l.readingsBelow(path) {
				cut, gotCut = append(cut, l.ds[i].Path), append(gotCut, l.ds[i].GotPath)
			}
			if len(cut) > 1 && len(cut) <= maxReadings+1 && l.ds[root].Class != ClassVolatile {
				h.try(l.want.without(path, cut), l.got.without(gotPath, gotCut), what+" and the readings of the world", only)
			}
		}
	}
}

// maxPaired bounds the texts that are tried as parts of what a digest is over.
const maxPaired = 12

// huntPairs digests two texts joined: fields of the digest's own object, the seed, and the
// values that differed shortly before.
func (l *links) huntPairs(h *hunt, ts []*target) {
	for _, t := range ts {
		if t.found != nil {
			continue
		}
		parts := l.parts(t)
		for a := range parts {
			for b := range parts {
				root := max(parts[a].root, parts[b].root)
				if a == b || root < 0 || root == t.difference {
					continue
				}
				for _, sep := range []string{"", ":", "|", "\n", ",", "-", "/", " ", "."} {
					w, g := parts[a].want+sep+parts[b].want, parts[a].got+sep+parts[b].got
					if h.left -= len(w); h.left < 0 {
						return
					}
					h.match([]byte(w), func() []byte { return []byte(g) }, parts[a].what+" and "+parts[b].what+" joined",
						func(other *target) int {
							if other != t {
								return -1
							}
							return root
						})
				}
			}
		}
	}
}

// part is a text that a digest may be over, on both sides; root is -1 where they are equal.
type part struct {
	want, got, what string
	root            int
}

func (l *links) parts(t *target) []part {
	d := l.ds[t.difference]
	var ps []part
	add := func(want, got jsontext.Value, what string, root int) {
		if len(ps) < maxPaired && len(want) > 0 && len(got) > 0 {
			ps = append(ps, part{plain(want), plain(got), what, root})
		}
	}
	parent, _ := splitPath(d.Path)
	gotParent, _ := splitPath(d.GotPath)
	if doc, n, ok := l.want.find(parent); ok && doc.kind(n) == '{' && d.Path != "" {
		for _, c := range doc.children(n) {
			name := escapedName(doc, c)
			path := parent + "/" + name
			if path == d.Path {
				continue
			}
			got := l.got.value(gotParent + "/" + name)
			root := -1
			if string(got) != string(doc.value(c)) {
				root = l.worstBelow(path, t.difference)
			}
			add(doc.value(c), got, path, root)
		}
	}
	for j := t.difference - 1; j >= 0 && j >= t.difference-4; j-- {
		if r := l.ds[j]; r.Kind == Changed {
			add(r.Want, r.Got, orRoot(r.Path), j)
		}
	}
	if l.want.seed != "" {
		ps = append(ps, part{l.want.seed, l.got.seed, "the seed", -1})
	}
	return ps
}

// plain returns a string's content, and other values as JSON.
func plain(v jsontext.Value) string {
	if s, ok := unquote(v); ok && v.Kind() == '"' {
		return s
	}
	return string(v)
}
