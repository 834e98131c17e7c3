package harness

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// maxConfig bounds a configuration file, in bytes.
const maxConfig = 1 << 20

// LoadConfig reads a configuration file. Errors show the file, line and column, and for an
// unknown key the nearest valid one. Defaults are not filled in yet.
func LoadConfig(path string) (Config, error) {
	f, err := os.Open(path)
	if err != nil {
		return Config{}, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxConfig+1))
	if err != nil {
		return Config{}, err
	}
	if len(data) > maxConfig {
		return Config{}, fmt.Errorf("%s: larger than %d bytes; is it a configuration?", path, maxConfig)
	}
	c, err := ParseConfig(path, data)
	if err != nil {
		return Config{}, err
	}
	abs, err := filepath.Abs(path)
	c.Dir = filepath.Dir(abs)
	return c, err
}

// ConfigError is a mistake in a configuration, with its place.
type ConfigError struct {
	File         string
	Line, Column int // from 1; 0 where there is no place
	Source       string
	Reason       string
}

func (e *ConfigError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.File, e.Reason)
	}
	return fmt.Sprintf("%s:%d:%d: %s\n  %4d | %s\n       | %s^",
		e.File, e.Line, e.Column, e.Reason, e.Line, e.Source, strings.Repeat(" ", max(e.Column-1, 0)))
}

// ParseConfig reads a configuration from data; name is for its errors.
func ParseConfig(name string, data []byte) (c Config, err error) {
	fail := func(tok *token.Token, reason string) error {
		e := &ConfigError{File: name, Reason: reason}
		if tok != nil && tok.Position != nil {
			e.Line, e.Column = tok.Position.Line, tok.Position.Column
			if lines := strings.Split(string(data), "\n"); e.Line >= 1 && e.Line <= len(lines) {
				e.Source = strings.TrimRight(lines[e.Line-1], "\r")
			}
		}
		return e
	}
	defer func() { // the YAML parser has been seen to panic on broken input
		if p := recover(); p != nil {
			err = fail(nil, fmt.Sprintf("not readable as YAML: %v", p))
		}
	}()
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		return c, yamlError(err, fail)
	}
	if len(file.Docs) > 1 {
		return c, fail(file.Docs[1].Body.GetToken(), "a second document; want one")
	}
	if len(file.Docs) == 0 || file.Docs[0].Body == nil {
		return c, nil
	}
	if tok, reason := checkKeys(file.Docs[0].Body, reflect.TypeFor[Config](), ""); reason != "" {
		return c, fail(tok, reason)
	}
	if err := yaml.NodeToValue(file.Docs[0].Body, &c, yaml.Strict()); err != nil {
		return Config{}, yamlError(err, fail)
	}
	return c, nil
}

func yamlError(err error, fail func(*token.Token, string) error) error {
	var y yaml.Error
	if errors.As(err, &y) {
		return fail(y.GetToken(), y.GetMessage())
	}
	return fail(nil, err.Error())
}

// checkKeys walks a document beside the type it is read into, so that an unknown key is told
// with the keys that are valid at its place; the decoder knows only that it is unknown.
func checkKeys(node ast.Node, t reflect.Type, at string) (*token.Token, string) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch n := node.(type) {
	case *ast.MappingNode:
		if t.Kind() != reflect.Struct {
			return nil, ""
		}
		for _, v := range n.Values {
			if tok, reason := checkKey(v, t, at); reason != "" {
				return tok, reason
			}
		}
	case *ast.MappingValueNode:
		if t.Kind() == reflect.Struct {
			return checkKey(n, t, at)
		}
	case *ast.SequenceNode:
		if t.Kind() != reflect.Slice {
			return nil, ""
		}
		for _, v := range n.Values {
			if tok, reason := checkKeys(v, t.Elem(), at); reason != "" {
				return tok, reason
			}
		}
	}
	return nil, ""
}

func checkKey(v *ast.MappingValueNode, t reflect.Type, at string) (*token.Token, string) {
	key := v.Key.GetToken().Value
	var valid []string
	for f := range t.Fields() {
		tag := f.Tag.Get("yaml")
		if tag == key {
			return checkKeys(v.Value, f.Type, strings.TrimPrefix(at+"."+key, "."))
		}
		if tag != "-" {
			valid = append(valid, tag)
		}
	}
	where := "at the top"
	if at != "" {
		where = "under " + at
	}
	if near := nearest(key, valid); near != "" {
		return v.Key.GetToken(), fmt.Sprintf("unknown key %q %s; did you mean %q?", key, where, near)
	}
	slices.Sort(valid)
	return v.Key.GetToken(), fmt.Sprintf("unknown key %q %s; want one of %s", key, where, strings.Join(valid, ", "))
}
