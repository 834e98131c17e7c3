package explain

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

var wordPattern = regexp.MustCompile(`\d+|\p{L}+`)

// isCalendar reports whether each number or word that differs is a part of the date or the time
// of day of its instant, the same part in all.
func isCalendar(texts []jsontext.Value, at []time.Time) bool {
	var words [][]string
	var rest string
	for i, v := range texts {
		text := textOf(v)
		other := wordPattern.ReplaceAllLiteralString(text, "#")
		words = append(words, wordPattern.FindAllString(text, -1))
		if i == 0 {
			rest = other
		} else if other != rest || len(words[i]) != len(words[0]) {
			return false
		}
	}
	for n := range words[0] {
		differs := false
		var parts []string
		for i := range words {
			differs = differs || words[i][n] != words[0][n]
			here := partsOf(words[i][n], at[i])
			if i == 0 {
				parts = here
			}
			parts = slices.DeleteFunc(parts, func(p string) bool { return !slices.Contains(here, p) })
		}
		if differs && len(parts) == 0 {
			return false
		}
	}
	return true
}

// partsOf names the parts of t's date and time of day that a word or number is.
func partsOf(word string, t time.Time) []string {
	var parts []string
	if n, err := strconv.Atoi(word); err == nil {
		isoYear, week := t.ISOWeek()
		monday := (int(t.Weekday()) + 6) % 7
		for _, p := range []struct {
			name  string
			value int
		}{
			{"year", t.Year()}, {"short year", t.Year() % 100}, {"year since 1900", t.Year() - 1900}, {"ISO year", isoYear},
			{"week", week}, {"quarter", (int(t.Month())-1)/3 + 1}, {"month", int(t.Month())}, {"month from 0", int(t.Month()) - 1},
			{"day", t.Day()}, {"day of the year", t.YearDay()}, {"day of the year from 0", t.YearDay() - 1},
			{"weekday from Sunday", int(t.Weekday())}, {"weekday from Monday", monday}, {"ISO weekday", monday + 1},
			{"hour", t.Hour()}, {"hour of 12", (t.Hour()+11)%12 + 1}, {"minute", t.Minute()}, {"second", t.Second()},
			{"millisecond", t.Nanosecond() / 1e6}, {"microsecond", t.Nanosecond() / 1e3}, {"nanosecond", t.Nanosecond()},
			{"microsecond of the millisecond", t.Nanosecond() / 1e3 % 1e3}, {"nanosecond of the microsecond", t.Nanosecond() % 1e3},
		} {
			if n == p.value {
				parts = append(parts, p.name)
			}
		}
		for _, p := range []struct {
			name, text string
			least      int
		}{{"date and time", t.Format("20060102150405"), 6}, {"time of day", t.Format("150405"), 4}, {"fraction of a second", fmt.Sprintf("%09d", t.Nanosecond()), 3}} {
			if len(word) >= p.least && strings.HasPrefix(p.text, word) {
				parts = append(parts, p.name)
			}
		}
		return parts
	}
	for _, name := range []string{t.Weekday().String(), t.Month().String()} {
		if strings.EqualFold(word, name) || len(word) >= 3 && len(word) <= 4 && strings.HasPrefix(strings.ToLower(name), strings.ToLower(word)) {
			parts = append(parts, "name of the day or month")
		}
	}
	if strings.EqualFold(word, t.Format("PM")) {
		parts = append(parts, "half of the day")
	}
	return parts
}
