package harness

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"

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
	Line, Column int    // from 1; 0 where there is no place
	Source       string // the line; empty where it can't be shown
	Reason       string
}

func (e *ConfigError) Error() string {
	switch {
	case e.Line == 0:
		return fmt.Sprintf("%s: %s", e.File, e.Reason)
	case e.Source == "":
		return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Reason)
	}
	return fmt.Sprintf("%s:%d:%d: %s\n  %4d | %s\n       | %s^",
		e.File, e.Line, e.Column, e.Reason, e.Line, e.Source, strings.Repeat(" ", max(e.Column-1, 0)))
}

// ParseConfig reads a configuration from data; name is for its errors. What it says is also
// checked, as far as that does not depend on flags or on the Go workflows that there are.
func ParseConfig(name string, data []byte) (c Config, err error) {
	text := source{name, bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))}
	defer func() { // the YAML parser has been seen to panic on broken input
		if p := recover(); p != nil {
			c, err = Config{}, text.error(nil, fmt.Sprintf("not readable as YAML: %v", p))
		}
	}()
	if err := text.readable(); err != nil {
		return c, err
	}
	file, err := parser.ParseBytes(text.data, 0)
	if err != nil {
		return c, text.yamlError(err)
	}
	if len(file.Docs) > 1 {
		return c, text.error(cmp.Or(file.Docs[1].Start, file.Docs[1].GetToken()), "a second document; want one")
	}
	if len(file.Docs) == 0 || file.Docs[0].Body == nil || file.Docs[0].Body.Type() == ast.CommentType {
		return c, nil
	}
	d := decoder{anchors: map[string]ast.Node{}, places: map[string]*token.Token{}}
	if err := d.value(file.Docs[0].Body, reflect.ValueOf(&c).Elem(), ""); err != nil {
		return Config{}, text.decodeError(err)
	}
	err = parsed(c).check()
	if err == nil && c.Workflows != nil { // else they are the binary's, which are not known here
		err = c.CheckRuleWorkflows()
	}
	if err != nil {
		return Config{}, text.keyError(err, d.places)
	}
	return c, nil
}

// parsed returns a configuration complete for its check: whether a Go workflow takes checkpoints
// it need not say.
func parsed(c Config) Config {
	c = c.Defaults()
	for i := range c.Workflows {
		if w := &c.Workflows[i]; w.Command == nil {
			w.Checkpoints = true
		}
	}
	return c
}

// source is a configuration's text.
type source struct {
	name string
	data []byte
}

// readable refuses what YAML does, and a terminal should not be shown.
func (s source) readable() error {
	line, column := 1, 1
	for rest := s.data; len(rest) > 0; column++ {
		r, n := utf8.DecodeRune(rest)
		control := unicode.IsControl(r) && !strings.ContainsRune("\t\n\r\u0085", r)
		if control || r == utf8.RuneError && n == 1 {
			return &ConfigError{File: s.name, Line: line, Column: column, Reason: fmt.Sprintf("byte 0x%02x is not part of a text in UTF-8; is it a configuration?", rest[0])}
		}
		if r == '\n' {
			line, column = line+1, 0
		}
		rest = rest[n:]
	}
	return nil
}

// maxSource is how long a line may be and still be shown, in bytes.
const maxSource = 300

func (s source) error(at *token.Token, reason string) error {
	e := &ConfigError{File: s.name, Reason: reason}
	if at != nil && at.Position != nil {
		e.Line, e.Column = at.Position.Line, at.Position.Column
		if lines := bytes.Split(s.data, []byte("\n")); e.Line >= 1 && e.Line <= len(lines) {
			if line := bytes.TrimRight(lines[e.Line-1], "\r"); len(line) <= maxSource {
				e.Source = string(line)
			}
		}
	}
	return e
}

func (s source) yamlError(err error) error {
	var y yaml.Error
	if errors.As(err, &y) {
		return s.error(y.GetToken(), y.GetMessage())
	}
	return s.error(nil, err.Error())
}

func (s source) decodeError(err error) error {
	var m *misplaced
	if errors.As(err, &m) {
		return s.error(m.token, m.reason)
	}
	return s.error(nil, err.Error())
}

// keyError puts an error at its key's value, or where that is not said at what it is missing in.
func (s source) keyError(err error, places map[string]*token.Token) error {
	var k *keyError
	if !errors.As(err, &k) {
		return s.error(nil, err.Error())
	}
	for path := k.path; path != ""; path = path[:max(strings.LastIndexAny(path, ".["), 0)] {
		if at, ok := places[path]; ok {
			return s.error(at, k.Error())
		}
	}
	return s.error(nil, k.Error())
}
