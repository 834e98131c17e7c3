package replay

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// covers is [positions.step] the slow way: it tries every length for every **.
func (p pattern) covers(tokens []string) bool {
	switch {
	case len(p) == 0:
		return len(tokens) == 0
	case p[0].anyDepth:
		return p[1:].covers(tokens) || len(tokens) > 0 && p.covers(tokens[1:])
	default:
		return len(tokens) > 0 && globCovers(strings.Join(p[0].parts, "*"), tokens[0]) && p[1:].covers(tokens[1:])
	}
}

func globCovers(glob, token string) bool {
	switch {
	case glob == "":
		return token == ""
	case glob[0] == '*':
		return globCovers(glob[1:], token) || token != "" && globCovers(glob, token[1:])
	default:
		return token != "" && glob[0] == token[0] && globCovers(glob[1:], token[1:])
	}
}

func TestPatternsMatchAsTheSlowWay(t *testing.T) {
	segments := rapid.SampledFrom([]string{"**", "*", "a", "a*", "*a", "a*b", "a*a", "*a*", "ab", "", "*a*b*"})
	tokens := rapid.SampledFrom([]string{"a", "b", "ab", "aab", "aba", "", "ba"})
	rapid.Check(t, func(t *rapid.T) {
		var text string
		for _, s := range rapid.SliceOfN(segments, 0, 6).Draw(t, "pattern") {
			text += "/" + s
		}
		checkPattern(t, text, rapid.SliceOfN(tokens, 0, 7).Draw(t, "path"))
	})
}

func checkPattern(t interface{ Fatalf(string, ...any) }, text string, path []string) {
	p, err := parsePattern(text)
	if err != nil {
		return
	}
	rs := &RuleSet{rules: []compiledRule{{pattern: p}}}
	ps := positions(nil).add(rs, 0, position{0, 0})
	lo := 0
	for _, token := range path {
		hi := len(ps)
		ps = ps.step(rs, lo, hi, token)
		lo = hi
	}
	matches := false
	for _, q := range ps[lo:] {
		matches = matches || q.at == len(p)
	}
	if slow := p.covers(path); matches != slow {
		t.Fatalf("pattern %q on %q: %t, the slow way %t", text, path, matches, slow)
	}
}

func FuzzRules(f *testing.F) {
	f.Add("/a/*/at", "ignore", "", []byte(`{"a":[{"at":1}]}`), []byte(`{"a":[{"at":2},{"at":3}]}`))
	f.Add("/**/x*", "within", "1%", []byte(`{"x":1e5,"x1":{"x":-1}}`), []byte(`{"x":1e6,"x1":{"x":-1.01}}`))
	f.Add("", "unordered", "", []byte(`[1,[2,3],{"a":4}]`), []byte(`[{"a":5},[2,3],1,1]`))
	f.Add("/~1~0/**", "volatile", "", []byte(`{"/~":1}`), []byte(`{"/~":null}`))
	f.Fuzz(func(t *testing.T, path, action, within string, want, got []byte) {
		rs, err := NewRuleSet([]Rule{{Path: path, Action: Action(action), Within: within, Reason: "fuzz"}})
		if err != nil {
			return
		}
		tokens, _ := splitPointer(path)
		if strings.Count(path, "*") <= 6 { // the slow way is exponential in them
			checkPattern(t, path, tokens)
		}
		r, err := Compare(want, got, JSON, Options{Rules: rs})
		if err != nil {
			return
		}
		a := r.Audit[0]
		if a.Hidden != len(r.Covered) || a.Hidden+a.Equal > a.Hits || a.Hits < 0 {
			t.Fatalf("audit %+v with %d covered", a, len(r.Covered))
		}
		plain, err := Compare(want, got, JSON, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if a.Hidden == 0 && Action(action) != Unordered && len(plain.Differences) != len(r.Differences) {
			t.Fatalf("a rule that hides nothing: %d differences, %d without it", len(r.Differences), len(plain.Differences))
		}
		if plain.Equal() && !r.Equal() {
			t.Fatalf("equal documents, and with a rule %d differences", len(r.Differences))
		}
	})
}

func FuzzCompareTraces(f *testing.F) {
	whole := traceOf("steps", 7, ended, `step a {"at":1}`, `step b {"at":1}`, "call x 1", "artifact f 1", "out 1")
	f.Add([]byte(whole), []byte(strings.Replace(whole, `"b"`, `"a"`, 1)))
	f.Add([]byte(whole), []byte(traceOf("json", 8, `"exit":1,"status":"exit"`, "out 1", `step b {"at":3}`, "call y 2", `step a {"at":1}`)))
	rs, err := NewRuleSet([]Rule{{Path: "/**/at", Action: Volatile, Reason: "fuzz"}, {Path: "", Action: Unordered, Reason: "fuzz"}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, want, got []byte) {
		r, err := CompareTraces(want, got, Options{})
		if err != nil {
			return
		}
		seen := make(map[[2]string]bool)
		for _, d := range r.Differences {
			at := [2]string{d.Path, d.GotPath}
			// Names of steps can spell the path of something else.
			if seen[at] && !strings.ContainsAny(d.Path+d.GotPath, "@#") && !strings.ContainsAny(d.Path, "0123456789") {
				t.Fatalf("twice at %q:\n%s", at, strings.Join(brief(r.Differences), "\n"))
			}
			seen[at] = true
		}
		if ruled, err := CompareTraces(want, got, Options{Rules: rs}); err == nil && len(ruled.Differences) > len(r.Differences) {
			t.Fatalf("more differences with rules: %v, without: %v", brief(ruled.Differences), brief(r.Differences))
		}
		if same, err := CompareTraces(want, want, Options{Rules: rs}); err == nil && !same.Equal() {
			t.Fatalf("a trace differs from itself: %v", brief(same.Differences))
		}
	})
}
