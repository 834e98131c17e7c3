package project

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// ConfigError is a mistake in a YAML file, with its place.
type ConfigError struct {
	File         string
	Line, Column int // 0 where the mistake is nowhere in particular
	Reason       string
}

func (e *ConfigError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.File, e.Reason)
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Reason)
}

// maxYAML bounds a configuration's bytes.
const maxYAML = 256 << 10

// ParseConfig reads .somas/config.yml, whose name is for errors. What it does not say has its default.
func ParseConfig(name string, src []byte) (Config, error) {
	c := Config{}.Defaults()
	f := yamlFile{name: name, src: src}
	doc, err := f.read(configSchema)
	if err != nil {
		return Config{}, err
	}
	if gates, ok := doc["quality_gates"].(map[string]any); ok {
		c.QualityGates = nil // the two defaults are not to be got rid of by naming others
		directGates(gates)
	}
	if p, ok := doc["pipeline"].(map[string]any); ok && p["stage_timeouts"] != nil {
		c.Pipeline.StageTimeouts = nil
	}
	if err := f.decode(doc, &c); err != nil {
		return Config{}, err
	}
	for stage, gates := range c.QualityGates {
		for measure, gate := range gates {
			if err := checkGate(string(stage)+"."+measure, gate.Min, gate.Max); err != nil {
				return Config{}, f.at([]string{"quality_gates", string(stage), measure}, err.Error())
			}
		}
	}
	return c, nil
}

// directGates turns plain numbers into bounds.
func directGates(gates map[string]any) {
	for _, of := range gates {
		measures := of.(map[string]any)
		for name, v := range measures {
			if _, bounds := v.(map[string]any); bounds {
				continue
			}
			bound := "min"
			if strings.Contains(name, "fail") || strings.Contains(name, "error") {
				bound = "max"
			}
			measures[name] = map[string]any{bound: v}
		}
	}
}

// yamlFile is a source and, once read, its nodes.
type yamlFile struct {
	name string
	src  []byte
	root ast.Node
}

// read is the file as JSON would have it, held to the schema.
func (f *yamlFile) read(s schema) (map[string]any, error) {
	if len(f.src) > maxYAML {
		return nil, f.at(nil, fmt.Sprintf("it has %d bytes: want %d at most; is it a configuration?", len(f.src), maxYAML))
	}
	file, err := parser.ParseBytes(f.src, 0)
	if err != nil {
		return nil, f.yamlError(err)
	}
	if len(file.Docs) > 1 {
		return nil, f.at(nil, "it has more than one document: want one")
	}
	if len(file.Docs) == 0 || file.Docs[0].Body == nil {
		return map[string]any{}, f.hold(s, map[string]any{})
	}
	f.root = file.Docs[0].Body
	var p plainness
	ast.Walk(&p, f.root)
	if p.token != nil {
		return nil, f.atToken(p.token, "anchors, aliases, tags and merges are not read here: write it out")
	}
	var doc any
	if err := yaml.NodeToValue(f.root, &doc); err != nil {
		return nil, f.yamlError(err)
	}
	if doc == nil {
		doc = map[string]any{}
	}
	object, ok := doc.(map[string]any)
	if !ok {
		return nil, f.at(nil, "want keys and values")
	}
	return object, f.hold(s, doc)
}

// hold takes the way through JSON, whose values are the ones that the schema knows.
func (f *yamlFile) hold(s schema, doc any) error {
	b, err := json.Marshal(doc)
	if err != nil {
		return f.at(nil, err.Error())
	}
	err = s.check(b)
	var m *mismatch
	if errors.As(err, &m) {
		return f.at(m.path, m.Error())
	}
	return err
}

func (f *yamlFile) decode(doc map[string]any, to any) error {
	b, err := json.Marshal(doc)
	if err == nil {
		err = decodeStrict(b, to)
	}
	if err != nil {
		return f.at(nil, err.Error())
	}
	return nil
}

// plainness finds the first node that stands for another.
type plainness struct{ token *token.Token }

func (p *plainness) Visit(n ast.Node) ast.Visitor {
	switch n.(type) {
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode, *ast.MergeKeyNode:
		if p.token == nil {
			p.token = n.GetToken()
		}
		return nil
	}
	return p
}

func (f *yamlFile) yamlError(err error) error {
	var y yaml.Error
	if errors.As(err, &y) {
		return f.atToken(y.GetToken(), y.GetMessage())
	}
	return f.at(nil, err.Error())
}

func (f *yamlFile) atToken(t *token.Token, reason string) error {
	e := &ConfigError{File: f.name, Reason: reason}
	if t != nil && t.Position != nil {
		e.Line, e.Column = t.Position.Line, t.Position.Column
	}
	return e
}

// at puts an error at the node of a path, or at the nearest one above it.
func (f *yamlFile) at(path []string, reason string) error {
	if f.root == nil {
		return f.atToken(nil, reason)
	}
	node, at := f.root, f.root.GetToken()
	for _, key := range path {
		next, where := child(node, key)
		if where == nil {
			break
		}
		node, at = next, where
	}
	return f.atToken(at, reason)
}

func child(n ast.Node, key string) (ast.Node, *token.Token) {
	switch n := n.(type) {
	case *ast.MappingNode:
		for _, v := range n.Values {
			if v.Key.GetToken().Value == key {
				return v.Value, v.Key.GetToken()
			}
		}
	case *ast.SequenceNode:
		i, _ := strconv.Atoi(key) // the place is of this document
		return n.Values[i], n.Values[i].GetToken()
	}
	return nil, nil
}
