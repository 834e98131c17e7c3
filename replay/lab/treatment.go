package lab

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Treatment is a map from factor to level. What is not in it is left as it is outside.
type Treatment map[string]string

// ParseTreatment reads what people type: factors to pin and to vary, each "clock" (at its default level) or
// "clock=+1h". Which list an item is in only decides what its default is. A factor that is named twice is an
// error unless both say the same; an unknown one's error names the nearest.
func ParseTreatment(pin, vary []string) (Treatment, error) {
	t := Treatment{}
	for i, item := range slices.Concat(pin, vary) {
		name, level, given := strings.Cut(strings.TrimSpace(item), "=")
		f, ok := factorByName(name)
		if !ok {
			return nil, unknownFactor(name)
		}
		if !given {
			var err error
			if level, err = f.defaultLevel(i < len(pin)); err != nil {
				return nil, err
			}
		}
		if before, twice := t[name]; twice && before != level {
			return nil, fmt.Errorf("%s is asked for as %s and as %s; want one of them", name, before, level)
		}
		t[name] = level
	}
	return t, t.Validate()
}

// Validate returns an error where a factor is unknown or a level is none of it.
func (t Treatment) Validate() error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(t)) {
		f, ok := factorByName(name)
		if !ok {
			errs = append(errs, unknownFactor(name))
		} else if !f.check(t[name]) {
			errs = append(errs, fmt.Errorf("%s=%s: want %s", name, t[name], f.Form))
		}
	}
	return errors.Join(errs...)
}

func (f Factor) defaultLevel(pin bool) (string, error) {
	switch {
	case pin && f.Pin == "":
		return "", fmt.Errorf("%s can't be pinned; vary it, or give a level: %s", f.Name, f.Form)
	case pin:
		return f.Pin, nil
	case len(f.Vary) == 0:
		return "", fmt.Errorf("%s can't be varied; pin it", f.Name)
	}
	return f.Vary[0], nil
}

func unknownFactor(name string) error {
	var names []string
	best, edits := "", 0
	for _, f := range Factors() {
		names = append(names, f.Name)
		if e := editsBetween(name, f.Name); best == "" || e < edits {
			best, edits = f.Name, e
		}
	}
	if edits <= (len(name)+1)/2 {
		return fmt.Errorf("unknown factor %q; did you mean %s?", name, best)
	}
	return fmt.Errorf("unknown factor %q; want one of %s", name, strings.Join(names, ", "))
}

// editsBetween counts the letters to insert, delete or replace, and the neighbours to exchange, that make b of a: the optimal
// string alignment distance (Damerau 1964; Boytsov 2011 for the recurrence).
func editsBetween(a, b string) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		d[i][0] = i
	}
	for j := range d[0] {
		d[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			other := 0
			if a[i-1] != b[j-1] {
				other = 1
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+other)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}
