package replay

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/shadowrun/shadowrun/golden"
)

// trace is a trace's lines, of which as little has been parsed as will do.
type trace struct {
	side       Side
	header     golden.Header
	headerLine []byte
	events     []event
	endLine    []byte
}

// event is a line of a trace between the first and the last.
type event struct {
	line     []byte
	value    int32 // where in the line the event's value starts
	identity int32 // in identities
	index    int32 // among the trace's events with this identity, from 0
}

// identity is what pairs events of two traces: the kind, and for steps and artifacts the name.
// Calls and output are told apart by their order alone.
type identity struct {
	kind golden.Kind
	name string
}

// identities numbers identities, for both traces alike.
type identities struct {
	all     []identity
	numbers map[string]int32 // by the identity as it is written in a line
}

// readTrace splits a trace into lines. Of the events it reads kind and name.
func (ids *identities) readTrace(side Side, src []byte) (*trace, error) {
	t := &trace{side: side}
	lines := bytes.Split(bytes.TrimSuffix(src, []byte("\n")), []byte("\n"))
	if len(lines) < 2 {
		return nil, &DocumentError{Side: side, Reason: "want a trace: a header, events and an end, a line each"}
	}
	last := len(lines) - 1
	var err error
	if t.header, err = golden.ParseHeader(lines[0]); err != nil {
		return nil, &DocumentError{Side: side, Line: 1, Reason: err.Error()}
	}
	end, err := golden.ParseEnd(lines[last])
	if err != nil {
		return nil, &DocumentError{Side: side, Line: last + 1, Reason: err.Error()}
	}
	if end.Events != last-1 {
		return nil, &DocumentError{Side: side, Line: last + 1, Reason: fmt.Sprintf("end: %d events announced, %d found", end.Events, last-1)}
	}
	t.headerLine, t.endLine = lines[0], lines[last]
	t.events = make([]event, last-1)
	var count []int32
	for i, line := range lines[1:last] {
		e, err := ids.readEvent(line)
		if err != nil {
			return nil, &DocumentError{Side: side, Line: i + 2, Reason: err.Error()}
		}
		for int(e.identity) >= len(count) {
			count = append(count, 0)
		}
		e.index = count[e.identity]
		count[e.identity]++
		t.events[i] = e
	}
	return t, nil
}

// readEvent finds an event's value and identity by the spelling that lines have. What does not
// look like it is left to [golden.ParseEvent], for its error.
func (ids *identities) readEvent(line []byte) (event, error) {
	const kindMark, nameMark, valueMark = `{"kind":`, `,"name":`, `,"value":`
	rest, ok := bytes.CutPrefix(line, []byte(kindMark))
	if !ok || len(rest) == 0 || rest[0] != '"' {
		return ids.parseEvent(line)
	}
	written := line[:len(kindMark)+scalarEnd(rest, 0)]
	kindOnly := written
	if rest, ok := bytes.CutPrefix(line[len(written):], []byte(nameMark)); ok && len(rest) > 0 && rest[0] == '"' {
		written = line[:len(written)+len(nameMark)+scalarEnd(rest, 0)]
	}
	if !bytes.HasPrefix(line[len(written):], []byte(valueMark)) {
		return ids.parseEvent(line)
	}
	value := int32(len(written) + len(valueMark))
	if string(kindOnly) == kindMark+`"`+string(golden.KindCall)+`"` {
		written = kindOnly
	}
	number, ok := ids.numbers[string(written)]
	if !ok {
		e, err := golden.ParseEvent(line)
		if err != nil {
			return event{}, err
		}
		number = int32(len(ids.all))
		ids.numbers[string(written)] = number
		named := identity{e.Kind, e.Name}
		if e.Kind == golden.KindCall {
			named.name = ""
		}
		ids.all = append(ids.all, named)
	}
	return event{line: line, value: value, identity: number}, nil
}

func (ids *identities) parseEvent(line []byte) (event, error) {
	if _, err := golden.ParseEvent(line); err != nil {
		return event{}, err
	}
	return event{}, fmt.Errorf("event: not spelt as events are")
}

// tokens returns the pointer that [CompareTraces] documents for the event with an index, from 0,
// among those of its identity.
func (id identity) tokens(output golden.Output, index int32) []string {
	number := strconv.Itoa(int(index))
	name := id.name
	if index > 0 {
		name += "#" + strconv.Itoa(int(index)+1)
	}
	switch id.kind {
	case golden.KindStep:
		return []string{name}
	case golden.KindArtifact:
		return []string{"@artifact", name}
	case golden.KindOut:
		if output != golden.OutputJSON {
			return []string{number}
		}
		if index == 0 {
			return nil
		}
	}
	return []string{"@" + string(id.kind), number}
}

// pointer is the JSON pointer made of tokens.
func pointer(tokens []string) string {
	var p []byte
	for _, token := range tokens {
		p = appendToken(p, token)
	}
	return string(p)
}
