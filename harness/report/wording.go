package report

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/dustin/go-humanize"
)

// quantity returns a number with its noun: "1 run", "2,000 runs".
func quantity[N int | int64](n N, noun string) string {
	switch {
	case n == 1:
	case strings.HasSuffix(noun, "ch"):
		noun += "es"
	default:
		noun += "s"
	}
	return number(n) + " " + noun
}

func number[N int | int64](n N) string { return humanize.Comma(int64(n)) }

// lasted returns seconds as people say them.
func lasted(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	switch {
	case d < time.Millisecond:
		d = d.Round(time.Microsecond)
	case d < 10*time.Second:
		d = d.Round(time.Millisecond)
	default:
		d = d.Round(time.Second)
	}
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// percent returns a rate with three digits that count.
func percent(rate float64) string {
	return strconv.FormatFloat(100*rate, 'g', 3, 64) + " %"
}

func short(digest string) string { return digest[:min(len(digest), 12)] }

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

func at(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 MST") }

func instant(t *time.Time) string {
	if t == nil {
		return "–"
	}
	return at(*t)
}

func bytesOf(n int64) string { return humanize.IBytes(uint64(max(0, n))) }

// printable returns what workflows and people wrote without what would turn a line's direction or end it.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029':
			return unicode.ReplacementChar
		}
		return r
	}, text)
}
