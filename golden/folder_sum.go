package golden

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

const (
	sumFile       = "goldens.sum"
	signatureFile = "goldens.sum.sig"
	keysFolder    = "keys"

	digestPrefix = "sha256:"
)

// sum is what goldens.sum holds: a line "sha256:<digest>  <workflow>/<seed>.golden" for each
// golden, the digest over the trace's canonical form, sorted by path.
type sum []FolderEntry

func (s sum) appendText(dst []byte) []byte {
	lines := make([]string, len(s))
	for i, e := range s {
		lines[i] = e.Path() + "\x00" + digestPrefix + e.Digest.String()
	}
	slices.Sort(lines)
	for _, line := range lines {
		path, digest, _ := strings.Cut(line, "\x00")
		dst = fmt.Appendf(dst, "%s  %s\n", digest, path)
	}
	return dst
}

// parseSum reads what appendText wrote, and that spelling only.
func parseSum(text []byte) (sum, error) {
	var s sum
	last := ""
	for n, line := range slices.Collect(strings.Lines(string(text))) {
		if Conflict([]byte(line)) {
			return nil, fmt.Errorf("%s: line %d: a merge left git's marks here: %s", sumFile, n+1, takeASide(sumFile))
		}
		e, path, err := parseSumLine(line)
		if err == nil && path <= last {
			err = fmt.Errorf("%q is not after %q: want each path once, sorted", path, last)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", sumFile, n+1, err)
		}
		s, last = append(s, e), path
	}
	return s, nil
}

// Conflict reports whether a line begins what git could not merge. No line of ours begins so.
func Conflict(line []byte) bool { return bytes.HasPrefix(line, []byte("<<<<<<<")) }

// takeASide says what to do about a file that git could not merge.
func takeASide(name string) string {
	return fmt.Sprintf("take either side, by 'git checkout --ours %s' in the goldens' folder, and then 'shadowrun gate --update'", name)
}

func parseSumLine(line string) (e FolderEntry, path string, err error) {
	line, ok := strings.CutSuffix(line, "\n")
	if !ok {
		return e, "", fmt.Errorf("cut short: want a line feed at its end")
	}
	digits, path, ok := strings.Cut(line, "  ")
	digits, isSHA := strings.CutPrefix(digits, digestPrefix)
	if !ok || !isSHA {
		return e, "", fmt.Errorf("want %s<digest>  <path>", digestPrefix)
	}
	if e, err = parsePath(path); err != nil {
		return e, "", err
	}
	e.Digest, err = ParseDigest(digits)
	return e, path, err
}

// find returns the entry of a workflow and seed.
func (s sum) find(workflow string, seed uint64) (FolderEntry, bool) {
	i := slices.IndexFunc(s, func(e FolderEntry) bool { return e.Workflow == workflow && e.Seed == seed })
	if i < 0 {
		return FolderEntry{Workflow: workflow, Seed: seed}, false
	}
	return s[i], true
}

// without returns s without the entry of a workflow and seed.
func (s sum) without(workflow string, seed uint64) sum {
	return slices.DeleteFunc(slices.Clone(s), func(e FolderEntry) bool {
		return e.Workflow == workflow && e.Seed == seed
	})
}
