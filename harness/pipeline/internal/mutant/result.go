package mutant

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
)

// count is how many mutants came to which end.
type count map[Verdict]int

// Percent is the share of mutants that were noticed, of those that compiled.
func Percent(results []Result) float64 {
	c := count{}
	for _, r := range results {
		c[r.Verdict]++
	}
	return c.percent()
}

func (c count) percent() float64 {
	noticed := c[Caught] + c[TimedOut]
	if noticed+c[Survived] == 0 {
		return 0
	}
	return 100 * float64(noticed) / float64(noticed+c[Survived])
}

// Table is the results by file and by kind.
func Table(results []Result) string {
	files, kinds, sum := map[string]count{}, map[string]count{}, count{}
	for _, r := range results {
		for name, by := range map[string]map[string]count{r.Mutant.File: files, string(r.Mutant.Kind): kinds} {
			if by[name] == nil {
				by[name] = count{}
			}
			by[name][r.Verdict]++
		}
		sum[r.Verdict]++
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	line := func(name string, c count) {
		compiled := c[Caught] + c[TimedOut] + c[Survived]
		fmt.Fprintf(w, "%d\t%d\t%d\t%d\t%d\t%.1f %%\t  %s\n", compiled, c[Caught], c[TimedOut], c[Survived], c[NotCompiled], c.percent(), name)
	}
	for _, by := range []map[string]count{files, kinds} {
		fmt.Fprintln(w, "mutants\tcaught\ttimed out\tsurvived\tnot compiled\tnoticed\t")
		for _, name := range slices.SortedFunc(maps.Keys(by), cmp.Compare) {
			line(name, by[name])
		}
		fmt.Fprintln(w, "\t\t\t\t\t\t")
	}
	line("all", sum)
	w.Flush()
	return b.String()
}
