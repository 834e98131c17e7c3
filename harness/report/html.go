package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"slices"
	"strings"
)

//go:embed page.html.tmpl
var pageText string

//go:embed page.css
var pageStyle string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"kind": kind, "printable": printable, "shape": shape, "lower": strings.ToLower,
}).Parse(pageText))

// HTML renders a report as a page of one file: style and plots are in it, and there is no script. It reads on paper, on a
// narrow screen, in light and dark.
func HTML(r *Report) ([]byte, error) {
	d := newDocument(r)
	type pageSection struct {
		ID, Title string
		Blocks    []block
	}
	of := struct {
		Title, Result string
		Style         template.CSS
		Lead          []block
		Sections      []pageSection
	}{d.title, string(r.Verdict.Result), template.CSS(pageStyle), d.lead, nil}
	for _, s := range d.sections {
		of.Sections = append(of.Sections, pageSection{s.id, s.title, s.blocks})
	}
	var out bytes.Buffer
	if err := page.Execute(&out, of); err != nil {
		return nil, fmt.Errorf("render the report: %w", err)
	}
	return out.Bytes(), nil
}

// kind names a block's kind, with what the template shows of it.
func kind(b block) pageBlock {
	switch b := b.(type) {
	case paragraph:
		return pageBlock{Kind: "paragraph", Text: string(b)}
	case list:
		return pageBlock{Kind: "list", Items: b}
	case checklist:
		p := pageBlock{Kind: "checklist"}
		for _, c := range b {
			p.Checks = append(p.Checks, pageCheck{c.met, c.label, c.lines})
		}
		return p
	case code:
		return pageBlock{Kind: "code", Title: b.label, Text: b.text}
	case columns:
		return pageBlock{Kind: "columns", Title: b.title, Text: b.description, From: b.from, To: b.to, Most: b.most, Rows: []pageRow{{Bars: b.bars}}}
	case spread:
		p := pageBlock{Kind: "spread", Title: b.title, Text: b.description, From: b.from, To: b.to}
		for _, row := range b.rows {
			p.Rows = append(p.Rows, pageRow{row.name, row.label, row.bars})
		}
		return p
	case table:
		return tableBlock(b)
	}
	return pageBlock{}
}

// pageBlock is a block as the template sees it.
type pageBlock struct {
	Kind, Title, Text, From, To, Most string
	Items                             []string
	Checks                            []pageCheck
	Rows                              []pageRow
	Columns                           []pageColumn
	Cells                             [][]pageCell
	Small                             bool // a table that fits a narrow screen as it is
}

type pageCheck struct {
	Met   bool
	Label string
	Lines []string
}

type pageRow struct {
	Name, Label string
	Bars        []bar
}

type pageColumn struct {
	Name   string
	Number bool
}

type pageCell struct {
	pageColumn
	Text        string
	Code, Short bool
}

// shortText is a text that is not broken within a word, in bytes.
const shortText = 24

func tableBlock(t table) pageBlock {
	p := pageBlock{Kind: "table", Title: t.caption}
	for _, c := range t.columns {
		p.Columns = append(p.Columns, pageColumn{c.name, c.number})
	}
	p.Small = len(t.columns) <= 4 && !slices.ContainsFunc(t.columns[1:], func(c column) bool { return !c.number && len(t.columns) > 2 })
	for _, row := range t.rows {
		var cells []pageCell
		for i, text := range row {
			cells = append(cells, pageCell{p.Columns[i], text, t.columns[i].code && text != "", len(text) <= shortText})
		}
		p.Cells = append(p.Cells, cells)
	}
	return p
}

// Sizes of a plot, in the units of its drawing, which is stretched to its place.
const (
	plotWidth  = 1000.0
	plotHeight = 100.0
)

// shape is the path of a plot's columns, or of what of them is bad.
func shape(bars []bar, bad bool) string {
	var path strings.Builder
	for _, b := range bars {
		height := b.height
		if bad {
			height = b.bad
		}
		if height <= 0 {
			continue
		}
		height = max(height*plotHeight, 3) // one of a million is to be seen
		gap := min(b.width*plotWidth/12, 4)
		fmt.Fprintf(&path, "M%.4g %.4gh%.4gV%gH%.4gz", b.at*plotWidth+gap, plotHeight-height, b.width*plotWidth-2*gap, plotHeight, b.at*plotWidth+gap)
	}
	return path.String()
}
