package harness

import (
	"math"
	"reflect"
	"strconv"

	"github.com/goccy/go-yaml/ast"
)

// scalarInto fills a string, number or truth value. Numbers are decimal: to some readers of YAML
// 010 is 8, and to others 10.
func scalarInto(n ast.Node, to reflect.Value, path string) error {
	key := lastKey(path)
	text, ok := scalar(n)
	if !ok {
		return wrong(n, "%s: want a single value, not a %s", key, kindOf(n))
	}
	switch to.Kind() {
	case reflect.Bool:
		if text != "true" && text != "false" {
			return wrong(n, "%s: %q is neither true nor false", key, text)
		}
		to.SetBool(text == "true")
	case reflect.Int:
		i, err := strconv.Atoi(text)
		if err != nil || strconv.Itoa(i) != text {
			return wrong(n, "%s: %q is no whole number", key, text)
		}
		to.SetInt(int64(i))
	case reflect.Uint64:
		u, err := strconv.ParseUint(text, 10, 64)
		if err != nil || strconv.FormatUint(u, 10) != text {
			return wrong(n, "%s: %q is no whole number from 0 to %d", key, text, uint64(math.MaxUint64))
		}
		to.SetUint(u)
	case reflect.Float64:
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return wrong(n, "%s: %q is no number", key, text)
		}
		to.SetFloat(f)
	default:
		to.SetString(text)
	}
	return nil
}

// scalar returns a single value as it is written, without its quotes.
func scalar(n ast.Node) (text string, ok bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	}
	return "", false
}

func entriesOf(n ast.Node) (entries []*ast.MappingValueNode, ok bool) {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	}
	return nil, false
}

func kindOf(n ast.Node) string {
	if _, ok := entriesOf(n); ok {
		return "mapping"
	}
	if _, ok := n.(*ast.SequenceNode); ok {
		return "list"
	}
	if _, ok := scalar(n); ok {
		return "single value"
	}
	return n.Type().String()
}

func isNumber(k reflect.Kind) bool {
	switch k {
	case reflect.Int, reflect.Int64, reflect.Uint64, reflect.Float64:
		return true
	}
	return false
}
