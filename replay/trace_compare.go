package replay

import (
	"bytes"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/shadowrun/shadowrun/golden"
)

// CompareTraces compares two traces, given as their canonical lines. Lines that are equal are
// not parsed, unless a rule could match in them. A trace that cannot be read is a
// [*DocumentError].
//
// The events of the two are aligned as the elements of an array are, except that a step or an
// artifact is paired only with one of its name, wherever that is, and other events with one of
// their kind. If paired events come in another order, that is one difference at the root, [Moved],
// whose values are the events' pointers in either order: an unordered rule for the root hides it.
//
// Paths, in each trace's own coordinates:
//
//   - /name of a step, and /name#k of its k-th repetition, from 2;
//   - "", the root, of output that is one JSON document; /i of the i-th line or block of other
//     output, from 0;
//   - /@artifact/name, and /@artifact/name#k of a further part; /@call/i, /@checkpoint/i, /@fault/i;
//   - /@call/i/@name of what was called;
//   - /@header/seed and so on; /@end/status and so on, but for the count of events, which says
//     nothing that the events do not.
func CompareTraces(want, got []byte, o Options) (Result, error) {
	if o.Rules == nil && bytes.Equal(want, got) {
		return Result{}, nil
	}
	ids := &identities{numbers: make(map[string]int32)}
	w, err := ids.readTrace(Want, want)
	if err != nil {
		return Result{}, err
	}
	g, err := ids.readTrace(Got, got)
	if err != nil {
		return Result{}, err
	}
	c := newComparison(o, w.header.Workflow)
	c.lines("@header", w.headerLine, g.headerLine)
	e := &eventComparison{comparison: c, ids: ids, w: w, g: g}
	if err := e.compare(); err != nil {
		return Result{}, err
	}
	c.lines("@end", endValue(w.endLine), endValue(g.endLine))
	return c.Result, nil
}

// lines compares two JSON values under a reserved name.
func (c *comparison) lines(name string, want, got []byte) {
	at, back := c.enter([]byte(name), []byte(name), c.root())
	if !at.empty() || !bytes.Equal(want, got) {
		c.want, c.got = newDocument(want), newDocument(got)
		c.pair(0, 0, at)
	}
	c.leave(back)
}

// endValue returns what an end says, but for how many events there were.
func endValue(line []byte) []byte {
	value := bytes.TrimSuffix(bytes.TrimPrefix(line, []byte(`{"end":`)), []byte(`}`))
	before, rest, _ := bytes.Cut(value, []byte(`"events":`))
	_, after, _ := bytes.Cut(rest, []byte(`,`))
	return append(before[:len(before):len(before)], after...)
}

// eventComparison compares the events of two traces.
type eventComparison struct {
	*comparison
	ids  *identities
	w, g *trace
	// How many events of each identity lie before the ones at hand.
	wantSeen, gotSeen []int32
}

func (e *eventComparison) compare() error {
	want, got := e.w.events, e.g.events
	pre := 0
	for pre < min(len(want), len(got)) && bytes.Equal(want[pre].line, got[pre].line) {
		pre++
	}
	post := 0
	for post < min(len(want), len(got))-pre && bytes.Equal(want[len(want)-1-post].line, got[len(got)-1-post].line) {
		post++
	}
	e.wantSeen, e.gotSeen = make([]int32, len(e.ids.all)), make([]int32, len(e.ids.all))
	p, err := e.pairUp(pre, len(want)-post, len(got)-post)
	if err != nil {
		return err
	}
	e.order(p)
	next := 0
	for i, j := range p.ofWant {
		if j >= next {
			e.added(p, next, j+1)
			next = j + 1
		}
		if j < 0 {
			e.alone(Removed, want[i])
		} else if err := e.both(i, j); err != nil {
			return err
		}
		e.wantSeen[want[i].identity]++
	}
	e.added(p, next, len(got))
	return nil
}

// added reports the events from got that have no partner, and passes all of them.
func (e *eventComparison) added(p partners, from, to int) {
	for j := from; j < to; j++ {
		if p.ofGot[j] < 0 {
			e.alone(Added, e.g.events[j])
		}
		e.gotSeen[e.g.events[j].identity]++
	}
}

// alone reports an event that only one side has. On the other it has the place of the next one
// with its identity.
func (e *eventComparison) alone(kind Kind, ev event) {
	wantIndex, gotIndex := ev.index, e.gotSeen[ev.identity]
	if kind == Added {
		wantIndex, gotIndex = e.wantSeen[ev.identity], ev.index
	}
	at, back := e.enterEvent(ev.identity, wantIndex, gotIndex)
	e.single(kind, ev.line[ev.value:len(ev.line)-1], at)
	e.leave(back)
}

// both compares two events of one identity.
func (e *eventComparison) both(i, j int) error {
	want, got := e.w.events[i], e.g.events[j]
	equal := bytes.Equal(want.line, got.line)
	if equal && e.rules == nil {
		return nil
	}
	at, back := e.enterEvent(want.identity, want.index, got.index)
	defer e.leave(back)
	if equal && at.empty() {
		return nil
	}
	w, err := e.w.parse(i)
	if err != nil {
		return err
	}
	g, err := e.g.parse(j)
	if err != nil {
		return err
	}
	e.want, e.got = newDocument(w.Value), newDocument(g.Value)
	e.pair(0, 0, at)
	if w.Name != g.Name { // of calls: other events with other names are not compared
		e.names(w.Name, g.Name, at)
	}
	return nil
}

// names reports that two calls went elsewhere.
func (e *eventComparison) names(want, got string, at reach) {
	inner, back := e.enter([]byte("@name"), []byte("@name"), at)
	w, _ := jsontext.AppendQuote(nil, want)
	g, _ := jsontext.AppendQuote(nil, got)
	if inner.empty() || !e.covers(Changed, w, g, inner) {
		e.report(Changed, w, g)
	}
	e.leave(back)
}

// enterEvent is [comparison.enter] for an event, from the root.
func (e *eventComparison) enterEvent(id, wantIndex, gotIndex int32) (reach, paths) {
	at := e.root()
	back := paths{len(e.wantPath), len(e.gotPath), len(e.positions)}
	want := e.ids.all[id].tokens(e.w.header.Output, wantIndex)
	got := e.ids.all[id].tokens(e.g.header.Output, gotIndex)
	for _, token := range want {
		e.wantPath = appendToken(e.wantPath, token)
		at = e.advance(at, []byte(token))
	}
	for _, token := range got {
		e.gotPath = appendToken(e.gotPath, token)
	}
	return at, back
}

// order compares the order in which events come.
func (e *eventComparison) order(p partners) {
	from, to := p.disorder()
	rule, ruled := e.unorderedBy(e.root())
	if from == to {
		if ruled && e.w.header.Output != golden.OutputJSON { // there, it is for the document
			e.Audit[rule].Hits++
			e.Audit[rule].Equal++
		}
		return
	}
	var want, got [][]byte
	quoted := func(ev event) []byte {
		text, _ := jsontext.AppendQuote(nil, pointer(e.ids.all[ev.identity].tokens(e.w.header.Output, ev.index)))
		return text
	}
	for i := from; i < to; i++ {
		if p.ofWant[i] >= 0 {
			want = append(want, quoted(e.w.events[i]))
		}
	}
	for _, i := range p.ofGot {
		if i >= from && i < to {
			got = append(got, quoted(e.w.events[i]))
		}
	}
	list := func(texts [][]byte) []byte {
		return fmt.Appendf(nil, "[%s]", bytes.Join(texts, []byte(",")))
	}
	if ruled {
		e.Audit[rule].Hits++
		e.hide(rule, e.difference(Moved, list(want), list(got)))
		return
	}
	e.report(Moved, list(want), list(got))
}
