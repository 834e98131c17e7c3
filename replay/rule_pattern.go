package replay

import (
	"errors"
	"fmt"
	"strings"
)

// pattern is a pointer pattern's segments, unescaped. No two any-depth ones are neighbours.
type pattern []segment

// segment is a glob over one token of a pointer.
type segment struct {
	anyDepth bool     // **, and nothing else is set
	parts    []string // what stands between stars: one part is a literal
}

// parsePattern reads the pattern that [Rule.Path] describes.
func parsePattern(text string) (pattern, error) {
	if text != "" && text[0] != '/' {
		return nil, errors.New("want a path that starts with a slash, such as /items/*/at")
	}
	tokens, err := splitPointer(text)
	if err != nil {
		return nil, err
	}
	var p pattern
	for i, token := range tokens {
		switch {
		case token == "**":
			if len(p) == 0 || !p[len(p)-1].anyDepth {
				p = append(p, segment{anyDepth: true})
			}
		case strings.Contains(token, "**"):
			return nil, fmt.Errorf("segment %d, %q: ** stands alone in its segment", i+1, token)
		default:
			p = append(p, segment{parts: strings.Split(token, "*")})
		}
	}
	return p, nil
}

// wild reports whether no segment names anything.
func (p pattern) wild() bool {
	for _, s := range p {
		if s.anyDepth {
			continue
		}
		for _, part := range s.parts {
			if part != "" {
				return false
			}
		}
		if len(s.parts) == 1 { // the empty name
			return false
		}
	}
	return true
}

// matches reports whether the segment, which is not any-depth, covers a token.
func (s segment) matches(token string) bool {
	first, last := s.parts[0], s.parts[len(s.parts)-1]
	if len(s.parts) == 1 {
		return token == first
	}
	if len(token) < len(first)+len(last) || !strings.HasPrefix(token, first) || !strings.HasSuffix(token, last) {
		return false
	}
	token = token[len(first) : len(token)-len(last)]
	for _, part := range s.parts[1 : len(s.parts)-1] {
		at := strings.Index(token, part)
		if at < 0 {
			return false
		}
		token = token[at+len(part):]
	}
	return true
}

// position is how far a rule's pattern has come along a path: its segments from at on are yet
// to be matched.
type position struct{ rule, at int }

// positions is a set of these, in the order of rules.
type positions []position

// add puts a position into the set, and with it the one behind an any-depth segment, which may
// match nothing. The set begins at from.
func (ps positions) add(rs *RuleSet, from int, p position) positions {
	for _, q := range ps[from:] {
		if p == q {
			return ps
		}
	}
	ps = append(ps, p)
	if segments := rs.rules[p.rule].pattern; p.at < len(segments) && segments[p.at].anyDepth {
		return ps.add(rs, from, position{p.rule, p.at + 1})
	}
	return ps
}

// step appends the positions that ps[lo:hi] reach over one more token.
func (ps positions) step(rs *RuleSet, lo, hi int, token string) positions {
	from := len(ps)
	for i := lo; i < hi; i++ {
		p := ps[i]
		segments := rs.rules[p.rule].pattern
		switch {
		case p.at == len(segments):
		case segments[p.at].anyDepth:
			ps = ps.add(rs, from, p)
		case segments[p.at].matches(token):
			ps = ps.add(rs, from, position{p.rule, p.at + 1})
		}
	}
	return ps
}
