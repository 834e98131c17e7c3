package cmd

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/replay"
)

type diffFlags struct {
	format  string
	all     bool
	output  string
	goldenA string
	goldenB string
	folder  string
}

func (a *app) diffCommand() *cobra.Command {
	var f diffFlags
	c := &cobra.Command{
		Use:   "diff A B",
		Short: "Compare two goldens, or two JSON, JSON Lines or text files",
		Long: `Compares two documents and says of each difference what it looks like: a clock reading, a random token,
another order. For bare files it says what it assumed. - is standard input.

Exit status: 0 no difference, or volatile ones only; 1 a difference that is not volatile; 2 a document
can't be read.`,
		Example: `  shadowrun diff want.json got.json
  kubectl get pods -o json | shadowrun diff yesterday.json - --json`,
		Args: arguments(0, 2),
		RunE: func(_ *cobra.Command, args []string) error {
			if f.folder != "" {
				return a.summarizeFolder(0, f.folder, f.output, f.all)
			}
			if f.goldenA != "" {
				args = append([]string{f.goldenA}, args...)
			}
			if f.goldenB != "" {
				args = append(args, f.goldenB)
			}
			if len(args) != 2 {
				return errors.New("want two files to compare, as in 'shadowrun diff want.json got.json'")
			}
			return a.diff(args[0], args[1], &f)
		},
	}
	flags := c.Flags()
	flags.StringVar(&f.format, "format", "", "`how` to read them: trace, json, jsonl, text or bytes (default by content)")
	flags.BoolVarP(&f.all, "verbose", "v", false, "show all differences, not only the first ten")
	flags.StringVarP(&f.output, "output", "o", "", "also write the comparison as JSON to this `file`")
	flags.StringVar(&a.configFlag, "config", "", "apply the rules of this configuration `file`")
	f.addGoldens(c)
	flags.StringVar(&f.folder, "summary-dir", "", "a folder to summarise")
	flags.MarkHidden("summary-dir")
	return c
}

// addGoldens adds the names that an old script gave to the two documents. It also summarised
// folders, so 'summary' takes these, and 'diff' takes the folder.
func (f *diffFlags) addGoldens(c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&f.goldenA, "golden-a", "", "the first")
	flags.StringVar(&f.goldenB, "golden-b", "", "the second")
	flags.MarkHidden("golden-a")
	flags.MarkHidden("golden-b")
}

// comparisonJSON is a comparison, as DESIGN has it.
type comparisonJSON struct {
	Version     int                 `json:"version"`
	Verdict     replay.Verdict      `json:"verdict"`
	Differences []replay.Difference `json:"differences"`
	Covered     []coveredJSON       `json:"covered"`
	NotAligned  []string            `json:"not_aligned"`

	steps []string // of the first document, where it is a trace
}

func (a *app) diff(nameA, nameB string, f *diffFlags) error {
	comparison, err := a.compareFiles(nameA, nameB, f.format)
	if err != nil {
		return err
	}
	if f.output != "" {
		if err := writeJSON(f.output, comparison); err != nil {
			return err
		}
	}
	if a.json {
		if err := a.printJSON(comparison); err != nil {
			return err
		}
	} else {
		a.writeComparison(comparison, f.all)
	}
	if comparison.Verdict == replay.VerdictViolation {
		return exitError(exitFail)
	}
	return nil
}

func (a *app) writeComparison(c comparisonJSON, all bool) {
	count := "no difference"
	if len(c.Differences) > 0 {
		count = quantity(len(c.Differences), "difference")
	}
	fmt.Fprintf(a.out, "%s: %s", c.Verdict, count)
	if len(c.Covered) > 0 {
		fmt.Fprintf(a.out, ", %d more that rules cover", len(c.Covered))
	}
	fmt.Fprintln(a.out)
	a.writeDifferences(c.Differences, c.steps, all)
	for _, path := range c.NotAligned {
		fmt.Fprintf(a.out, "\n%s not aligned: too much differs, so it was compared by position\n", printable(orRoot(path)))
	}
}

func (a *app) compareFiles(nameA, nameB, format string) (comparisonJSON, error) {
	var c comparisonJSON
	if nameA == "-" && nameB == "-" {
		return c, errors.New("only one of the two can be standard input")
	}
	want, err := a.readDocument(nameA)
	if err != nil {
		return c, err
	}
	got, err := a.readDocument(nameB)
	if err != nil {
		return c, err
	}
	rules, err := a.rulesAtHand()
	if err != nil {
		return c, err
	}
	if format == "" {
		format = formatOf(nameA, nameB, want, got)
	}
	result, evidence, err := compareAs(format, want, got, rules)
	if err != nil {
		return c, a.namedSide(err, nameA, nameB)
	}
	classified := replay.Classify(result.Differences, evidence)
	c = comparisonJSON{jsonVersion, replay.VerdictOf(classified), emptyNotNil(classified), []coveredJSON{}, emptyNotNil(result.NotAligned), nil}
	if format == "trace" {
		if c.steps, err = replay.Steps(want); err != nil {
			return c, err
		}
	}
	for _, d := range result.Covered {
		c.Covered = append(c.Covered, coveredJSON{d.Difference, string(result.Audit[d.Rule].Rule.Action) + " " + result.Audit[d.Rule].Rule.Path})
	}
	return c, nil
}

// rulesAtHand returns the rules of the configuration that is named; without one there are none.
func (a *app) rulesAtHand() (*replay.RuleSet, error) {
	if a.configFlag == "" {
		return nil, nil
	}
	config, err := a.readConfig()
	if err != nil {
		return nil, err
	}
	rules, err := config.RuleSet("")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", a.configFlag, err)
	}
	return rules, nil
}

// namedSide says of an error which file it is about.
func (a *app) namedSide(err error, nameA, nameB string) error {
	var bad *replay.DocumentError
	if !errors.As(err, &bad) {
		return err
	}
	name := nameA
	if bad.Side == replay.Got {
		name = nameB
	}
	switch {
	case bad.Line > 0 && bad.Column > 0:
		name = fmt.Sprintf("%s:%d:%d", name, bad.Line, bad.Column)
	case bad.Line > 0:
		name = fmt.Sprintf("%s:%d", name, bad.Line)
	}
	return hinted(fmt.Errorf("%s: %s", name, bad.Reason), "--format says how to read them: trace, json, jsonl, text or bytes")
}

func compareAs(format string, want, got []byte, rules *replay.RuleSet) (replay.Result, replay.Evidence, error) {
	options := replay.Options{Rules: rules}
	evidence := replay.Evidence{WantDoc: want, GotDoc: got}
	switch format {
	case "trace":
		result, err := replay.CompareTraces(want, got, options)
		return result, evidence, err
	case "json":
		evidence.Format = replay.JSON
	case "jsonl":
		evidence.Format = replay.JSONLines
	case "text":
		evidence.Format = replay.Text
	case "bytes": // in blocks, as the trace of such output has them
		evidence.Format = replay.JSONLines
		want, got = inBlocks(want), inBlocks(got)
		evidence.WantDoc, evidence.GotDoc = want, got
	default:
		return replay.Result{}, evidence, fmt.Errorf("--format %s: want trace, json, jsonl, text or bytes", format)
	}
	result, err := replay.Compare(want, got, evidence.Format, options)
	return result, evidence, err
}
