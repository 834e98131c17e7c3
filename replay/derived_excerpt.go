package replay

import (
	"regexp"
	"strings"
)

var excerptPattern = regexp.MustCompile(`[A-Za-z0-9]{6,}`)

// excerpts returns marks for the words in a value that are a part of another difference's: the first digits of an id.
// What the other has beyond the word differs as well, so that it cannot have been made from the word.
func (l *links) excerpts(i int) []mark {
	d := l.texts[i]
	if !d.ok || len(d.want) > maxWrittenText || len(d.got) > maxWrittenText {
		return nil
	}
	w, g := excerptPattern.FindAllString(d.want, maxWritten+1), excerptPattern.FindAllString(d.got, maxWritten+1)
	if len(w) != len(g) || len(w) > maxWritten {
		return nil
	}
	var words []int
	for k := range w {
		if w[k] != g[k] && informative(w[k], g[k], leastCopied) {
			words = append(words, k)
		}
	}
	if len(words) == 0 {
		return nil
	}
	var ms []mark
	for _, j := range l.others(i) {
		r := l.texts[j]
		if !r.ok || l.ds[j].Kind != Changed || len(r.want) > maxCopied || len(r.got) > maxCopied || l.leadsTo(j, i) {
			continue
		}
		for _, k := range words {
			before, behind, ok := strings.Cut(r.want, w[k])
			if !ok {
				continue
			}
			gotBefore, gotBehind, ok := strings.Cut(r.got, g[k])
			if ok && (before != gotBefore || behind != gotBehind) {
				ms = append(ms, mark{w[k], g[k], natureCopy, "a part of the value at " + orRoot(l.ds[j].Path) + ", on both sides", j})
			}
		}
	}
	return ms
}
