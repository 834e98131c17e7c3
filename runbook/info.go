package runbook

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// info is what a fence says of its block: a language, then attributes, such as
//
//	sh id=stop-on destructive
//	sh id=label manual="labels are GitHub's"
type info struct {
	lang, id, manual string
	destructive      bool
	unknown          []string
}

var identifier = regexp.MustCompile(`^[\p{L}\p{N}_][\p{L}\p{N}._-]*$`)

func parseInfo(text string) (info, error) {
	lang, rest, _ := strings.Cut(strings.ReplaceAll(strings.TrimSpace(text), "\t", " "), " ")
	in := info{lang: strings.ToLower(lang)}
	seen := map[string]bool{}
	for rest = strings.TrimLeft(rest, " "); rest != ""; rest = strings.TrimLeft(rest, " ") {
		a, err := nextAttribute(&rest)
		if err != nil {
			return in, err
		}
		if seen[a.name] {
			return in, fmt.Errorf("%s is given twice; write it once", a.name)
		}
		seen[a.name] = true
		if err := in.set(a); err != nil {
			return in, err
		}
	}
	return in, nil
}

func (in *info) set(a attribute) error {
	switch a.name {
	case "id":
		if !identifier.MatchString(a.value) {
			return fmt.Errorf("id=%s: an id is letters, digits and ._-", a.value)
		}
		in.id = a.value
	case "manual":
		if in.manual = strings.TrimSpace(a.value); in.manual == "" {
			return errors.New(`manual says no reason; write manual="why a person must do it"`)
		}
	case "destructive":
		if a.hasValue {
			return errors.New("destructive takes no value; write destructive alone")
		}
		in.destructive = true
	default:
		in.unknown = append(in.unknown, a.name)
	}
	return nil
}

// attribute is name, name=value or name="a value", where \ stands before a quote or another \.
type attribute struct {
	name, value string
	hasValue    bool
}

// nextAttribute takes the first attribute off a text that begins with one.
func nextAttribute(rest *string) (attribute, error) {
	end := strings.IndexAny(*rest, " =")
	if end < 0 {
		end = len(*rest)
	}
	a := attribute{name: (*rest)[:end]}
	*rest = (*rest)[end:]
	value, given := strings.CutPrefix(*rest, "=")
	if !given {
		return a, nil
	}
	a.hasValue = true
	quoted, isQuoted := strings.CutPrefix(value, `"`)
	if !isQuoted {
		a.value, *rest, _ = strings.Cut(value, " ")
		return a, nil
	}
	var text strings.Builder
	for i := 0; i < len(quoted); i++ {
		switch c := quoted[i]; {
		case c == '\\' && i+1 < len(quoted) && (quoted[i+1] == '"' || quoted[i+1] == '\\'):
			i++
			text.WriteByte(quoted[i])
		case c == '"':
			a.value, *rest = text.String(), quoted[i+1:]
			if *rest != "" && (*rest)[0] != ' ' {
				return a, fmt.Errorf("%s: want a space after its value, not %q", a.name, *rest)
			}
			return a, nil
		default:
			text.WriteByte(c)
		}
	}
	return a, fmt.Errorf(`%s: its value has no closing "`, a.name)
}
