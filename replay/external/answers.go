package external

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// answers is a record by request: what is asked for the n-th time gets the n-th answer.
type answers struct {
	record []Exchange
	of     map[Key][]Exchange
	taken  map[Key]int
}

func newAnswers(record []Exchange) *answers {
	a := &answers{record: record, of: map[Key][]Exchange{}, taken: map[Key]int{}}
	for _, e := range record {
		k := e.Request.Key()
		a.of[k] = append(a.of[k], e)
	}
	return a
}

// take returns the next answer to a request, or why there is none.
func (a *answers) take(r Request) (e Exchange, why string, ok bool) {
	k := r.Key()
	if len(a.of[k]) == 0 {
		k.Digest = "" // of a body that its server did not wait for
	}
	n := a.taken[k]
	a.taken[k]++
	if n < len(a.of[k]) {
		return a.of[k][n], "", true
	}
	if n > 0 {
		return Exchange{}, fmt.Sprintf("%s %s with this body was asked %d times in the run, and now for the %d. time.",
			r.Method, r.URL, len(a.of[k]), n+1), false
	}
	return Exchange{}, a.nearest(r), false
}

// shown is how many of the nearest requests an explanation names.
const shown = 3

// nearest names the recorded requests that are most like r, and what is not alike.
func (a *answers) nearest(r Request) string {
	if len(a.record) == 0 {
		return fmt.Sprintf("%s %s was asked, and the run asked nothing.", r.Method, r.URL)
	}
	type near struct {
		Request
		likeness int
	}
	var all []near
	seen := map[Key]bool{}
	for _, e := range a.record {
		if k := e.Request.Key(); !seen[k] {
			seen[k] = true
			all = append(all, near{e.Request, likeness(r, e.Request)})
		}
	}
	slices.SortStableFunc(all, func(x, y near) int { return cmp.Compare(y.likeness, x.likeness) })
	var text strings.Builder
	fmt.Fprintf(&text, "%s %s was asked, with a body of digest %.12s. Nearest in the record:", r.Method, r.URL, r.Body.digest())
	for _, n := range all[:min(shown, len(all))] {
		fmt.Fprintf(&text, "\n  %s %s, body %.12s", n.Method, n.URL, n.Body.digest())
		if n.Method == r.Method && n.URL == r.URL {
			text.WriteString(": only the body differs")
		}
	}
	return text.String()
}

// likeness counts what two requests share: the URL's path weighs more than the rest.
func likeness(a, b Request) int {
	n := 0
	if a.Method == b.Method {
		n++
	}
	if a.URL == b.URL {
		return n + 8
	}
	x, errX := url.Parse(a.URL)
	y, errY := url.Parse(b.URL)
	if errX != nil || errY != nil {
		return n
	}
	if x.Host == y.Host {
		n += 2
	}
	if x.Path == y.Path {
		n += 4
	}
	return n
}
