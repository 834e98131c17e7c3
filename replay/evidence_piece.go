package replay

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// pieceKind is what a piece of a string looks like, whatever its value.
type pieceKind uint8

const (
	pieceOther   pieceKind = iota // a single character that belongs to nothing
	pieceWord                     // letters and digits
	pieceNumber                   // an unsigned decimal number
	pieceStamp                    // a date, a time of day, or both
	pieceSpan                     // a number with a unit of time, or H:MM:SS
	pieceUUID                     // 8-4-4-4-12 hexadecimal digits
	pieceAddress                  // 0x and hexadecimal digits
	pieceObject                   // a class name, @, an identity hash
	pieceTemp                     // a name in a folder for temporary files
	pieceMade                     // the name of a file or folder that the run made
	pieceMark                     // one of the marks that the caller looked for
)

// piece is a piece of a string. Marks carry their index, stamps what they say.
type piece struct {
	kind  pieceKind
	text  string
	at    int // offset in the string
	mark  int
	stamp stamp
}

// mark is a text that each side knows as its own: its host name, its folder, the value of
// an earlier difference.
type mark struct {
	want, got string
	nature    nature
	why       string
	root      int // index of the difference that it is a copy of; -1 for circumstances
}

var (
	uuidPattern    = regexp.MustCompile(`^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}`)
	addressPattern = regexp.MustCompile(`^0[xX][0-9a-fA-F]{6,16}`)
	objectPattern  = regexp.MustCompile(`^[A-Za-z_$][\w.$]*@[0-9a-f]{5,8}`)
	numberPattern  = regexp.MustCompile(`^\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?`)
	tempPattern    = regexp.MustCompile(`^[\w.-]{6,}`)
)

// tempRoots are the folders in which programs make temporary names.
var tempRoots = []string{"/tmp/", "/var/tmp/", "/dev/shm/", "/T/"}

// lexer cuts one side's string into pieces, so that the two sides can be laid beside each
// other: what is equal on both is of no interest, and each of the rest has to be explained.
type lexer struct {
	marks []string // this side's text of each mark
	roots []string // folders whose names are temporary ones
	made  []string // names of what the run made
}

func (l lexer) pieces(s string) []piece {
	var ts []piece
	for i := 0; i < len(s); {
		t := l.next(s, i)
		t.at = i
		ts = append(ts, t)
		i += len(t.text)
	}
	return ts
}

// next returns the piece at s[i:]. No piece starts inside a word.
func (l lexer) next(s string, i int) piece {
	rest := s[i:]
	for m, text := range l.marks {
		if text != "" && strings.HasPrefix(rest, text) && endsAt(rest, len(text)) {
			return piece{kind: pieceMark, text: text, mark: m}
		}
	}
	for _, name := range l.made {
		if strings.HasPrefix(rest, name) && endsAt(rest, len(name)) {
			return piece{kind: pieceMade, text: name}
		}
	}
	if l.inTemp(s[:i]) {
		if m := tempPattern.FindString(rest); m != "" {
			return piece{kind: pieceTemp, text: m}
		}
	}
	c := rest[0]
	if !isAlnum(c) && c != '_' && c != '$' {
		_, n := utf8.DecodeRuneInString(rest)
		return piece{kind: pieceOther, text: rest[:n]}
	}
	if st, n := findStamp(rest); n > 0 && endsAt(rest, n) {
		return piece{kind: pieceStamp, text: rest[:n], stamp: st}
	}
	for _, p := range []struct {
		kind    pieceKind
		pattern *regexp.Regexp
		digit   bool
	}{
		{pieceUUID, uuidPattern, false},
		{pieceAddress, addressPattern, true},
		{pieceSpan, spanPattern, true},
		{pieceNumber, numberPattern, true},
		{pieceObject, objectPattern, false},
	} {
		if p.digit && !isDigit(c) {
			continue
		}
		if m := p.pattern.FindString(rest); m != "" && endsAt(rest, len(m)) {
			return piece{kind: p.kind, text: m}
		}
	}
	n := 1
	for isAlnum(c) && n < len(rest) && isAlnum(rest[n]) {
		n++
	}
	return piece{kind: pieceWord, text: rest[:n]}
}

// inTemp reports whether what came before ends in a folder for temporary files.
func (l lexer) inTemp(before string) bool {
	if !strings.HasSuffix(before, "/") {
		return false
	}
	for _, root := range tempRoots {
		if strings.HasSuffix(before, root) {
			return true
		}
	}
	for _, root := range l.roots {
		if strings.HasSuffix(before, strings.TrimSuffix(root, "/")+"/") {
			return true
		}
	}
	return false
}

// endsAt reports whether a match of n bytes ends where a word ends.
func endsAt(s string, n int) bool {
	return n >= len(s) || !isAlnum(s[n]) || !isAlnum(s[n-1])
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isAlnum(c byte) bool {
	return isDigit(c) || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
