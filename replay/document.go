package replay

import (
	"bytes"
	"hash/maphash"
	"math/bits"
)

// document is a JSON value as a tree over its canonical text: no value is decoded, and a
// node costs 24 bytes. Two nodes are equal exactly if their texts are, because the canonical
// form has one spelling for each value.
type document struct {
	text  []byte
	nodes []node // in the order of the text; the root is the first
}

// node is a value in a document.
type node struct {
	start, end uint32 // of the value in the text
	name       uint32 // where a member's name starts, its quote; 0 for what is no member
	next       uint32 // the first node behind the subtree: the next sibling, if there is one
	hash       uint64 // of name and value
}

// hashSeed differs from process to process, so that no input can be made to collide. Results
// do not depend on it: texts decide wherever hashes agree.
var hashSeed = maphash.MakeSeed()

// newDocument indexes canonical text, which must be at most 4 GiB - 1 long.
func newDocument(text []byte) *document {
	d := &document{text: text, nodes: make([]node, 0, expectedNodes(text))}
	var open []uint32 // containers whose end is yet to come
	var name uint32
	for at := 0; at < len(text); {
		switch c := text[at]; c {
		case ',':
			at++
		case '{', '[':
			open = append(open, uint32(len(d.nodes)))
			n := node{start: uint32(at), name: name, hash: uint64(c)}
			if name != 0 {
				n.hash ^= maphash.Bytes(hashSeed, text[name:at])
			}
			d.nodes = append(d.nodes, n)
			name = 0
			at++
		case '}', ']':
			at++
			n := &d.nodes[open[len(open)-1]]
			open = open[:len(open)-1]
			n.end, n.next = uint32(at), uint32(len(d.nodes))
			d.fold(open, n.hash)
		default:
			end := scalarEnd(text, at)
			if c == '"' && end < len(text) && text[end] == ':' {
				name = uint32(at)
				at = end + 1
				continue
			}
			n := node{start: uint32(at), end: uint32(end), name: name, next: uint32(len(d.nodes)) + 1}
			if name == 0 {
				n.hash = maphash.Bytes(hashSeed, text[at:end])
			} else {
				n.hash = maphash.Bytes(hashSeed, text[name:end])
			}
			d.nodes = append(d.nodes, n)
			d.fold(open, n.hash)
			name = 0
			at = end
		}
	}
	return d
}

// expectedNodes returns how many nodes a text has, or more if its strings hold commas or
// brackets, but never more than one in eight bytes.
func expectedNodes(text []byte) int {
	n := 1
	for _, c := range []byte(",[{") {
		n += bytes.Count(text, []byte{c})
	}
	return min(n, len(text)/8+1)
}

// fold mixes a child's hash into that of the innermost open container.
func (d *document) fold(open []uint32, child uint64) {
	if len(open) > 0 {
		h := &d.nodes[open[len(open)-1]].hash
		*h = bits.RotateLeft64(*h^child, 27) * 0x9e3779b97f4a7c15
	}
}

// scalarEnd returns where the scalar that starts at at ends.
func scalarEnd(text []byte, at int) int {
	if text[at] != '"' {
		for at < len(text) && text[at] != ',' && text[at] != ']' && text[at] != '}' {
			at++
		}
		return at
	}
	for at++; text[at] != '"'; at++ {
		if text[at] == '\\' {
			at++
		}
	}
	return at + 1
}

// kind returns what a value is: see [kindOf].
func (d *document) kind(n uint32) byte { return kindOf(d.text[d.nodes[n].start:]) }

// kindOf returns the first byte of a value, with '0' for all numbers and 't' for both booleans.
func kindOf(value []byte) byte {
	switch c := value[0]; c {
	case '{', '[', '"', 'n', 't':
		return c
	case 'f':
		return 't'
	default:
		return '0'
	}
}

// value returns the text of a value.
func (d *document) value(n uint32) []byte {
	return d.text[d.nodes[n].start:d.nodes[n].end:d.nodes[n].end]
}

// name returns a member's name as written, without its quotes.
func (d *document) name(n uint32) []byte {
	return d.text[d.nodes[n].name+1 : d.nodes[n].start-2]
}

// children returns the elements of an array or the values of an object's members.
func (d *document) children(n uint32) []uint32 {
	var all []uint32
	for c, end := n+1, d.nodes[n].next; c < end; c = d.nodes[c].next {
		all = append(all, c)
	}
	return all
}

// equalNodes reports whether two values are the same, and so are their names if both are
// members. It looks at the texts only where the hashes agree.
func equalNodes(d *document, n uint32, e *document, m uint32) bool {
	return d.nodes[n].hash == e.nodes[m].hash && bytes.Equal(d.value(n), e.value(m))
}
