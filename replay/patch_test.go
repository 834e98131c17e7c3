package replay

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// apply carries differences out on the document that they were found in, the first one, and
// returns the second in canonical form; JSON Lines and text as arrays of their lines. It refuses
// differences that do not fit the document.
func apply(want []byte, f Format, ds []Difference) ([]byte, error) {
	d, err := read(Want, want, f)
	if err != nil {
		return nil, err
	}
	var root edit
	for _, diff := range ds {
		if err := root.put(diff); err != nil {
			return nil, err
		}
	}
	return d.apply(nil, 0, &root, "")
}

// edit is what happens at one place in a document.
type edit struct {
	here   *Difference   // changes, moves or removes what is here
	before []*Difference // adds these elements before it, or a member
	inner  map[string]*edit
}

// put files a difference under its path.
func (e *edit) put(d Difference) error {
	tokens, err := splitPointer(d.Path)
	if err != nil {
		return err
	}
	for _, token := range tokens {
		inner := e.inner[token]
		if inner == nil {
			if e.inner == nil {
				e.inner = make(map[string]*edit)
			}
			inner = new(edit)
			e.inner[token] = inner
		}
		e = inner
	}
	switch {
	case d.Kind == Added && len(tokens) > 0:
		e.before = append(e.before, &d)
	case d.Kind == Added || d.Kind == Removed && len(tokens) == 0:
		return fmt.Errorf("%s at the root: a document has one value", d.Kind)
	case e.here != nil:
		return fmt.Errorf("%s at %s: %s there already", d.Kind, d.Path, e.here.Kind)
	default:
		e.here = &d
	}
	return nil
}

// apply appends a value as it is after an edit.
func (d *document) apply(dst []byte, n uint32, e *edit, path string) ([]byte, error) {
	switch {
	case e == nil:
		return append(dst, d.value(n)...), nil
	case e.here != nil && len(e.inner) > 0:
		return nil, fmt.Errorf("%s at %s: more differences inside", e.here.Kind, path)
	case e.here != nil && !bytes.Equal(e.here.Want, d.value(n)):
		return nil, fmt.Errorf("%s at %s: the document has another value there: compare again", e.here.Kind, path)
	case e.here != nil:
		return append(dst, e.here.Got...), nil
	case d.kind(n) == '{':
		return d.applyToObject(dst, n, e, path)
	case d.kind(n) == '[':
		return d.applyToArray(dst, n, e, path)
	case len(e.inner) > 0:
		return nil, fmt.Errorf("differences below %s: the document has no object or array there", path)
	default:
		return append(dst, d.value(n)...), nil
	}
}

func (d *document) applyToObject(dst []byte, n uint32, e *edit, path string) ([]byte, error) {
	added := make([]string, 0, len(e.inner))
	for name, inner := range e.inner {
		if len(inner.before) > 0 {
			added = append(added, name)
		}
	}
	slices.Sort(added)
	dst = append(dst, '{')
	open := len(dst)
	start := func(name string) {
		if len(dst) > open {
			dst = append(dst, ',')
		}
		dst, _ = jsontext.AppendQuote(dst, name)
		dst = append(dst, ':')
	}
	done := 0
	addUpTo := func(name string, all bool) error {
		for ; len(added) > 0 && (all || added[0] <= name); added = added[1:] {
			inner := e.inner[added[0]]
			if added[0] == name && !all || len(inner.before) > 1 || inner.here != nil || len(inner.inner) > 0 {
				return fmt.Errorf("added at %s%s: there is a value already", path, appendToken(nil, added[0]))
			}
			start(added[0])
			dst = append(dst, inner.before[0].Got...)
			done++
		}
		return nil
	}
	var err error
	for m, end := n+1, d.nodes[n].next; m < end; m = d.nodes[m].next {
		name := string(unescaped(d.name(m)))
		if err := addUpTo(name, false); err != nil {
			return nil, err
		}
		inner := e.inner[name]
		if inner != nil {
			done++
			if inner.here != nil && inner.here.Kind == Removed {
				if err := d.checkRemoved(m, inner); err != nil {
					return nil, err
				}
				continue
			}
		}
		start(name)
		if dst, err = d.apply(dst, m, inner, path+string(appendToken(nil, name))); err != nil {
			return nil, err
		}
	}
	if err := addUpTo("", true); err != nil {
		return nil, err
	}
	if done < len(e.inner) {
		return nil, fmt.Errorf("differences in %s: the document lacks %d of their paths", path, len(e.inner)-done)
	}
	return append(dst, '}'), nil
}

// checkRemoved reports whether what is to be removed is what was.
func (d *document) checkRemoved(n uint32, e *edit) error {
	if len(e.inner) > 0 || !bytes.Equal(e.here.Want, d.value(n)) {
		return fmt.Errorf("removed at %s: the document has another value there: compare again", e.here.Path)
	}
	return nil
}

func (d *document) applyToArray(dst []byte, n uint32, e *edit, path string) ([]byte, error) {
	dst = append(dst, '[')
	open := len(dst)
	comma := func() {
		if len(dst) > open {
			dst = append(dst, ',')
		}
	}
	done, index := 0, 0
	addHere := func() *edit {
		inner := e.inner[strconv.Itoa(index)]
		if inner == nil {
			return nil
		}
		done++
		for _, added := range inner.before {
			comma()
			dst = append(dst, added.Got...)
		}
		return inner
	}
	var err error
	for m, end := n+1, d.nodes[n].next; m < end; m = d.nodes[m].next {
		inner := addHere()
		if inner != nil && inner.here != nil && inner.here.Kind == Removed {
			if err := d.checkRemoved(m, inner); err != nil {
				return nil, err
			}
		} else {
			comma()
			if dst, err = d.apply(dst, m, inner, path+"/"+strconv.Itoa(index)); err != nil {
				return nil, err
			}
		}
		index++
	}
	if last := addHere(); last != nil && (last.here != nil || len(last.inner) > 0) {
		return nil, fmt.Errorf("differences at %s/%d: the document has %d elements there", path, index, index)
	}
	if done < len(e.inner) {
		return nil, fmt.Errorf("differences in %s: the document lacks %d of their paths", path, len(e.inner)-done)
	}
	return append(dst, ']'), nil
}
