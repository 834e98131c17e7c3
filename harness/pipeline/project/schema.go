package project

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// Schemas are the JSON Schemas of a project's documents, for editors and other programs too.
//
//go:embed *.schema.json
var Schemas embed.FS

// schema is one of them, compiled when it is first needed.
type schema struct {
	name    string
	compile func() *jsonschema.Schema
}

var (
	stateSchema   = newSchema("state")
	entrySchema   = newSchema("transition")
	lettersSchema = newSchema("dead_letters")
	configSchema  = newSchema("config")
	agentSchema   = newSchema("agent")
)

func newSchema(name string) schema {
	return schema{name, sync.OnceValue(func() *jsonschema.Schema {
		c := jsonschema.NewCompiler()
		c.AssertFormat()
		c.UseLoader(embedded{})
		return c.MustCompile("schema:///" + name + ".schema.json")
	})}
}

// embedded loads the schemas.
type embedded struct{}

func (embedded) Load(url string) (any, error) {
	file, err := Schemas.Open(path.Base(url))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return jsonschema.UnmarshalJSON(file)
}

// mismatch is the first place, in the document's order of keys, at which a schema does not hold.
type mismatch struct {
	path []string // keys and indices, from the document's root
	why  string
}

func (m *mismatch) Error() string {
	if len(m.path) == 0 {
		return m.why
	}
	return strings.Join(m.path, ".") + ": " + m.why
}

// check holds a JSON document to the schema. An error is a *mismatch, or says where it stops being JSON.
func (s schema) check(src []byte) error {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(src))
	if err != nil {
		return fmt.Errorf("it is not JSON: %w", err)
	}
	err = s.compile().Validate(doc)
	var v *jsonschema.ValidationError
	if !errors.As(err, &v) {
		return err
	}
	for len(v.Causes) > 0 {
		v = v.Causes[0]
	}
	path := v.InstanceLocation
	if key := extraKey(v.ErrorKind); key != "" {
		path = append(slices.Clone(path), key)
		return &mismatch{path, "there is no such key"}
	}
	return &mismatch{path, v.ErrorKind.LocalizedString(message.NewPrinter(language.English))}
}

// extraKey is the key that a schema does not know, if that is the mistake.
func extraKey(e jsonschema.ErrorKind) string {
	if extra, ok := e.(*kind.AdditionalProperties); ok && len(extra.Properties) > 0 {
		return extra.Properties[0]
	}
	return ""
}
