package cmd

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/runbook"
	"github.com/shadowrun/shadowrun/runbook/deploy"
)

// severities are the runbook's, by the alert's that leads there; the gravest comes last.
var severities = []struct{ alert, section string }{{deploy.Info, "low"}, {deploy.Warning, "medium"}, {deploy.Critical, "critical"}}

// graver are sections that people come to for worse than what their alert tells.
var graver = map[string]string{
	"emergency-stop": "stopping is for what does harm; the alert recalls that the stop still stands",
}

// Who is told by an alert finds a section of its severity: a critical alert that leads to "24 hours" is one of the two wrong.
// A section that several alerts lead to has the severity of the gravest.
func TestAlertsAreAsSevereAsTheirSections(t *testing.T) {
	book := parsedBook(t, path.Base(deploy.Runbook))
	gravest := map[string]int{}
	for _, r := range writtenRules(t) {
		page, section, _ := strings.Cut(r.Annotations["runbook_url"], "#")
		if page != deploy.Runbook {
			t.Errorf("%s leads to %s, want %s", r.Alert, page, deploy.Runbook)
		}
		rank := slices.IndexFunc(severities, func(s struct{ alert, section string }) bool { return s.alert == r.Labels["severity"] })
		if rank < 0 {
			t.Errorf("%s: severity %q is none", r.Alert, r.Labels["severity"])
		}
		gravest[section] = max(gravest[section], rank)
	}
	if len(gravest) == 0 {
		t.Fatal("the rules lead nowhere")
	}
	for section, rank := range gravest {
		p := book.Procedure(section)
		if p == nil {
			t.Errorf("no section %s", section)
			continue
		}
		want := severities[rank]
		if _, known := graver[section]; (p.Severity == want.section) == known {
			t.Errorf("%s.md:%d: %s is %s; its gravest alert is %s, so want %s (graver: %v)", book.Name, p.Line, section, p.Severity, want.alert, want.section, known)
		}
	}
}

// The runbook's table of alerts says of each what its rule does.
func TestAlertsAreAsSevereAsTheTableSays(t *testing.T) {
	rules, table := map[string]string{}, map[string]string{}
	for _, r := range writtenRules(t) {
		rules[r.Alert] = r.Labels["severity"]
	}
	text, err := runbook.Books.ReadFile(path.Base(deploy.Runbook))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range regexp.MustCompile(`(?m)^\| (Shadowrun[^|]*) \| ([^|]*) \|`).FindAllStringSubmatch(string(text), -1) {
		severity := strings.Split(row[2], ", ")
		for i, name := range strings.Split(row[1], ", ") {
			table[name] = severity[min(i, len(severity)-1)]
		}
	}
	if diff := cmp.Diff(rules, table); diff != "" {
		t.Errorf("(-rules +table)\n%s", diff)
	}
}

var escalationRow = regexp.MustCompile(`(?m)^\| (low|medium|high|critical) \| ([^|]+) \|`)

// A severity means the same response time in every section: the one of the book's own table.
func TestASeverityHasOneResponseTime(t *testing.T) {
	for _, name := range []string{"workflow-engine.md", "pipeline.md"} {
		text, err := runbook.Books.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		times := map[string]string{}
		for _, row := range escalationRow.FindAllStringSubmatch(string(text), -1) {
			times[row[1]] = row[2]
		}
		for _, p := range parsedBook(t, name).Procedures {
			if want := times[p.Severity]; p.ResponseTime != want || want == "" {
				t.Errorf("%s:%d: %s is %s, within %q; the table says %q", name, p.Line, p.ID, p.Severity, p.ResponseTime, want)
			}
		}
	}
}

func parsedBook(t *testing.T, name string) *runbook.Book {
	t.Helper()
	text, err := runbook.Books.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	book, err := runbook.Parse(strings.TrimSuffix(name, ".md"), text)
	if err != nil {
		t.Fatal(err)
	}
	return book
}

type writtenRule struct {
	Alert               string
	Labels, Annotations map[string]string
}

// writtenRules reads the rules as Prometheus is given them.
func writtenRules(t *testing.T) (all []writtenRule) {
	t.Helper()
	kit, err := deploy.Find("prometheus")
	if err != nil {
		t.Fatal(err)
	}
	files, err := kit.Files(deploy.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		var read struct {
			Groups []struct{ Rules []writtenRule }
		}
		if err := yaml.Unmarshal(f.Content, &read); err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		for _, g := range read.Groups {
			all = append(all, g.Rules...)
		}
	}
	if len(all) == 0 {
		t.Fatal("no rules are written")
	}
	return all
}
