package golden

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

const (
	goldenSuffix  = ".golden"
	maxWorkflow   = 1024 // bytes of a workflow's name: its path must stay one that git and tar take
	maxPart       = 200  // bytes of a part of a path: file systems take 255
	continuedPart = "%+" // begins a part that goes on with the one before
)

// reservedParts are the folder's own files, and names that mean a device on Windows.
var reservedParts = map[string]bool{
	keysFolder: true, sumFile: true, signatureFile: true,
	"con": true, "prn": true, "aux": true, "nul": true,
	"com0": true, "com1": true, "com2": true, "com3": true, "com4": true, "com5": true, "com6": true, "com7": true, "com8": true, "com9": true,
	"lpt0": true, "lpt1": true, "lpt2": true, "lpt3": true, "lpt4": true, "lpt5": true, "lpt6": true, "lpt7": true, "lpt8": true, "lpt9": true,
}

// FolderEntry is a golden that goldens.sum names.
type FolderEntry struct {
	Workflow string
	Seed     uint64
	Digest   Digest
}

// Path returns the golden's file, with slashes, inside its folder: <workflow>/<seed>.golden.
//
// Any workflow name is safe: a capital is written as ! and its small letter, as Go's module cache
// does because of file systems that don't tell them apart; all but letters, digits, "_", "-" and
// inner dots as % and two digits; the empty name as %; one that is too long for a file system as
// folders in each other, each but the first beginning with %+.
func (e FolderEntry) Path() string {
	return escapeWorkflow(e.Workflow) + "/" + strconv.FormatUint(e.Seed, 10) + goldenSuffix
}

func compareEntries(a, b FolderEntry) int {
	return cmp.Or(cmp.Compare(a.Workflow, b.Workflow), cmp.Compare(a.Seed, b.Seed))
}

// parsePath reads what Path wrote, and that spelling only.
func parsePath(path string) (FolderEntry, error) {
	var e FolderEntry
	name, file, ok := cutLast(path, "/")
	digits, isGolden := strings.CutSuffix(file, goldenSuffix)
	if !ok || !isGolden {
		return e, fmt.Errorf("path %q: want <workflow>/<seed>%s", path, goldenSuffix)
	}
	var err error
	if e.Seed, err = strconv.ParseUint(digits, 10, 64); err != nil {
		return e, fmt.Errorf("path %q: seed: %w", path, err)
	}
	e.Workflow = unescapeWorkflow(name)
	if e.Path() != path {
		return e, fmt.Errorf("path %q: want it spelt %q", path, e.Path())
	}
	return e, nil
}

func cutLast(s, separator string) (before, after string, found bool) {
	i := strings.LastIndex(s, separator)
	if i < 0 {
		return "", "", false
	}
	return s[:i], s[i+len(separator):], true
}

func escapeWorkflow(name string) string {
	if name == "" {
		return "%"
	}
	units := make([]string, len(name))
	size := 0
	for i := range len(name) {
		units[i] = escapeByte(name[i])
		size += len(units[i])
	}
	// Hidden files, "..", options of a command, and what Windows drops from the end.
	if strings.IndexByte(".-", name[0]) >= 0 || reservedParts[name] || reservedParts[strings.Split(name, ".")[0]] {
		units[0] = hexByte(name[0])
	}
	if last := len(name) - 1; name[last] == '.' {
		units[last] = hexByte('.')
	}
	if size <= maxPart {
		return strings.Join(units, "")
	}
	return escapeLong(units)
}

// escapeLong puts units into parts of a path.
func escapeLong(units []string) string {
	var b strings.Builder
	part := 0
	for unit := range slices.Values(units) {
		if unit == "." {
			unit = hexByte('.') // it could come to the end of a part
		}
		if part+len(unit) > maxPart {
			b.WriteString("/" + continuedPart)
			part = len(continuedPart)
		}
		b.WriteString(unit)
		part += len(unit)
	}
	return b.String()
}

func escapeByte(c byte) string {
	switch {
	case 'a' <= c && c <= 'z', '0' <= c && c <= '9', strings.IndexByte("_-.", c) >= 0:
		return string(rune(c))
	case 'A' <= c && c <= 'Z':
		return "!" + string(rune(c-'A'+'a'))
	}
	return hexByte(c)
}

func hexByte(c byte) string { return fmt.Sprintf("%%%02x", c) }

// unescapeWorkflow reads what escapeWorkflow wrote. Of anything else it makes what escapeWorkflow
// writes in another way.
func unescapeWorkflow(path string) string {
	if path == "%" {
		return ""
	}
	path = strings.ReplaceAll(path, "/"+continuedPart, "")
	var b strings.Builder
	for i := 0; i < len(path); i++ {
		switch c := path[i]; {
		case c == '!' && i+1 < len(path) && 'a' <= path[i+1] && path[i+1] <= 'z':
			i++
			b.WriteByte(path[i] - 'a' + 'A')
		case c == '%' && i+2 < len(path):
			n, err := strconv.ParseUint(path[i+1:i+3], 16, 8)
			if err != nil {
				b.WriteByte(c)
				continue
			}
			b.WriteByte(byte(n))
			i += 2
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
