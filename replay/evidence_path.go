package replay

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// digitEnding is how Go's MkdirTemp and Java's createTempFile end a name: ten or so digits,
// and perhaps a suffix of the program's.
var digitEnding = regexp.MustCompile(`^([A-Za-z_.-]*)([1-9]\d{7,19})((?:\.[A-Za-z]\w*)?)$`)

// temporary explains two names in a folder for temporary files: what the library chose may
// differ, what the program chose may not.
func temporary(w, g string) explanation {
	if sw, sg := digitEnding.FindStringSubmatch(w), digitEnding.FindStringSubmatch(g); sw != nil && sg != nil && sw[1] == sg[1] && sw[3] == sg[3] {
		return explained(naturePath, "%q and %q are names made for temporary files", w, g)
	}
	suffix := ""
	if dot := strings.LastIndexByte(w, '.'); dot > 0 && strings.HasSuffix(g, w[dot:]) {
		suffix = w[dot:] // the program's, such as .txt
	}
	for n := commonPrefix(w, g); n >= 0 && n <= len(w)-len(suffix) && n <= len(g)-len(suffix); n-- {
		if startsChoice(w[:n], len(w)-len(suffix)-n) && areChosen(w[n:len(w)-len(suffix)], g[n:len(g)-len(suffix)], n > 0) {
			return explained(naturePath, "%q and %q are names made for temporary files", w, g)
		}
	}
	return unexplained("%q and %q are not names that a library makes for temporary files", w, g)
}

// leastMade is how many characters a name needs to be looked for where nothing says that it is one.
const leastMade = 6

// madeNames returns the names of what one run made in folders for temporary files and the other did not. UUIDs are
// none: no library gives those to temporary files, and a program that does shows them elsewhere as well.
func madeNames(c, other *Circumstances) []string {
	if c == nil || other == nil {
		return nil
	}
	var names []string
	for _, path := range c.Made {
		name := filepath.Base(path)
		if c.isTemporary(path) && len(name) >= leastMade && !uuidPattern.MatchString(name) && !slices.Contains(names, name) && !slices.Contains(other.Made, path) {
			names = append(names, name)
		}
	}
	return names
}

func (c *Circumstances) isTemporary(path string) bool {
	in := func(root string) bool { return strings.HasPrefix(path, strings.TrimSuffix(root, "/")+"/") }
	return slices.ContainsFunc(tempRoots, in) || slices.ContainsFunc(c.Dirs, in)
}

// made explains two names of files or folders that each run made: any choice will do that no person would make.
func made(w, g string) explanation {
	n := commonPrefix(w, g)
	end := 0
	for end < min(len(w), len(g))-n && w[len(w)-1-end] == g[len(g)-1-end] {
		end++
	}
	cw, cg := w[n:len(w)-end], g[n:len(g)-end]
	const chosen = "0123456789_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits := within(cw+cg, "0123456789")
	if min(len(cw), len(cg)) >= 4 && within(cw+cg, chosen) && (digits || len(cw) == len(cg) && (isMixed(cw) || isMixed(cg))) {
		return explained(naturePath, "%q and %q are names of files that their own runs made", w, g)
	}
	if e, ok := randomToken(w, g); ok {
		return e
	}
	return unexplained("%q and %q are names of files that their own runs made, but not as a library names temporary ones", w, g)
}

// startsChoice reports whether a library's choice of n characters can begin behind this prefix:
// after nothing, Python's tmp, a separator, or for the six characters of mkstemp(3) anything.
func startsChoice(prefix string, n int) bool {
	return n == 6 || prefix == "" || prefix == "tmp" || strings.ContainsAny(prefix[len(prefix)-1:], "-._")
}

// areChosen reports whether two endings look like the six to twelve characters of a library's
// choice. One in twelve of Python's eight has no digit, and two at once come up in a soak, so behind a
// prefix any eight pass; else one of the two has to look random.
func areChosen(w, g string, prefixed bool) bool {
	const chosen = "0123456789_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	return len(w) == len(g) && len(w) >= 6 && len(w) <= 12 && within(w, chosen) && within(g, chosen) &&
		agree(w, g) <= len(w)/2 && (prefixed && len(w) == 8 || isMixed(w) || isMixed(g))
}

// isMixed reports whether s has characters of two kinds: not a word or a count.
func isMixed(s string) bool {
	kinds := 0
	for _, kind := range []string{"abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"} {
		if strings.ContainsAny(s, kind) {
			kinds++
		}
	}
	return kinds > 1
}

func commonPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}
