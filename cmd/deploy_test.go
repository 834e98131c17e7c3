package cmd

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/shadowrun/shadowrun/harness/monitor"
	"github.com/shadowrun/shadowrun/harness/monitor/serve"
	"github.com/shadowrun/shadowrun/runbook"
	"github.com/shadowrun/shadowrun/runbook/deploy"
)

func TestEveryConditionHasAnAlert(t *testing.T) {
	var alerts []monitor.ID
	for _, a := range deploy.Alerts {
		if a.Condition != "" {
			alerts = append(alerts, monitor.ID(a.Condition))
		}
	}
	for _, id := range monitor.IDs() {
		if !slices.Contains(alerts, id) {
			t.Errorf("condition %s has no alert rule", id)
		}
	}
	for _, id := range alerts {
		if !slices.Contains(monitor.IDs(), id) {
			t.Errorf("an alert rule is about a condition that there is not: %s", id)
		}
	}
}

// Who is woken by an alert finds what to do: its link leads to a procedure, and so does the runbook's own table.
func TestEveryAlertLeadsIntoTheRunbook(t *testing.T) {
	name := path.Base(deploy.Runbook)
	text, err := runbook.Books.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	book, err := runbook.Parse(strings.TrimSuffix(name, ".md"), text)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range deploy.Alerts {
		if book.Procedure(a.Section) == nil {
			t.Errorf("%s: %s has no procedure %q", a.Name, name, a.Section)
		}
		row := regexp.MustCompile(`(?m)^\|.*\b` + a.Name + `\b.*\]\(#` + a.Section + `\)`)
		if !row.Match(text) {
			t.Errorf("%s: no row of a table in %s names it and leads to #%s", a.Name, name, a.Section)
		}
	}
}

// What rules and panels ask for is served: a name that is not is a panel that stays empty, and a rule that
// never fires.
func TestWhatRulesAndPanelsAskForIsServed(t *testing.T) {
	served := serve.Names()
	asked := map[string]string{}
	name := regexp.MustCompile(`shadowrun_[a-z_]+`)
	for _, a := range deploy.Alerts {
		for _, metric := range name.FindAllString(a.Expr, -1) {
			asked[metric] = a.Name
		}
	}
	for _, p := range deploy.Panels {
		for _, q := range p.Queries {
			for _, metric := range name.FindAllString(q.Expr, -1) {
				asked[metric] = p.Title
			}
		}
	}
	if len(asked) < 10 {
		t.Fatalf("only %d metrics are asked for: is the table read?", len(asked))
	}
	for metric, by := range asked {
		bare := regexp.MustCompile(`_bucket$`).ReplaceAllString(metric, "")
		if !slices.Contains(served, bare) {
			t.Errorf("%s asks for %s, which is not served", by, metric)
		}
	}
}
