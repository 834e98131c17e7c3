package gate

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// line returns the line of a golden's file where the gravest difference is; 0 where it can't be told.
func (g *Gate) line(r Result) int {
	text, err := os.ReadFile(filepath.Join(g.dir, filepath.FromSlash(pathIn(r.Case))))
	if err != nil {
		return 0
	}
	return lineOf(text, r.Steps, rootsOf(r)[0].Path)
}

// lineOf returns the line of a golden's file, from 1, where a path of its trace is, or else what holds it. The file is a header, the
// events, whose pointers steps are, and an end: each a JSON value.
func lineOf(file []byte, steps []string, path string) int {
	value, inside := place(steps, path)
	d := jsontext.NewDecoder(bytes.NewReader(file), jsontext.AllowDuplicateNames(true))
	for range value {
		if d.SkipValue() != nil {
			return 0
		}
	}
	best, depth := 0, -1
	for {
		from := d.InputOffset()
		token, err := d.ReadToken()
		if err != nil {
			if errors.Is(err, io.EOF) {
				return best
			}
			return 0
		}
		at := string(d.StackPointer())
		if holds(at, inside) && len(at) > depth && token.Kind() != '}' && token.Kind() != ']' {
			best, depth = 1+bytes.Count(file[:from+skipped(file[from:])], []byte("\n")), len(at)
		}
		if d.StackDepth() == 0 {
			return best
		}
	}
}

// skipped is how much of a file lies before its next token.
func skipped(rest []byte) int64 {
	return int64(len(rest) - len(bytes.TrimLeft(rest, " \n\t\r,:")))
}

// holds reports whether the value at one pointer holds the one at another, or is it.
func holds(at, pointer string) bool {
	return at == "" || at == pointer || strings.HasPrefix(pointer, at+"/")
}

// place returns which value of a golden's file a path is in, and where in that.
func place(steps []string, path string) (value int, pointer string) {
	if rest, ok := strings.CutPrefix(path, "/@header"); ok {
		return 0, rest
	}
	if rest, ok := strings.CutPrefix(path, "/@end"); ok {
		return len(steps) + 1, "/end" + rest
	}
	best := -1
	for i, step := range steps {
		if holds(step, path) && (best < 0 || len(step) > len(steps[best])) {
			best = i
		}
	}
	if best < 0 { // a line or step that the golden lacks, or the trace as a whole
		return min(1, len(steps)), ""
	}
	return best + 1, "/value" + path[len(steps[best]):]
}
