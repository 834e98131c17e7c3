package gate

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/shadowrun/shadowrun/replay"
)

// MaxSummary is how large a step's summary may be on GitHub, in bytes: a larger one is dropped as a whole.
const MaxSummary = 1 << 20

// noteSpace is what is kept free for the note that something was cut, in bytes.
const noteSpace = 200

// WriteSummary writes a report as Markdown, in at most limit bytes: where there is more to say, the last line says so.
func WriteSummary(w io.Writer, r Report, limit int) error {
	var out strings.Builder
	outcome, why := r.Judge()
	fmt.Fprintf(&out, "## Determinism gate: %s\n\n%s\n\n", outcome, markdown(why))
	if spared := r.Spared(); spared != "" {
		fmt.Fprintf(&out, "%s\n\n", markdown(spared))
	}
	sections := []string{table(r)}
	for _, p := range r.Problems {
		sections = append(sections, fmt.Sprintf("\n- %s\n", markdown(p.Error())))
	}
	for _, g := range r.Groups() {
		sections = append(sections, section(r, g))
	}
	for i, s := range sections {
		if out.Len()+len(s) > limit-noteSpace {
			fmt.Fprintf(&out, "\n%d more sections left out: a summary has at most %d bytes. The step's log has all.\n", len(sections)-i, limit)
			break
		}
		out.WriteString(s)
	}
	if out.Len() > limit {
		return nil // not even that fits
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// table has a row for each workflow, and a column for each verdict that there is.
func table(r Report) string {
	counts := map[string]map[replay.Verdict]int{}
	var names []string
	var columns []replay.Verdict
	for _, result := range r.Results {
		if counts[result.Workflow] == nil {
			counts[result.Workflow] = map[replay.Verdict]int{}
			names = append(names, result.Workflow)
		}
		counts[result.Workflow][result.Verdict]++
		if !slices.Contains(columns, result.Verdict) {
			columns = append(columns, result.Verdict)
		}
	}
	if len(names) == 0 {
		return ""
	}
	slices.SortFunc(columns, func(a, b replay.Verdict) int { return slices.Index(Verdicts, b) - slices.Index(Verdicts, a) })
	var out strings.Builder
	out.WriteString("| workflow |")
	for _, v := range columns {
		fmt.Fprintf(&out, " %s |", v)
	}
	out.WriteString("\n|---|" + strings.Repeat("--:|", len(columns)) + "\n")
	for _, name := range names {
		fmt.Fprintf(&out, "| %s |", markdown(name))
		for _, v := range columns {
			fmt.Fprintf(&out, " %s |", orDash(counts[name][v]))
		}
		out.WriteByte('\n')
	}
	return out.String()
}

func orDash(n int) string {
	if n == 0 {
		return "–"
	}
	return fmt.Sprint(n)
}

// section tells of one thing that is wrong.
func section(r Report, g Group) string {
	text := r.Details(g)
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fmt.Sprintf("\n### %s, %s: %s\n\n%s\n%s%s\n", markdown(g.Workflow), g.Seeds(maxSeeds), g.Verdict, fence, text, fence)
}

var inMarkdown = strings.NewReplacer("\\", "\\\\", "`", "\\`", "*", "\\*", "_", "\\_", "|", "\\|", "<", "&lt;", "[", "\\[", "#", "\\#")

func markdown(text string) string { return inMarkdown.Replace(plain(text)) }
