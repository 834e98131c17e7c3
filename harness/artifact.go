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
	"slices"
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
func artifactValue(name string, content []byte, redact redactor) []byte {
	if len(content) <= maxArtifact && strings.HasSuffix(name, ".json") {
		if doc, ok := jsonDocument(content, redact); ok {
			return append(append([]byte(`{"json":`), doc...), '}')
		}
	}
	content = redact.bytes(content)
	if len(content) > maxArtifact || !utf8.Valid(content) || bytes.IndexByte(content, 0) >= 0 {
		return digestValue(int64(len(content)), sha256.Sum256(content))
	}
	value := []byte(`{"text":[`)
	for line := range bytes.Lines(content) {
		value, _ = jsontext.AppendQuote(value, line) // valid UTF-8 always quotes
		value = append(value, ',')
	}
	return append(bytes.TrimSuffix(value, []byte(",")), "]}"...)
}

// jsonDocument returns a document's canonical form, redacted, if it is one and stays one.
func jsonDocument(content []byte, redact redactor) (doc []byte, ok bool) {
	doc, err := golden.AppendCanonical(nil, content)
	if err == nil && len(redact.secrets) > 0 {
		doc, err = golden.AppendCanonical(nil, redact.json(doc))
	}
	return doc, err == nil
}

func digestValue(size int64, sum [sha256.Size]byte) []byte {
	return fmt.Appendf(nil, `{"sha256":%q,"size":%d}`, hex.EncodeToString(sum[:]), size)
}

// outFolder is the folder of a run that SHADOWRUN_OUT names.
const outFolder = "out"

// artifacts adds a run's files to its trace.
type artifacts struct {
	builder *golden.Builder
	redact  redactor
	bytes   int64 // at most so many of them, in all files
	events  int   // at most so many, in the whole trace

	root  *os.Root // the run's folder for them
	total int64
}

// add adds every file below a run's output folder, by name. One that is neither regular nor a
// link is named with its type.
func (a *artifacts) add(runDir, folder string) error {
	run, err := os.OpenRoot(runDir)
	if err != nil {
		return fmt.Errorf("artifacts: %w", err)
	}
	defer run.Close()
	info, err := run.Lstat(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // removed: whoever removes it wants none of it
	}
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("SHADOWRUN_OUT was a folder and is a %s now", fileType(info.Mode()))
	}
	if err == nil {
		a.root, err = run.OpenRoot(folder)
	}
	if err != nil {
		return fmt.Errorf("artifacts: %w", err)
	}
	defer a.root.Close()
	return a.folder(".")
}

// folder walks in the order of names. It is not [fs.WalkDir], to which a name that is not UTF-8
// is invalid.
func (a *artifacts) folder(name string) error {
	f, err := a.root.Open(name)
	if err != nil {
		return fmt.Errorf("artifacts: %w", err)
	}
	entries, err := f.ReadDir(-1)
	f.Close()
	if err != nil {
		return fmt.Errorf("artifacts: %w", err)
	}
	slices.SortFunc(entries, func(x, y fs.DirEntry) int { return strings.Compare(x.Name(), y.Name()) })
	for _, entry := range entries {
		path := filepath.Join(name, entry.Name())
		if entry.IsDir() {
			err = a.folder(path)
		} else {
			err = a.file(path)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (a *artifacts) file(name string) error {
	info, err := a.root.Lstat(name)
	if err != nil {
		return fmt.Errorf("artifacts: %w", err)
	}
	if a.total += info.Size(); a.total > a.bytes {
		return &limitError{fmt.Sprintf("artifacts: more than %s (max_output)", Size(a.bytes))}
	}
	if a.builder.Events() >= a.events {
		return &limitError{fmt.Sprintf("artifacts: with them more than %d events (max_events)", a.events)}
	}
	value, err := a.value(name, info)
	if err != nil {
		return fmt.Errorf("artifact %q: %w", name, err)
	}
	return a.builder.Add(golden.KindArtifact, a.redact.text(name), value)
}

func (a *artifacts) value(name string, info fs.FileInfo) ([]byte, error) {
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		target, err := a.root.Readlink(name)
		if err != nil {
			return nil, err
		}
		value, _ := jsontext.AppendQuote([]byte(`{"link":`), strings.ToValidUTF8(a.redact.text(target), "\uFFFD"))
		return append(value, '}'), nil
	case !info.Mode().IsRegular():
		return fmt.Appendf(nil, `{"type":%q}`, fileType(info.Mode())), nil
	}
	f, err := a.root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info.Size() <= maxArtifact {
		content, err := io.ReadAll(io.LimitReader(f, maxArtifact+1))
		if err != nil {
			return nil, err
		}
		return artifactValue(name, content, a.redact), nil
	}
	return a.digest(f)
}

// digest returns the value of a file too large to be kept.
func (a *artifacts) digest(f io.Reader) ([]byte, error) {
	sum, size := sha256.New(), int64(0)
	write, flush := a.redact.stream(func(chunk []byte) error {
		sum.Write(chunk)
		size += int64(len(chunk))
		return nil
	})
	if _, err := io.Copy(writerFunc(write), f); err != nil {
		return nil, err
	}
	if err := flush(); err != nil {
		return nil, err
	}
	return digestValue(size, [sha256.Size]byte(sum.Sum(nil))), nil
}

// limitError is what a run is ended with that goes over a limit.
type limitError struct{ message string }

func (e *limitError) Error() string { return e.message }
