package harness

import (
	"encoding"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// decoder fills a configuration from YAML's nodes. The YAML library's own does so leniently (1.5
// becomes 1, and 010 in a command 8) and does not say where; here a value is of its key's
// type, a string is what is written, and every error has a position.
type decoder struct {
	anchors map[string]ast.Node
	places  map[string]*token.Token // of values, by path: workflows[1].weight
	values  int
}

// maxValues bounds a configuration, its aliases followed: a few lines of them can stand for billions.
const maxValues = 1 << 20

// misplaced is an error at a token.
type misplaced struct {
	token  *token.Token
	reason string
}

func (e *misplaced) Error() string { return e.reason }

func wrong(n ast.Node, format string, args ...any) error {
	return &misplaced{n.GetToken(), fmt.Sprintf(format, args...)}
}

func (d *decoder) value(n ast.Node, to reflect.Value, path string) error {
	if d.values++; d.values > maxValues {
		return wrong(n, "more than %d values, aliases included; is it a configuration?", maxValues)
	}
	switch n := n.(type) {
	case *ast.NullNode:
		return nil
	case *ast.AnchorNode:
		if err := d.value(n.Value, to, path); err != nil {
			return err
		}
		d.anchors[n.Name.GetToken().Value] = n.Value // from here on: it can't hold itself
		return nil
	case *ast.AliasNode:
		target, err := d.anchored(n)
		if err != nil {
			return err
		}
		return d.value(target, to, path)
	case *ast.TagNode:
		return wrong(n, "tag %s: tags are not read here; leave it out", n.Start.Value)
	}
	d.places[path] = n.GetToken()
	return d.plain(n, to, path)
}

func (d *decoder) anchored(n *ast.AliasNode) (ast.Node, error) {
	name := n.Value.GetToken().Value
	if target, ok := d.anchors[name]; ok {
		return target, nil
	}
	return nil, wrong(n, "alias *%s: there is no anchor &%s before it", name, name)
}

func (d *decoder) plain(n ast.Node, to reflect.Value, path string) error {
	if text, ok := to.Addr().Interface().(encoding.TextUnmarshaler); ok {
		written, ok := scalar(n)
		if !ok {
			return wrong(n, "%s: want a single value, not a %s", lastKey(path), kindOf(n))
		}
		if err := text.UnmarshalText([]byte(written)); err != nil {
			return wrong(n, "%s: %v", lastKey(path), err)
		}
		return nil
	}
	switch to.Kind() {
	case reflect.Pointer:
		to.Set(reflect.New(to.Type().Elem()))
		return d.plain(n, to.Elem(), path)
	case reflect.Struct, reflect.Map:
		if either, ok := to.Addr().Interface().(listed); ok && n.Type() == ast.SequenceType {
			return d.sequence(n, either.list(), path)
		}
		return d.mapping(n, to, path)
	case reflect.Slice:
		return d.sequence(n, to, path)
	default:
		return scalarInto(n, to, path)
	}
}

// listed is what may be written as a list, too.
type listed interface{ list() reflect.Value }

func (d *decoder) sequence(n ast.Node, to reflect.Value, path string) error {
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		return wrong(n, "%s: want a list, as in [a, b], not a %s", lastKey(path), kindOf(n))
	}
	to.Set(reflect.MakeSlice(to.Type(), len(list.Values), len(list.Values)))
	for i, v := range list.Values {
		if err := d.value(v, to.Index(i), fmt.Sprintf("%s[%d]", path, i)); err != nil {
			return err
		}
	}
	return nil
}

// mapping fills a struct or a map of strings: with what is merged into it first, so that its
// own keys win.
func (d *decoder) mapping(n ast.Node, to reflect.Value, path string) error {
	entries, ok := entriesOf(n)
	if !ok {
		return wrong(n, "%s: want keys with values, not a %s", lastKey(path), kindOf(n))
	}
	if to.Kind() == reflect.Map && to.IsNil() {
		to.Set(reflect.MakeMap(to.Type()))
	}
	for _, merging := range []bool{true, false} {
		for _, e := range entries {
			if _, merge := e.Key.(*ast.MergeKeyNode); merge != merging {
				continue
			}
			var err error
			switch {
			case merging:
				err = d.merge(e.Value, to, path)
			case to.Kind() == reflect.Map:
				err = d.mapEntry(e, to, path)
			default:
				err = d.field(e, to, path)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *decoder) merge(n ast.Node, to reflect.Value, path string) error {
	alias, ok := n.(*ast.AliasNode)
	if !ok {
		return wrong(n, "<<: want an alias, as in <<: *base")
	}
	target, err := d.anchored(alias)
	if err != nil {
		return err
	}
	return d.value(target, to, path)
}

func (d *decoder) mapEntry(e *ast.MappingValueNode, to reflect.Value, path string) error {
	key, ok := scalar(e.Key)
	if !ok {
		return wrong(e.Key, "want a name before the colon, not a %s", kindOf(e.Key))
	}
	value := reflect.New(to.Type().Elem()).Elem()
	if err := d.value(e.Value, value, path+"."+key); err != nil {
		return err
	}
	to.SetMapIndex(reflect.ValueOf(key), value)
	return nil
}

func (d *decoder) field(e *ast.MappingValueNode, to reflect.Value, path string) error {
	key, ok := scalar(e.Key)
	if !ok {
		return wrong(e.Key, "want a key before the colon, not a %s", kindOf(e.Key))
	}
	var valid []string
	for f, v := range to.Fields() {
		tag := f.Tag.Get("yaml")
		if tag == "-" {
			continue
		}
		if tag != key {
			valid = append(valid, tag)
			continue
		}
		if err := d.value(e.Value, v, strings.TrimPrefix(path+"."+key, ".")); err != nil {
			return err
		}
		if _, null := e.Value.(*ast.NullNode); !null && v.IsZero() && isNumber(v.Kind()) {
			return wrong(e.Value, "%s: 0 would stand for the default; leave the key out for that, or say another value", key)
		}
		return nil
	}
	return unknownKey(e.Key, key, path, valid)
}

var listIndex = regexp.MustCompile(`\[\d+\]`)

func unknownKey(n ast.Node, key, path string, valid []string) error {
	where := "at the top"
	if path != "" {
		where = "under " + listIndex.ReplaceAllString(path, "")
	}
	if path == "" && hasKey(WorkflowConfig{}, key) {
		return wrong(n, "unknown key %q %s; it belongs under each workflow that it is for", key, where)
	}
	if near := nearest(strings.ReplaceAll(key, "-", "_"), valid); near != "" {
		return wrong(n, "unknown key %q %s; did you mean %q?", key, where, near)
	}
	slices.Sort(valid)
	return wrong(n, "unknown key %q %s; want one of %s", key, where, strings.Join(valid, ", "))
}

// hasKey reports whether a part of the configuration has this key.
func hasKey(part any, key string) bool {
	for f := range reflect.ValueOf(part).Fields() {
		if f.Tag.Get("yaml") == key {
			return true
		}
	}
	return false
}

// lastKey is the end of a path, for messages.
func lastKey(path string) string {
	if path == "" {
		return "the configuration"
	}
	return path[strings.LastIndexByte(path, '.')+1:]
}
