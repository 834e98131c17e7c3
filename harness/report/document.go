package report

// A document is what both Markdown and HTML render: the same facts in the same words and order.
type document struct {
	title    string // the verdict comes first
	lead     []block
	sections []section
}

type section struct {
	id     string
	title  string
	blocks []block
}

// block is a [paragraph], [list], [table], [code], [checklist], [columns] or [spread].
type block interface{ isBlock() }

type paragraph string

type list []string

// table is one of text. A cell of a column of code is to be pasted or looked up.
type table struct {
	caption string
	columns []column
	rows    [][]string
}

type column struct {
	name   string
	number bool
	code   bool
}

// code is what was or is to be typed, or was printed.
type code struct {
	label string
	text  string
	lang  string
}

type checklist []check

type check struct {
	met   bool
	label string
	lines []string
}

// columns is a plot of what was done period by period.
type columns struct {
	title       string
	description string
	from, to    string // what stands at the ends of the time axis
	most        string // what the highest column comes to
	bars        []bar
}

// bar is a column: its height of the highest, and the part of it that is bad, both from 0 to 1.
type bar struct {
	at, width   float64 // of the whole plot
	height, bad float64
}

// spread is a plot of how long runs took: a row of columns a workflow, all over the same axis.
type spread struct {
	title       string
	description string
	from, to    string
	rows        []spreadRow
}

type spreadRow struct {
	name  string
	label string
	bars  []bar
}

func (paragraph) isBlock() {}
func (list) isBlock()      {}
func (table) isBlock()     {}
func (code) isBlock()      {}
func (checklist) isBlock() {}
func (columns) isBlock()   {}
func (spread) isBlock()    {}

// text, figure and literal make columns.
func text(name string) column    { return column{name: name} }
func figure(name string) column  { return column{name: name, number: true} }
func literal(name string) column { return column{name: name, code: true} }

// newDocument says all that a report says. An empty section says that it is: a reader is not to wonder.
func newDocument(r *Report) document {
	return document{
		title: title(r),
		lead:  lead(r),
		sections: []section{
			{"gates", "Gates", gates(r)},
			{"ran", "What ran", ran(r)},
			{"figures", "Figures", figures(r)},
			{"times", "How long runs took", times(r)},
			{"findings", "Findings", findings(r)},
			{"rules", "Rules, and what they hid", rules(r)},
			{"unknowns", "What could not be checked", unknowns(r)},
			{"interruptions", "Interruptions and gaps in coverage", interruptions(r)},
			{"stops", "Emergency stops", stops(r)},
			{"alerts", "Alerts", alerts(r)},
			{"tabletop", "Automated runbook test", tabletop(r)},
			{"coverage", "Runbook coverage", coverage(r)},
			{"bound", "How sure is it", bound(r)},
			{"issues", "Issues found", orNone(r.Issues, "None was written down.")},
			{"changes", "Changes made to the runbook", orNone(r.Changes, "None was written down.")},
			{"notes", "Notes and caveats", orNone(r.Notes, "None.")},
			{"followups", "Follow-ups", followUps(r)},
			{"people", "Who took part", people(r)},
			{"statement", "Certification statement", []block{paragraph(r.Statement), paragraph(r.SignaturesNote)}},
			{"configuration", "Configuration", []block{code{"The configuration that the soak began with, without what is redacted.", r.Ran.Configuration, "yaml"}}},
		},
	}
}

func orNone(items []string, none string) []block {
	if len(items) == 0 {
		return []block{paragraph(none)}
	}
	return []block{list(items)}
}
