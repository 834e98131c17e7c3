package cmd

import (
	"fmt"

	"github.com/shadowrun/shadowrun/harness/report"
)

// printReported says what a report that was written to a file came to.
func (a *app) printReported(r *report.Report, file string) error {
	if a.json {
		return nil
	}
	fmt.Fprintf(a.out, "%s: soak %d\n", r.Verdict.Result, r.Soak)
	for _, accepted := range report.Acceptance(r) {
		fmt.Fprintf(a.out, "  %s\n", printable(accepted))
	}
	for _, why := range r.Verdict.Reasons {
		fmt.Fprintf(a.out, "  %s\n", printable(why))
	}
	_, err := fmt.Fprintf(a.out, "  report   %s\n", printable(file))
	return err
}
