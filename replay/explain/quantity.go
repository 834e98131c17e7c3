package explain

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// quantities are the numbers in a value. Two values whose rest is the same can be compared
// number by number.
type quantities struct {
	rest    string // with # for each number
	numbers []float64
}

var (
	numberPattern = regexp.MustCompile(`\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?`)
	hoursPattern  = regexp.MustCompile(`^(\d{1,3}):([0-5]\d):([0-5]\d(?:\.\d+)?)$`)
)

// quantitiesOf reads a number, a duration as a program may write it, or a text with numbers in it.
func quantitiesOf(v jsontext.Value) (quantities, bool) {
	switch {
	case len(v) == 0:
		return quantities{}, false
	case v.Kind() == '0':
		f, err := strconv.ParseFloat(string(v), 64)
		return quantities{"#", []float64{f}}, err == nil
	case v.Kind() != '"':
		return quantities{}, false
	}
	text := textOf(v)
	if d, err := time.ParseDuration(strings.ReplaceAll(text, " ", "")); err == nil {
		return quantities{"# s", []float64{d.Seconds()}}, true
	}
	if m := hoursPattern.FindStringSubmatch(text); m != nil {
		h, _ := strconv.ParseFloat(m[1], 64)
		min, _ := strconv.ParseFloat(m[2], 64)
		s, _ := strconv.ParseFloat(m[3], 64)
		return quantities{"h:m:s", []float64{h*3600 + min*60 + s}}, true
	}
	q := quantities{rest: numberPattern.ReplaceAllLiteralString(text, "#")}
	for _, m := range numberPattern.FindAllString(text, -1) {
		f, err := strconv.ParseFloat(m, 64)
		if err != nil {
			return quantities{}, false
		}
		q.numbers = append(q.numbers, f)
	}
	return q, len(q.numbers) > 0
}

// measured returns the only number that differs among a field's values in these runs; not ok where
// several do, or something else does.
func (t *table) measured(path string, arms ...*arm) (of map[*run]float64, ok bool) {
	all := map[*run]quantities{}
	var first quantities
	index := -1
	for _, a := range arms {
		for _, r := range a.runs {
			if t.byPath[path].values[r.index] == missing {
				continue
			}
			q, ok := quantitiesOf(t.scalar(path, r))
			if !ok {
				return nil, false
			}
			if len(all) == 0 {
				first = q
			} else if q.rest != first.rest || len(q.numbers) != len(first.numbers) {
				return nil, false
			}
			for i, n := range q.numbers {
				if n != first.numbers[i] {
					if index >= 0 && index != i {
						return nil, false
					}
					index = i
				}
			}
			all[r] = q
		}
	}
	if index < 0 {
		return nil, false
	}
	of = map[*run]float64{}
	for r, q := range all {
		of[r] = q.numbers[index]
	}
	return of, true
}
