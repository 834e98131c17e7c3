package gate

import (
	"fmt"
	"io"
	"path"
	"path/filepath"
	"strings"
)

// maxAnnotations is how many annotations of a kind GitHub shows of a step; it drops the rest without a word.
const maxAnnotations = 10

// WriteAnnotations writes workflow commands of GitHub Actions: an error for each group that the gate fails on or
// could not compare, a warning for the others. Where there are too many, the last one says how many more.
// The folder is the configuration's, from the repository's root.
func WriteAnnotations(w io.Writer, r Report, folder string) error {
	var errors, warnings []string
	for _, p := range r.Problems {
		errors = append(errors, annotation("error", "", 0, "goldens", plain(p.Error())))
	}
	for _, g := range r.Groups() {
		title, text := annotated(r, g)
		file := filepath.ToSlash(g.Golden)
		if !filepath.IsAbs(g.Golden) { // else the runner makes it one from the root
			file = path.Join(folder, file)
		}
		if g.Verdict == Missing {
			file = ""
		}
		switch {
		case g.Verdict == Skipped:
		case g.Fails || !g.compared() && g.Verdict != Missing && g.Verdict != Orphan:
			errors = append(errors, annotation("error", file, g.Line, title, text))
		default:
			warnings = append(warnings, annotation("warning", file, g.Line, title, text))
		}
	}
	for _, line := range append(atMost("error", errors), atMost("warning", warnings)...) {
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	return nil
}

func annotated(r Report, g Group) (title, text string) {
	title = fmt.Sprintf("%s, %s: %s", plain(g.Workflow), g.Seeds(maxSeeds), g.Verdict)
	return title, r.Details(g)
}

func atMost(kind string, lines []string) []string {
	if len(lines) <= maxAnnotations {
		return lines
	}
	rest := len(lines) - maxAnnotations + 1
	return append(lines[:maxAnnotations-1:maxAnnotations-1],
		annotation(kind, "", 0, "shadowrun gate", fmt.Sprintf("%d more; the step's log and summary have them", rest)))
}

var (
	inMessage  = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	inProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// annotation is a workflow command. The path is from the repository's root.
func annotation(kind, file string, line int, title, text string) string {
	var properties []string
	if file != "" {
		properties = append(properties, "file="+inProperty.Replace(file))
	}
	if file != "" && line > 0 {
		properties = append(properties, fmt.Sprintf("line=%d", line))
	}
	properties = append(properties, "title="+inProperty.Replace(title))
	return fmt.Sprintf("::%s %s::%s", kind, strings.Join(properties, ","), inMessage.Replace(strings.TrimSuffix(text, "\n")))
}
