package harness

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/shadowrun/shadowrun/golden"
)

// maxArtifact is up to what size an artifact's content is kept, in bytes; of a larger one the
// trace has the size and the digest.
const maxArtifact = 4 << 20

// artifactValue returns an artifact's value in a trace: {"json":…} for a document in a file
// whose name says so, {"text":[line, …]} for other text, and {"size":…,"sha256":…} for the rest.
// A line keeps its end, so that no two contents have one value.
func artifactValue(name string, content []byte) []byte {
	if len(content) > maxArtifact {
		return digestValue(int64(len(content)), sha256.Sum256(content))
	}
	if strings.HasSuffix(name, ".json") {
		if doc, err := golden.AppendCanonical([]byte(`{"json":`), content); err == nil {
			return append(doc, '}')
		}
	}
	if !utf8.Valid(content) || bytes.IndexByte(content, 0) >= 0 {
		return digestValue(int64(len(content)), sha256.Sum256(content))
	}
	value := []byte(`{"text":[`)
	for line := range bytes.Lines(content) {
		value, _ = jsontext.AppendQuote(value, line) // valid UTF-8 always quotes
		value = append(value, ',')
	}
	return append(bytes.TrimSuffix(value, []byte(",")), "]}"...)
}

func digestValue(size int64, sum [sha256.Size]byte) []byte {
	return fmt.Appendf(nil, `{"sha256":%q,"size":%d}`, hex.EncodeToString(sum[:]), size)
}

// addArtifacts adds every file below dir to the trace, by name. A file that is neither regular
// nor a link is named with its type.
func addArtifacts(b *golden.Builder, dir string, redact redactor, most int64) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("artifacts: %w", err)
	}
	defer root.Close()
	var total int64
	return fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) || name == "." || err == nil && d.IsDir() {
			return nil
		}
		if err != nil {
			return fmt.Errorf("artifacts: %w", err)
		}
		info, err := d.Info()
		if err != nil {
			return nil // gone since: whoever removes it wants it gone
		}
		if total += info.Size(); total > most {
			return &limitError{fmt.Sprintf("artifacts: more than %s (max_output)", Size(most))}
		}
		value, err := fileValue(root, name, info, redact)
		if err != nil {
			return fmt.Errorf("artifact %q: %w", name, err)
		}
		return b.Add(golden.KindArtifact, filepath.ToSlash(name), value)
	})
}

func fileValue(root *os.Root, name string, info fs.FileInfo, redact redactor) ([]byte, error) {
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		target, err := root.Readlink(name)
		if err != nil {
			return nil, err
		}
		value, _ := jsontext.AppendQuote([]byte(`{"link":`), strings.ToValidUTF8(redact.text(target), "\uFFFD"))
		return append(value, '}'), nil
	case !info.Mode().IsRegular():
		return fmt.Appendf(nil, `{"type":%q}`, info.Mode().Type().String()), nil
	}
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info.Size() <= maxArtifact {
		content, err := io.ReadAll(io.LimitReader(f, maxArtifact+1))
		if err != nil {
			return nil, err
		}
		return artifactValue(name, redact.bytes(content)), nil
	}
	sum := sha256.New()
	size, err := io.Copy(sum, f)
	if err != nil {
		return nil, err
	}
	return digestValue(size, [sha256.Size]byte(sum.Sum(nil))), nil
}

// limitError is what a run is ended with that goes over a limit.
type limitError struct{ message string }

func (e *limitError) Error() string { return e.message }
