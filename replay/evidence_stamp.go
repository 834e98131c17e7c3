package replay

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// stamp is what a textual date or time says.
type stamp struct {
	at        time.Time     // in UTC, as if an unknown zone were UTC
	precision time.Duration // the stamp covers at … at+precision
	zoned     bool          // it names its zone
	noDate    bool          // only a time of day: at is on 1 January of year 1
	noYear    bool          // at is in year 0
}

const (
	zonePart  = `(?: ?(Z|z|UTC|GMT|[+-]\d{2}:?\d{2})(?: (?:UTC|GMT|[+-]\d{4}))?)?`
	clockPart = `(\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))?`
	monthPart = `(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*`
	dayPart   = `(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? +)?`
)

// The forms of a stamp, after RFC 3339, ISO 8601 (extended and basic), RFC 1123, RFC 850,
// ctime(3), syslog and the common log format; also Go's log and time.Time.String, and
// the file-name forms with - or _ for : and T.
var (
	numericForm = regexp.MustCompile(`^(\d{4})([-/.]?)(\d{2})([-/.]?)(\d{2})(?:[Tt_ -]?(\d{2})([:.-]?)(\d{2})(?:([:.-]?)(\d{2})(?:[.,](\d{1,9}))?)?` +
		zonePart + `(?: m=[+-]\d+\.\d+)?)?`)
	timeForm  = regexp.MustCompile(`^` + clockPart + zonePart)
	mailForm  = regexp.MustCompile(`^` + dayPart + `(\d{1,2})[ -]` + monthPart + `[ -](\d{4}|\d{2}) ` + clockPart + zonePart)
	ctimeForm = regexp.MustCompile(`^` + dayPart + monthPart + ` +(\d{1,2}) ` + clockPart + `(?: ([A-Z]{3,4}))?(?: (\d{4}))?`)
	webForm   = regexp.MustCompile(`^(\d{2})/` + monthPart + `/(\d{4}):` + clockPart + zonePart)
)

// findStamp reads the stamp that s begins with and returns its length, 0 if there is none.
func findStamp(s string) (stamp, int) {
	if isDigit(s[0]) {
		if m := numericForm.FindStringSubmatch(s); m != nil {
			if st, ok := numericStamp(m); ok {
				return st, len(m[0])
			}
			// A date may be followed by digits that are no time of day.
			if st, ok := dateStamp(m); ok && endsAt(s, len(m[1]+m[2]+m[3]+m[4]+m[5])) {
				return st, len(m[1] + m[2] + m[3] + m[4] + m[5])
			}
		}
		if m := timeForm.FindStringSubmatch(s); m != nil {
			st, ok := newStamp("1", "1", "1", m[1], m[2], m[3], m[4], m[5])
			st.noDate = true
			return st, lengthIf(ok, m[0])
		}
	}
	if m := mailForm.FindStringSubmatch(s); m != nil {
		year := m[3]
		if len(year) == 2 {
			year = "20" + year
		}
		st, ok := newStamp(year, m[2], m[1], m[4], m[5], m[6], m[7], m[8])
		return st, lengthIf(ok, m[0])
	}
	if m := ctimeForm.FindStringSubmatch(s); m != nil {
		year, zone := m[8], m[7]
		if zone != "UTC" && zone != "GMT" {
			zone = "" // an abbreviation names no offset
		}
		st, ok := newStamp(orZero(year), m[1], m[2], m[3], m[4], m[5], m[6], zone)
		st.noYear = year == ""
		return st, lengthIf(ok, m[0])
	}
	if m := webForm.FindStringSubmatch(s); m != nil {
		st, ok := newStamp(m[3], m[2], m[1], m[4], m[5], m[6], m[7], m[8])
		return st, lengthIf(ok, m[0])
	}
	return stamp{}, 0
}

func lengthIf(ok bool, s string) int {
	if !ok {
		return 0
	}
	return len(s)
}

func orZero(s string) string {
	if s == "" {
		return "0"
	}
	return s
}

func numericStamp(m []string) (stamp, bool) {
	if m[2] != m[4] {
		return stamp{}, false
	}
	if m[6] == "" {
		return dateStamp(m)
	}
	if m[10] == "" { // no seconds
		st, ok := newStamp(m[1], m[3], m[5], m[6], m[8], "0", "", m[12])
		st.precision = time.Minute
		return st, ok
	}
	if m[7] != m[9] {
		return stamp{}, false
	}
	return newStamp(m[1], m[3], m[5], m[6], m[8], m[10], m[11], m[12])
}

func dateStamp(m []string) (stamp, bool) {
	if m[2] != m[4] {
		return stamp{}, false
	}
	st, ok := newStamp(m[1], m[3], m[5], "0", "0", "0", "", "")
	st.precision = 24 * time.Hour
	return st, ok
}

// newStamp reads the fields as written; it reports false for a 13th month or a 25th hour.
func newStamp(year, month, day, hour, minute, second, fraction, zone string) (stamp, bool) {
	y, mo, d := number(year), monthNumber(month), number(day)
	h, mi, s := number(hour), number(minute), number(second)
	if mo < 1 || mo > 12 || d < 1 || h > 24 || mi > 59 || s > 60 {
		return stamp{}, false
	}
	at := time.Date(y, time.Month(mo), d, 0, 0, 0, 0, time.UTC)
	if at.Day() != d {
		return stamp{}, false
	}
	st := stamp{precision: time.Second}
	nanos := 0
	if fraction != "" {
		nanos = number(fraction + strings.Repeat("0", 9-len(fraction)))
		for range fraction {
			st.precision /= 10
		}
	}
	offset, zoned := zoneOffset(zone)
	st.zoned = zoned
	st.at = at.Add(time.Duration(h)*time.Hour + time.Duration(mi)*time.Minute +
		time.Duration(s)*time.Second + time.Duration(nanos) - offset)
	return st, true
}

func number(s string) int {
	n, _ := strconv.Atoi(s) // digits only, nine at most
	return n
}

func monthNumber(s string) int {
	if i := strings.Index("JanFebMarAprMayJunJulAugSepOctNovDec", s); len(s) == 3 && i >= 0 && i%3 == 0 {
		return i/3 + 1
	}
	return number(s)
}

func zoneOffset(zone string) (time.Duration, bool) {
	switch zone {
	case "":
		return 0, false
	case "Z", "z", "UTC", "GMT":
		return 0, true
	}
	digits := strings.ReplaceAll(zone[1:], ":", "")
	offset := time.Duration(number(digits[:2]))*time.Hour + time.Duration(number(digits[2:]))*time.Minute
	if zone[0] == '-' {
		offset = -offset
	}
	return offset, true
}
