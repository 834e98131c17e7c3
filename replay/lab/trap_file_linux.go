//go:build linux && (amd64 || arm64)

package lab

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"strings"
)

// redirectToText shows the command a text in place of a file.
func (t *tracer) redirectToText(factor, name string, text []byte) error {
	path, err := t.privateFile(strings.ReplaceAll(strings.TrimPrefix(name, "/"), "/", "-"), text)
	if err != nil {
		return err
	}
	t.redirect(name, factor, func(*tracee) (string, func(bool), error) { return path, nil, nil })
	return nil
}

// redirectWithLine shows the command a file with a line more than it has.
func (t *tracer) redirectWithLine(factor, name, line string) error {
	text, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if text = bytes.TrimSuffix(text, []byte("\n")); len(text) > 0 {
		text = append(text, '\n')
	}
	return t.redirectToText(factor, name, append(text, line+"\n"...))
}
