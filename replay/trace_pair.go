package replay

import "github.com/shadowrun/shadowrun/golden"

// pairUp finds each event's partner. Events before pre are equal pairs, and so are those from
// wantEnd and gotEnd on.
func (e *eventComparison) pairUp(pre, wantEnd, gotEnd int) (partners, error) {
	p := newPartners(len(e.w.events), len(e.g.events))
	for i := range pre {
		p.pair(i, i)
	}
	for i := wantEnd; i < len(e.w.events); i++ {
		p.pair(i, i-wantEnd+gotEnd)
	}
	want, got := e.w.events[pre:wantEnd], e.g.events[pre:gotEnd]
	in := newInterner(len(want))
	wantIDs, gotIDs := numberedLines(in, want), numberedLines(in, got)
	if !sameMultiset(wantIDs, gotIDs) {
		if err := e.align(p, pre, want, got, wantIDs, gotIDs); err != nil {
			return p, err
		}
	}
	p.join(pre, wantIDs, gotIDs)
	p.join(pre, identitiesOf(want), identitiesOf(got))
	return p, nil
}

// align pairs equal events, and between them those that resemble each other, in the order of
// both sides. The first ones are at pre on both sides.
func (e *eventComparison) align(p partners, pre int, want, got []event, wantIDs, gotIDs []int32) error {
	matches, whole := e.aligner.align(wantIDs, gotIDs)
	var all []match
	var failed error
	gaps(matches, len(want), len(got), func(w, g span) {
		wantItems, err := e.w.items(pre+w.from, pre+w.to)
		if err != nil {
			failed = err
			return
		}
		gotItems, err := e.g.items(pre+g.from, pre+g.to)
		if err != nil {
			failed = err
			return
		}
		inGap, ok := e.aligner.pairs(wantItems, gotItems)
		whole = whole && ok
		for _, m := range inGap {
			if m.want >= 0 && m.got >= 0 {
				all = append(all, match{w.from + m.want, g.from + m.got})
			}
		}
	}, func(m match) { all = append(all, m) })
	if failed != nil {
		return failed
	}
	if !whole {
		e.NotAligned = append(e.NotAligned, "")
		return nil // identities decide: the k-th one is the k-th one's partner
	}
	for _, m := range all {
		p.pair(pre+m.want, pre+m.got)
	}
	return nil
}

// items parses events to be paired.
func (t *trace) items(from, to int) ([]item, error) {
	all := make([]item, to-from)
	for i := range all {
		parsed, err := t.parse(from + i)
		if err != nil {
			return nil, err
		}
		all[i] = item{doc: newDocument(parsed.Value), label: t.events[from+i].identity}
	}
	return all, nil
}

func (t *trace) parse(i int) (golden.Event, error) {
	e, err := golden.ParseEvent(t.events[i].line)
	if err != nil {
		err = &DocumentError{Side: t.side, Line: i + 2, Reason: err.Error()}
	}
	return e, err
}

func numberedLines(in *interner, events []event) []int32 {
	ids := make([]int32, len(events))
	for i, ev := range events {
		ids[i] = in.number(ev.line)
	}
	return ids
}

func identitiesOf(events []event) []int32 {
	ids := make([]int32, len(events))
	for i, ev := range events {
		ids[i] = ev.identity
	}
	return ids
}
