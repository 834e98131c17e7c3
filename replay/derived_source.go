package replay

import (
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// source finds values in a whole document by their paths.
type source struct {
	units map[string]*unit
	seed  string // of a trace; empty otherwise

	// What was asked for before, by path.
	places   map[string]nodeAt
	elements map[string][]uint32  // of arrays
	columns  map[string][]float64 // see [source.column]
	objects  map[string][]member  // see [source.members]
}

// nodeAt is a node of a document; no document: nowhere.
type nodeAt struct {
	doc  *document
	node uint32
}

// unit is a part of a source that is one JSON value: a document, or an event of a trace.
type unit struct {
	value []byte // canonical
	doc   *document
}

// newSource indexes a document. One that cannot be read is as good as none: then nothing
// is recomputed from it.
func newSource(side Side, src []byte, f Format) *source {
	s := &source{units: map[string]*unit{}, places: map[string]nodeAt{}, elements: map[string][]uint32{}, columns: map[string][]float64{}, objects: map[string][]member{}}
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

// find returns the document and the node at path. What lies above it is found once, and an
// array's elements are counted once: paths share most of both.
func (s *source) find(path string) (*document, uint32, bool) {
	if p, known := s.places[path]; known {
		return p.doc, p.node, p.doc != nil
	}
	p := s.seek(path)
	s.places[path] = p
	return p.doc, p.node, p.doc != nil
}

func (s *source) seek(path string) nodeAt {
	if u := s.units[path]; u != nil {
		if u.doc == nil {
			u.doc = newDocument(u.value)
		}
		return nodeAt{u.doc, 0}
	}
	if path == "" {
		return nodeAt{}
	}
	parent, name := splitPath(path)
	doc, n, ok := s.find(parent)
	if !ok {
		return nodeAt{}
	}
	if doc.kind(n) == '[' {
		elements, known := s.elements[parent]
		if !known {
			elements = doc.children(n)
			s.elements[parent] = elements
		}
		if !isIndex(name) || len(name) > 9 || number(name) >= len(elements) {
			return nodeAt{}
		}
		return nodeAt{doc, elements[number(name)]}
	}
	if at, ok := doc.descend(n, "/"+name); ok {
		return nodeAt{doc, at}
	}
	return nodeAt{}
}

// descend follows a path from a node.
func (d *document) descend(at uint32, path string) (uint32, bool) {
	names, err := splitPointer(path)
	if err != nil {
		return 0, false
	}
	for _, name := range names {
		next, ok := d.child(at, name)
		if !ok {
			return 0, false
		}
		at = next
	}
	return at, true
}

// child returns the element or member of this name.
func (d *document) child(n uint32, name string) (uint32, bool) {
	index := -1
	if d.kind(n) == '[' && isIndex(name) && len(name) <= 9 {
		index = number(name)
	}
	i := 0
	for c, end := n+1, d.nodes[n].next; c < end; c = d.nodes[c].next {
		if i == index || d.kind(n) == '{' && string(unescaped(d.name(c))) == name {
			return c, true
		}
		i++
	}
	return 0, false
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
