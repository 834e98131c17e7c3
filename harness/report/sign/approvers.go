package sign

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/ssh"
)

// Approvers is a list of those who may sign off: the allowed-signers file of ssh-keygen(1).
type Approvers struct {
	entries []approver
}

// approver is a line of the list.
type approver struct {
	principals string // patterns
	key        ssh.PublicKey
	namespaces string // patterns; empty: any
	after      time.Time
	before     time.Time
}

// Errors of [Approvers.Check], which say more.
var (
	ErrNotListed      = errors.New("not on the list of approvers")
	ErrWrongNamespace = errors.New("on the list of approvers, but not for signing off")
	ErrNotValid       = errors.New("on the list of approvers, but not valid then")
)

// ParseApprovers reads a list; file is its name in errors. What it does not understand it refuses: a line
// that is passed over could be the one that takes somebody off.
func ParseApprovers(file string, r io.Reader) (*Approvers, error) {
	list := &Approvers{}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if !utf8.ValidString(line) {
			return nil, fmt.Errorf("%s:%d: want UTF-8", file, n)
		}
		entry, err := parseApprover(line)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, n, err)
		}
		list.entries = append(list.entries, entry)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return list, nil
}

func parseApprover(line string) (a approver, err error) {
	var rest string
	a.principals, rest, err = firstField(line)
	if err != nil {
		return a, err
	}
	key, _, options, after, err := ssh.ParseAuthorizedKey([]byte(rest))
	if err != nil || len(after) > 0 {
		return a, fmt.Errorf("want: NAME [namespaces=\"%s\"] KEYTYPE KEY", Namespace)
	}
	a.key = key
	given := map[string]bool{}
	for _, o := range options {
		name, value, _ := strings.Cut(o, "=")
		name, value = strings.ToLower(name), strings.Trim(value, `"`)
		if given[name] {
			return a, fmt.Errorf("option %s comes twice", name)
		}
		given[name] = true
		switch name {
		case "namespaces":
			if a.namespaces = value; value == "" {
				err = errors.New("namespaces= is empty: want a list of those that the key is for, or no such option") // to ssh-keygen that is none
			}
		case "valid-after":
			a.after, err = parseTime(value)
		case "valid-before":
			a.before, err = parseTime(value)
		case "cert-authority":
			err = errors.New("certificates are not read: list the keys themselves")
		default:
			err = fmt.Errorf("unknown option %q", name)
		}
		if err != nil {
			return a, err
		}
	}
	return a, nil
}

// firstField cuts the first field off, which may be quoted.
func firstField(line string) (field, rest string, err error) {
	if quoted, ok := strings.CutPrefix(line, `"`); ok {
		field, rest, ok = strings.Cut(quoted, `"`)
		if !ok {
			return "", "", errors.New("a quotation mark is not closed")
		}
		return field, strings.TrimSpace(rest), nil
	}
	end := strings.IndexAny(line, " \t")
	if end < 0 {
		return "", "", errors.New("want a name and a key")
	}
	return line[:end], strings.TrimSpace(line[end:]), nil
}

// parseTime reads YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS, of the local zone or with a Z of UTC.
func parseTime(text string) (time.Time, error) {
	zone := time.Local
	digits, utc := strings.CutSuffix(text, "Z")
	if utc {
		zone = time.UTC
	}
	for _, layout := range []string{"20060102", "200601021504", "20060102150405"} {
		if len(digits) == len(layout) {
			if at, err := time.ParseInLocation(layout, digits, zone); err == nil {
				return at, nil
			}
		}
	}
	return time.Time{}, fmt.Errorf("time %q: want YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS, with a Z for UTC", text)
}

// Check reports whether name may sign off with key at a time. Errors wrap [ErrNotListed],
// [ErrWrongNamespace] or [ErrNotValid].
func (l *Approvers) Check(name string, key ssh.PublicKey, at time.Time) error {
	err := fmt.Errorf("%w: no line has %s", ErrNotListed, Fingerprint(key))
	for _, a := range l.entries {
		if !bytes.Equal(a.key.Marshal(), key.Marshal()) {
			continue
		}
		switch {
		case !matchList(a.principals, name):
			err = orElse(err, ErrNotListed, "%s is the key of %s, not of %s", Fingerprint(key), a.principals, name)
		case a.namespaces != "" && !matchList(a.namespaces, Namespace):
			err = orElse(err, ErrWrongNamespace, "it is listed for %s, want %s", a.namespaces, Namespace)
		case !a.after.IsZero() && at.Before(a.after):
			err = orElse(err, ErrNotValid, "valid after %s", a.after.UTC().Format(time.RFC3339))
		case !a.before.IsZero() && at.After(a.before):
			err = orElse(err, ErrNotValid, "expired, valid before %s", a.before.UTC().Format(time.RFC3339))
		default:
			return nil
		}
	}
	return err
}

// orElse keeps the reason that came nearest to a line that lets one sign.
func orElse(had, reason error, format string, args ...any) error {
	if !errors.Is(had, ErrNotListed) {
		return had
	}
	return fmt.Errorf("%w: %s", reason, fmt.Sprintf(format, args...))
}

// Fingerprint names a key for people, as ssh-keygen -l does.
func Fingerprint(key ssh.PublicKey) string {
	return ssh.FingerprintSHA256(key) + " (" + key.Type() + ")"
}

// matchList reports whether a list of patterns, divided by commas, matches; one after a ! takes out.
func matchList(patterns, s string) bool {
	matched := false
	for pattern := range strings.SplitSeq(patterns, ",") {
		pattern, negated := strings.CutPrefix(pattern, "!")
		if !matchPattern(pattern, s) {
			continue
		}
		if negated {
			return false
		}
		matched = true
	}
	return matched
}

// matchPattern matches * and ? as ssh does.
func matchPattern(pattern, s string) bool {
	form := strings.NewReplacer(`\*`, `.*`, `\?`, `.`).Replace(regexp.QuoteMeta(pattern))
	return regexp.MustCompile(`(?s)^` + form + `$`).MatchString(s)
}
