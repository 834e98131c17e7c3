package replay

import (
	"regexp"
	"strings"
)

// The endings that libraries give to temporary names: six or more characters of mkstemp(3)
// and its kin (Python adds tmp, Node and C a prefix of the program's), ten or so digits
// of Go's MkdirTemp and Java's createTempFile.
var (
	mixedEnding = regexp.MustCompile(`^([A-Za-z_.-]*?)([A-Za-z0-9_]{6,12})((?:\.[A-Za-z]\w*)?)$`)
	digitEnding = regexp.MustCompile(`^([A-Za-z_.-]*)([1-9]\d{7,19})((?:\.[A-Za-z]\w*)?)$`)
)

// temporary explains two names in a folder for temporary files: what the library chose may
// differ, what the program chose may not.
func temporary(w, g string) explanation {
	if sw, sg := digitEnding.FindStringSubmatch(w), digitEnding.FindStringSubmatch(g); sw != nil && sg != nil && sw[1] == sg[1] && sw[3] == sg[3] {
		return explained(naturePath, "%q and %q are names made for temporary files", w, g)
	}
	prefix := commonPrefix(w, g)
	ending := commonSuffix(w, g)
	if dot := strings.LastIndexByte(w, '.'); dot < 0 || len(w)-dot > ending {
		ending = 0 // characters that agree by chance belong to the name
	} else {
		ending = len(w) - dot
	}
	for n := prefix; n >= 0; n-- {
		mw, mg := w[n:max(n, len(w)-ending)], g[n:max(n, len(g)-ending)]
		if len(mw) == len(mg) && (n == 0 || strings.HasSuffix(w[:n], "tmp") || strings.ContainsAny(w[n-1:n], "-._")) && isChosen(mw) && isChosen(mg) {
			return explained(naturePath, "%q and %q are names made for temporary files", w, g)
		}
	}
	return unexplained("%q and %q are not names that a library makes for temporary files", w, g)
}

// isChosen reports whether s looks like the six to twelve characters of a library's choice.
func isChosen(s string) bool {
	return len(s) >= 6 && len(s) <= 12 && mixedEnding.MatchString(s) && !strings.ContainsAny(s, ".-") && isMixed(s)
}

// isMixed reports whether s has characters of two kinds, or no vowels: not a word or a count.
func isMixed(s string) bool {
	kinds := 0
	for _, kind := range []string{"abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"} {
		if strings.ContainsAny(s, kind) {
			kinds++
		}
	}
	return kinds > 1 || kinds == 1 && !strings.ContainsAny(s, "aeiouAEIOU0123456789")
}

func commonPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func commonSuffix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	return n
}
