package runbook

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// Books are the runbooks of this tool, NAME.md.
//
//go:embed *.md
var Books embed.FS

// ParseAll parses the runbooks of a folder, NAME.md, in the order of their names. It returns
// those that could be read as far as they could, and all that could not, joined.
func ParseAll(folder fs.FS) ([]*Book, error) { return readAll(folder, ".md", "runbook", Parse) }

// ScanAll scans the scenarios of a folder, NAME.txtar, likewise.
func ScanAll(folder fs.FS) ([]*Scenario, error) {
	return readAll(folder, ".txtar", "scenario", ScanScenario)
}

func readAll[T any](folder fs.FS, extension, kind string, read func(name string, src []byte) (T, error)) ([]T, error) {
	files, err := fs.Glob(folder, "*"+extension)
	if err != nil {
		return nil, err
	}
	var all []T
	var errs []error
	for _, file := range files {
		src, err := fs.ReadFile(folder, file)
		if err != nil {
			return nil, err
		}
		one, err := read(strings.TrimSuffix(path.Base(file), extension), src)
		all, errs = append(all, one), append(errs, err)
	}
	if len(files) == 0 {
		errs = append(errs, fmt.Errorf("no %s is there: want files NAME%s", kind, extension))
	}
	return all, errors.Join(errs...)
}
