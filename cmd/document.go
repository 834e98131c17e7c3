package cmd

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/shadowrun/shadowrun/golden"
)

// maxDocument bounds a document to compare, in bytes.
const maxDocument = 1 << 30

func (a *app) readDocument(name string) ([]byte, error) {
	in := a.stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, maxDocument+1))
	if err != nil {
		return nil, err // it names the file
	}
	if len(text) > maxDocument {
		return nil, fmt.Errorf("%s: larger than %d bytes", name, maxDocument)
	}
	return text, nil
}

// formatOf guesses how to read two documents: as traces where the first lines say so, as JSON
// where both are, then by their names, then as JSON Lines where both are, and else as text, or as bytes where
// one is none.
func formatOf(nameA, nameB string, want, got []byte) string {
	if isTrace(want) && isTrace(got) {
		return "trace"
	}
	lines := func(name string) bool {
		ext := strings.ToLower(filepath.Ext(name))
		return ext == ".jsonl" || ext == ".ndjson"
	}
	switch {
	case lines(nameA) || lines(nameB):
		return "jsonl"
	case strings.HasSuffix(nameA, ".json") || strings.HasSuffix(nameB, ".json"):
		return "json"
	case isJSON(want) && isJSON(got):
		return "json"
	case isJSONLines(want) && isJSONLines(got):
		return "jsonl"
	}
	if !isText(want) || !isText(got) {
		return "bytes"
	}
	return "text"
}

func isText(b []byte) bool { return utf8.Valid(b) && bytes.IndexByte(b, 0) < 0 }

// inBlocks returns bytes as JSON Lines of blocks.
func inBlocks(b []byte) []byte {
	var lines []byte
	for block := range slices.Chunk(b, golden.BlockSize) {
		lines = append(golden.AppendBase64(lines, block), '\n')
	}
	return lines
}

func isTrace(text []byte) bool {
	first, _, _ := bytes.Cut(text, []byte("\n"))
	_, err := golden.ParseHeader(first)
	return err == nil
}

func isJSON(text []byte) bool {
	_, err := golden.AppendCanonical(nil, text)
	return err == nil
}

func isJSONLines(text []byte) bool {
	for line := range bytes.Lines(text) {
		if !isJSON(bytes.TrimSpace(line)) {
			return false
		}
	}
	return len(text) > 0
}
