package explain

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// WriteMatrix writes how each field did in each arm, fields by factors: = where all of an arm's
// runs have the first untreated run's value, ≠ where its only run has another, one where all have
// one other, else how many values in
// how many runs; a blank where the arm says nothing about it. Columns are numbered, their names below.
// An arm in which no field does otherwise than untreated has no column; the JSON has them all.
func WriteMatrix(w io.Writer, x *Explanation) error {
	var b strings.Builder
	name := 4
	for _, f := range x.Fields {
		name = max(name, utf8.RuneCountInString(show(f.Path)))
	}
	name = min(name, 40)
	row := func(first string, cells []string) {
		line := pad(first, name)
		for _, c := range cells {
			line += " " + pad(c, 5)
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	columns, plain := telling(x)
	var heads []string
	for i := range columns {
		heads = append(heads, fmt.Sprint(i+1))
	}
	row("path", heads)
	for _, f := range x.Fields {
		byArm := map[string]Cell{}
		for _, c := range f.Matrix {
			byArm[c.Arm] = c
		}
		var cells []string
		for _, a := range columns {
			c, ok := byArm[a.Name]
			switch {
			case !ok:
				cells = append(cells, "")
			case c.Other == 0:
				cells = append(cells, "=")
			case c.Runs == 1:
				cells = append(cells, "≠")
			case c.Values == 1:
				cells = append(cells, "one")
			default:
				cells = append(cells, fmt.Sprintf("%d/%d", c.Values, c.Runs))
			}
		}
		row(short(show(f.Path), name), cells)
	}
	b.WriteString("\n")
	for i, a := range columns {
		fmt.Fprintf(&b, "%2d %s: %s", i+1, visible(a.Name), countOf(a.Runs, "run"))
		if a.Unknown > 0 {
			fmt.Fprintf(&b, ", %d not comparable", a.Unknown)
		}
		b.WriteString("\n")
	}
	if len(plain) > 0 {
		t := &text{width: 100}
		t.para(0, 3, "as untreated: "+visible(strings.Join(plain, ", ")))
		b.WriteString(t.String())
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// telling returns the arms in which some field does otherwise than untreated, after the untreated
// arm itself, and the names of the others.
func telling(x *Explanation) (columns []Arm, plain []string) {
	tells := map[string]bool{}
	for _, f := range x.Fields {
		varies := false
		for i, c := range f.Matrix {
			if i == 0 {
				varies = c.Values > 1
			}
			if varies && c.Values == 1 && c.Runs > 2 || !varies && c.Other > 0 {
				tells[c.Arm] = true
			}
		}
	}
	for i, a := range x.Arms {
		if i == 0 || tells[a.Name] {
			columns = append(columns, a)
		} else {
			plain = append(plain, a.Name)
		}
	}
	return columns, plain
}

func pad(s string, n int) string {
	return s + strings.Repeat(" ", max(0, n-utf8.RuneCountInString(s)))
}

// short cuts the beginning off a long path: its end tells more.
func short(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return "…" + string(r[len(r)-n+1:])
}
