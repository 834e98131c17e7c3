package cmd

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/soak"
)

func (a *app) rulesCommand() *cobra.Command {
	var id int64
	c := group(&cobra.Command{Use: "rules", Short: "Say what each rule hid"})
	audit := &cobra.Command{
		Use:   "audit",
		Short: "What each rule hid in a soak, which never matched, and which hid nothing",
		Long: `Rules act when comparing, and goldens stay raw; so it is known what each rule did. A rule that never
matched is misspelt or outlived its reason. One whose every match was equal anyway hides nothing, and could
go.

Exit status: 1 where a rule never matched.`,
		Example: "  shadowrun rules audit",
		Args:    arguments(0, 0),
		RunE:    func(*cobra.Command, []string) error { return a.withSoak(id, a.auditRules) },
	}
	audit.Flags().Int64Var(&id, "soak", 0, "of the soak of this `number` (default the latest)")
	c.AddCommand(audit)
	return c
}

func (a *app) auditRules(s *soak.State, of ledger.Soak) error {
	audits, err := s.Ledger.RuleAudits(of.ID)
	if err != nil {
		return err
	}
	config, err := soak.ReadConfig(of.Config)
	if err != nil {
		return err
	}
	rows := auditOf(config, audits)
	if a.json {
		if err := a.printJSON(rulesJSON{jsonVersion, int64(of.ID), rows}); err != nil {
			return err
		}
	} else if len(rows) == 0 {
		fmt.Fprintln(a.out, "no rules")
	} else {
		w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "RULE\tMATCHED\tHID\tEQUAL ANYWAY\t")
		for _, r := range rows {
			fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%s\n", printable(r.Rule), r.Matched, r.Hid, r.EqualAnyway, remark(r))
		}
		if err := w.Flush(); err != nil {
			return err
		}
	}
	for _, r := range rows {
		if r.Matched == 0 {
			return exitError(exitFail)
		}
	}
	return nil
}

type rulesJSON struct {
	Version int        `json:"version"`
	Soak    int64      `json:"soak"`
	Rules   []ruleJSON `json:"rules"`
}

func remark(r ruleJSON) string {
	switch {
	case r.Matched == 0:
		return "never matched: misspelt, or no longer needed?"
	case r.Hid == 0:
		return "hid nothing: could go"
	}
	return ""
}

// auditOf returns what the ledger has of each rule of a configuration, in its order. A rule
// that the ledger knows nothing of never matched.
func auditOf(c harness.Config, audits []ledger.RuleAudit) []ruleJSON {
	rows := []ruleJSON{}
	for _, r := range c.Rules {
		rule, err := r.Rule()
		if err != nil {
			continue // it was valid when the soak began
		}
		row := ruleJSON{Rule: soak.RuleText(rule)}
		for _, a := range audits {
			if a.Rule == row.Rule {
				row.Matched, row.Hid, row.EqualAnyway = a.Matched, a.Hid, a.EqualAnyway
			}
		}
		rows = append(rows, row)
	}
	return rows
}
