package explain

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/replay"
)

// layout is where everything in a trace lies.
type layout struct {
	header golden.Header
	end    golden.End
	steps  []string       // the events' pointers in their order
	index  map[string]int // of steps
	texts  map[string][]byte
	kinds  map[string]byte           // of every place: { [ " 0 t n
	values map[string]jsontext.Value // of scalars, as written
	leaves []string                  // scalars and empty containers, in order
}

func newLayout(trace []byte) (*layout, error) {
	steps, err := replay.Steps(trace)
	if err != nil {
		return nil, err
	}
	lines := bytes.Split(bytes.TrimSuffix(trace, []byte("\n")), []byte("\n"))
	l := &layout{steps: steps, index: map[string]int{}, texts: map[string][]byte{}, kinds: map[string]byte{}, values: map[string]jsontext.Value{}}
	if l.header, err = golden.ParseHeader(lines[0]); err != nil {
		return nil, err
	}
	if l.end, err = golden.ParseEnd(lines[len(lines)-1]); err != nil {
		return nil, err
	}
	for i, step := range steps {
		e, err := golden.ParseEvent(lines[i+1])
		if err != nil {
			return nil, err
		}
		l.index[step], l.texts[step] = i, e.Value
		if err := l.walk(step, e.Value); err != nil {
			return nil, fmt.Errorf("event %d: %w", i+1, err)
		}
	}
	return l, nil
}

// walk notes all places of one event.
func (l *layout) walk(at string, value jsontext.Value) error {
	d := jsontext.NewDecoder(bytes.NewReader(value), jsontext.AllowDuplicateNames(true))
	for {
		token, err := d.ReadToken()
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		inside, n := d.StackIndex(d.StackDepth())
		path := at + string(d.StackPointer())
		switch k := token.Kind(); k {
		case '{', '[':
			l.kinds[path] = byte(k)
			if next := d.PeekKind(); next == '}' || next == ']' {
				l.leaves = append(l.leaves, path)
				l.values[path] = jsontext.Value(string(k) + string(next))
			}
		case '}', ']':
		default:
			if inside == '{' && n%2 == 1 { // a name
				continue
			}
			l.kinds[path] = byte(k)
			l.leaves = append(l.leaves, path)
			l.values[path] = scalarOf(token)
		}
	}
}

// scalarOf returns a token as it is written: a number keeps its digits.
func scalarOf(token jsontext.Token) jsontext.Value {
	if token.Kind() == '"' {
		quoted, _ := jsontext.AppendQuote(nil, token.String())
		return quoted
	}
	return jsontext.Value(token.String())
}

// stepOf returns the index of the event that a path lies in, -1 if there is none.
func (l *layout) stepOf(path string) int {
	for _, at := range append([]string{path}, parents(path)...) {
		if i, ok := l.index[at]; ok && (at != "" || !strings.HasPrefix(path, "/@")) {
			return i
		}
	}
	return -1
}

// eventList reports whether the trace's events are an array's elements: lines or blocks.
func (l *layout) eventList() bool {
	return l.header.Output != golden.OutputJSON && l.header.Output != golden.OutputSteps
}

// splitPath cuts the last segment off a path.
func splitPath(path string) (parent, last string) {
	i := strings.LastIndexByte(path, '/')
	if i < 0 {
		return "", ""
	}
	return path[:i], path[i+1:]
}

// parents returns the paths above one, the innermost first.
func parents(path string) []string {
	var all []string
	for path != "" {
		path, _ = splitPath(path)
		all = append(all, path)
	}
	return all
}

func orRoot(path string) string {
	if path == "" {
		return "the document"
	}
	return path
}
