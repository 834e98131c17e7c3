package replay

import (
	"errors"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// source finds values in a whole document by their paths.
type source struct {
	units   map[string]*unit
	seed    string               // of a trace; empty otherwise
	columns map[string][]float64 // see [source.column]
}

// unit is a part of a source that is one JSON value: a document, or an event of a trace.
type unit struct {
	value []byte // canonical
	doc   *document
}

// newSource indexes a document. One that cannot be read is as good as none: then nothing
// is recomputed from it.
func newSource(side Side, src []byte, f Format) *source {
	s := &source{units: map[string]*unit{}, columns: map[string][]float64{}}
	if src == nil {
		return s
	}
	if f != Traces {
		if doc, err := read(side, src, f); err == nil {
			s.units[""] = &unit{doc.text, doc}
		}
		return s
	}
	ids := &identities{numbers: map[string]int32{}}
	t, err := ids.readTrace(side, src)
	if err != nil {
		return s
	}
	s.seed = strconv.FormatUint(t.header.Seed, 10)
	for _, ev := range t.events {
		path := pointer(ids.all[ev.identity].tokens(t.header.Output, ev.index))
		s.units[path] = &unit{value: ev.line[ev.value : len(ev.line)-1]}
	}
	return s
}

// find returns the document and the node at path.
func (s *source) find(path string) (*document, uint32, bool) {
	prefix := path
	for {
		if u := s.units[prefix]; u != nil {
			if u.doc == nil {
				u.doc = newDocument(u.value)
			}
			n, ok := u.doc.descend(0, path[len(prefix):])
			return u.doc, n, ok
		}
		if prefix == "" {
			return nil, 0, false
		}
		prefix, _ = splitPath(prefix)
	}
}

// descend follows a path from a node.
func (d *document) descend(at uint32, path string) (uint32, bool) {
	names, err := splitPointer(path)
	if err != nil {
		return 0, false
	}
	for _, name := range names {
		if at, err = d.child(at, name); err != nil {
			return 0, false
		}
	}
	return at, true
}

var errNoChild = errors.New("no such value")

func (d *document) child(n uint32, name string) (uint32, error) {
	index := -1
	if d.kind(n) == '[' && isIndex(name) && len(name) <= 9 {
		index = number(name)
	}
	i := 0
	for c, end := n+1, d.nodes[n].next; c < end; c = d.nodes[c].next {
		if i == index || d.kind(n) == '{' && string(unescaped(d.name(c))) == name {
			return c, nil
		}
		i++
	}
	return 0, errNoChild
}

// value returns the value at path, nil if there is none.
func (s *source) value(path string) jsontext.Value {
	doc, n, ok := s.find(path)
	if !ok {
		return nil
	}
	return doc.value(n)
}

// without returns the value at path without what lies at the inner paths, each below path.
func (s *source) without(path string, inner []string) jsontext.Value {
	doc, n, ok := s.find(path)
	if !ok {
		return nil
	}
	base := doc.nodes[n].start
	cut := make([]bool, len(doc.value(n)))
	for _, p := range inner {
		d, m, ok := s.find(p)
		if !ok || d != doc || m == n {
			return nil
		}
		from := doc.nodes[m].start
		if doc.nodes[m].name != 0 {
			from = doc.nodes[m].name
		}
		for i := from - base; i < doc.nodes[m].end-base; i++ {
			cut[i] = true
		}
	}
	return closeGaps(doc.value(n), cut)
}

// closeGaps leaves out the bytes that are cut, and the commas that then have nothing before
// or behind them.
func closeGaps(value []byte, cut []bool) jsontext.Value {
	out := make([]byte, 0, len(value))
	for i, c := range value {
		if cut[i] {
			continue
		}
		if inserted := len(out); i > 0 && cut[i-1] && inserted > 0 {
			switch last := out[inserted-1]; {
			case (c == '}' || c == ']') && last == ',':
				out = out[:inserted-1]
			case c == ',' && (last == '{' || last == '[' || last == ','):
				continue
			}
		}
		out = append(out, c)
	}
	return out
}
