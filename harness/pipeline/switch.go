package pipeline

import (
	"bytes"
	"fmt"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// switched returns a configuration with pipeline.enabled set. Nothing else of it changes, neither
// comments nor layout: the value is replaced where it stands, or a line is put in.
func switched(name string, src []byte, enabled bool) ([]byte, error) {
	before, err := project.ParseConfig(name, src)
	if err != nil {
		return nil, err
	}
	if before.Pipeline.Enabled == enabled {
		return src, nil
	}
	out := edited(src, enabled)
	// What an edit of text did is not taken on trust.
	after, err := project.ParseConfig(name, out)
	if err != nil || after.Pipeline.Enabled != enabled {
		return nil, fmt.Errorf("%s: pipeline.enabled could not be set to %t in this layout: set it by hand", name, enabled)
	}
	return out, nil
}

func edited(src []byte, enabled bool) []byte {
	file, _ := parser.ParseBytes(src, 0) // which has just read it as a configuration
	value := fmt.Sprint(enabled)
	var root ast.Node
	if len(file.Docs) > 0 {
		root = file.Docs[0].Body
	}
	section := entry(root, "pipeline")
	if section == nil {
		if len(src) > 0 && !bytes.HasSuffix(src, []byte("\n")) {
			src = append(bytes.Clone(src), '\n')
		}
		return fmt.Appendf(bytes.Clone(src), "pipeline:\n  enabled: %s\n", value)
	}
	if old := entry(section.Value, "enabled"); old != nil {
		at := offset(src, old.Value)
		return splice(src, at, at+len(old.Value.GetToken().Value), value)
	}
	switch keys := values(section.Value); {
	case len(keys) == 0: // {}: the one mapping that has none
		at := offset(src, section.Value) + len("{")
		return splice(src, at, at, "enabled: "+value)
	default:
		first := keys[0].Key
		at := offset(src, first)
		between := ", "
		if !section.Value.(*ast.MappingNode).IsFlowStyle {
			between = "\n" + string(bytes.Repeat([]byte(" "), first.GetToken().Position.Column-1))
		}
		return splice(src, at, at, "enabled: "+value+between)
	}
}

// entry returns a mapping's entry, or nil.
func entry(n ast.Node, key string) *ast.MappingValueNode {
	for _, v := range values(n) {
		if v.Key.GetToken().Value == key {
			return v
		}
	}
	return nil
}

func values(n ast.Node) []*ast.MappingValueNode {
	if m, is := n.(*ast.MappingNode); is {
		return m.Values
	}
	return nil
}

// offset is where a node begins in src, in bytes. The parser's own offsets count runes.
func offset(src []byte, n ast.Node) int {
	p := n.GetToken().Position
	at := 0
	for range p.Line - 1 {
		at += bytes.IndexByte(src[at:], '\n') + 1
	}
	line := []rune(string(src[at:]))
	return at + len(string(line[:p.Column-1]))
}

func splice(src []byte, from, to int, with string) []byte {
	return append(append(bytes.Clone(src[:from]), with...), src[to:]...)
}
