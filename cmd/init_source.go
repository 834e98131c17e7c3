package cmd

import (
	"path/filepath"
	"slices"
	"strings"
)

// sourceExtensions are those of programs that load others of their kind, by name, as they run: what such a command does may
// change while every file that it names stays as it was.
var sourceExtensions = []string{".bash", ".cjs", ".js", ".lua", ".mjs", ".php", ".pl", ".py", ".r", ".rb", ".sh", ".ts"}

// sourcesBeside returns a pattern for each kind of source that a command names a file of, where more of the kind lie beside it.
func sourcesBeside(argv []string) (patterns []string) {
	for _, word := range argv {
		extension := filepath.Ext(word)
		pattern := filepath.Join(filepath.Dir(word), "*"+extension)
		if !slices.Contains(sourceExtensions, strings.ToLower(extension)) || strings.ContainsAny(filepath.Dir(word), `*?[\`) ||
			slices.Contains(patterns, pattern) || !isFile(word) {
			continue
		}
		if beside, err := filepath.Glob(pattern); err == nil && len(beside) > 1 {
			patterns = append(patterns, pattern)
		}
	}
	return patterns
}
