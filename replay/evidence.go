package replay

import (
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// maxText is the longest string, in bytes, that is cut into pieces. A longer one is left
// unexplained, which is the safe side.
const maxText = 1 << 20

// explanation is what one pair of values turns out to be.
type explanation struct {
	nature nature
	why    string
	root   int // index of the difference that it is a copy of, or -1
}

func explained(n nature, format string, args ...any) explanation {
	return explanation{nature: n, why: fmt.Sprintf(format, args...), root: -1}
}

func unexplained(format string, args ...any) explanation {
	return explained(natureNothing, format, args...)
}

// examiner explains values by the circumstances of the two runs that wrote them.
type examiner struct {
	in                    Evidence
	wantWindow, gotWindow window
	own                   []mark // what each side knows as its own
	wantMade, gotMade     []string
}

func newExaminer(in Evidence) *examiner {
	x := &examiner{in: in, wantWindow: windowOf(in.Want), gotWindow: windowOf(in.Got)}
	x.own = ownMarks(in.Want, in.Got)
	x.wantMade, x.gotMade = madeNames(in.Want, in.Got), madeNames(in.Got, in.Want)
	return x
}

// value explains two JSON values that stand at one path.
func (x *examiner) value(want, got jsontext.Value, name words, copies []mark) explanation {
	if len(want) == 0 || len(got) == 0 {
		return unexplained("only one of the two has it")
	}
	wk, gk := kindOf(want), kindOf(got)
	if wk != gk {
		return unexplained("%s on one side, %s on the other", kindName(wk), kindName(gk))
	}
	switch wk {
	case '"':
		w, okw := unquote(want)
		g, okg := unquote(got)
		if !okw || !okg {
			return unexplained("not a JSON string")
		}
		return x.text(w, g, name, copies, true)
	case '0':
		w, g := string(want), string(got)
		if strings.HasPrefix(w, "-") || strings.HasPrefix(g, "-") {
			return negative(w, g, copies)
		}
		return x.text(w, g, name, copies, false)
	}
	return unexplained("no evidence in the values says why")
}

// negative explains numbers of which one is below zero: no reading of the world is, so that
// only a copy is left.
func negative(w, g string, copies []mark) explanation {
	for _, m := range copies {
		if m.want == w && m.got == g {
			return explanation{m.nature, m.why, m.root}
		}
	}
	return unexplained("no reading of the world is negative, as %s or %s is", w, g)
}

// text explains two strings piece by piece. Every piece that differs has to be explained,
// and what is left when these are taken out has to be equal.
func (x *examiner) text(w, g string, name words, copies []mark, isString bool) explanation {
	if len(w) > maxText || len(g) > maxText {
		return unexplained("strings above %d bytes are not looked into", maxText)
	}
	marks := append(x.own[:len(x.own):len(x.own)], copies...)
	wt := x.lexer(marks, x.in.Want, x.wantMade, func(m mark) string { return m.want }).pieces(w)
	gt := x.lexer(marks, x.in.Got, x.gotMade, func(m mark) string { return m.got }).pieces(g)
	if !sameShape(wt, gt) {
		if e, ok := reordered(wt, gt); ok {
			return e
		}
		if e, ok := randomText(w, g); ok && isString {
			return e
		}
		return unexplained("the two are built differently")
	}
	var parts []explanation
	for i := range wt {
		if wt[i].text == gt[i].text {
			continue
		}
		where := place{want: wt, got: gt, i: i, name: name, whole: len(wt) == 1, wantText: w, gotText: g}
		parts = append(parts, x.pair(where, marks))
	}
	e := combine(parts)
	if e.nature != natureNothing {
		return e
	}
	if r, ok := reordered(wt, gt); ok {
		return r
	}
	if r, ok := randomText(w, g); ok && isString {
		return r
	}
	return e
}

func (x *examiner) lexer(marks []mark, c *Circumstances, made []string, side func(mark) string) lexer {
	l := lexer{made: made}
	for _, m := range marks {
		l.marks = append(l.marks, side(m))
	}
	if c != nil {
		for _, d := range c.Dirs {
			if len(d) > 1 {
				l.roots = append(l.roots, d)
			}
		}
	}
	return l
}

// place is a pair of pieces among its neighbours.
type place struct {
	want, got         []piece
	i                 int
	name              words
	whole             bool // the piece is the whole value
	wantText, gotText string
}

// pair explains the two pieces at p. The more specific reading is tried first.
func (x *examiner) pair(p place, marks []mark) explanation {
	w, g := p.want[p.i], p.got[p.i]
	switch w.kind {
	case pieceMark:
		m := marks[w.mark]
		e := explained(m.nature, "%s", m.why)
		e.root = m.root
		return e
	case pieceStamp:
		return x.stamps(w.stamp, g.stamp, w.text, g.text)
	case pieceSpan:
		return x.spans(w.text, g.text, p.nameHere())
	case pieceUUID:
		return x.uuids(w.text, g.text)
	case pieceAddress:
		return addresses(w.text, g.text, p)
	case pieceObject:
		return objects(w.text, g.text)
	case pieceTemp:
		return temporary(w.text, g.text)
	case pieceMade:
		return made(w.text, g.text)
	}
	return x.bare(w.text, g.text, p)
}

// bare explains two numbers or words, which have no form that says what they are.
func (x *examiner) bare(w, g string, p place) explanation {
	name := p.nameHere()
	hint := ""
	if isNumber(w) && isNumber(g) {
		e, ok := x.epochs(w, g, name)
		if ok {
			return e
		}
		hint = e.why
		for _, try := range []func() (explanation, bool){
			func() (explanation, bool) { return x.pids(w, g, name) },
			func() (explanation, bool) { return ports(w, g, p) },
			func() (explanation, bool) { return addressNumbers(w, g) },
			func() (explanation, bool) { return x.durations(w, g, name) },
			func() (explanation, bool) { return x.monotonic(w, g) },
		} {
			e, ok := try()
			if ok {
				return e
			}
			if e.why != "" {
				hint = e.why
			}
		}
	}
	if e, ok := x.prefixedPID(w, g); ok {
		return e
	}
	if e, ok := randomToken(w, g); ok {
		return e
	}
	if hint == "" {
		hint = "no evidence in the values says why"
	}
	return unexplained("%s", hint)
}

func unquote(v jsontext.Value) (string, bool) {
	b, err := jsontext.AppendUnquote(nil, v)
	return string(b), err == nil
}

func kindName(k byte) string {
	switch k {
	case '"':
		return "a string"
	case '0':
		return "a number"
	case '{':
		return "an object"
	case '[':
		return "an array"
	case 'n':
		return "null"
	}
	return "a boolean"
}
