package deploy

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
)

// A user of a strict umask (the old alert rules were 0600, and Prometheus could not read them) still
// writes what everybody reads.
func TestWrittenFilesAreReadByAll(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0o077))
	dir := filepath.Join(t.TempDir(), "a", "b")
	for _, k := range Kits() {
		files, err := k.Files(Defaults())
		if err != nil {
			t.Fatalf("%s: %v", k.Name, err)
		}
		if len(files) == 0 {
			t.Errorf("%s: no files", k.Name)
		}
		written, err := Write(dir, files, false)
		if err != nil {
			t.Fatal(err)
		}
		for i, path := range append(written, dir, filepath.Dir(dir)) {
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			want := os.FileMode(0o644)
			if i >= len(written) {
				want = 0o755
			}
			if got := info.Mode().Perm(); got != want {
				t.Errorf("%s: mode %#o, want %#o", path, got, want)
			}
		}
	}
}

func TestWriteTouchesNothingThatSomebodyChanged(t *testing.T) {
	dir := t.TempDir()
	files := []File{{"a", []byte("new a\n")}, {"b", []byte("new b\n")}}
	changed := filepath.Join(dir, "b")
	if err := os.WriteFile(changed, []byte("mine\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	var refused *ChangedError
	if written, err := Write(dir, files, false); !errors.As(err, &refused) || refused.Path != changed || written != nil {
		t.Fatalf("Write = %v, %v; want a refusal for %s", written, err, changed)
	}
	if got, _ := os.ReadDir(dir); len(got) != 1 {
		t.Errorf("%d files are there after a refusal, want the one", len(got))
	}
	if _, err := Write(dir, files, true); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(dir, files, false); err != nil {
		t.Errorf("what reads so already: %v", err)
	}
	if got, err := os.ReadFile(changed); err != nil || string(got) != "new b\n" {
		t.Errorf("with force: %q, %v", got, err)
	}
}

func TestSettingsThatUnitsReadOtherwise(t *testing.T) {
	for _, test := range []struct {
		name string
		set  func(*Settings)
	}{
		{"a space", func(s *Settings) { s.State = "/var/lib/shadow run" }},
		{"a percent sign", func(s *Settings) { s.State = "/var/lib/%i" }},
		{"a newline", func(s *Settings) { s.User = "ada\nExecStart=/bin/sh" }},
		{"a quote", func(s *Settings) { s.Config = `/etc/"x".yaml` }},
		{"a dollar sign", func(s *Settings) { s.Command = "/usr/bin/$x" }},
		{"nothing", func(s *Settings) { s.User = "" }},
		{"a relative path", func(s *Settings) { s.Command = "shadowrun" }},
		{"no time", func(s *Settings) { s.Duration = 0 }},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := Defaults()
			test.set(&s)
			for _, k := range Kits() {
				if files, err := k.Files(s); err == nil {
					t.Errorf("%s: %d files, want an error", k.Name, len(files))
				}
			}
		})
	}
}

func TestDashboardFillsItsRows(t *testing.T) {
	d := newDashboard()
	taken := map[[2]int]string{}
	for _, p := range d.Panels {
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				if other := taken[[2]int{x, y}]; other != "" || x >= 24 {
					t.Fatalf("%s lies over %s, or out of the grid, at %d, %d", p.Title, other, x, y)
				}
				taken[[2]int{x, y}] = p.Title
			}
		}
	}
	if len(d.Panels) != len(Panels) {
		t.Errorf("%d panels, want %d", len(d.Panels), len(Panels))
	}
}

// The API takes a dashboard in a wrapper, and refuses one that brings an id.
func TestDashboardForTheAPI(t *testing.T) {
	files, err := dashboardFiles()
	if err != nil {
		t.Fatal(err)
	}
	var api struct {
		Dashboard map[string]any `json:"dashboard"`
		Overwrite bool           `json:"overwrite"`
	}
	var plain map[string]any
	for i, into := range []any{&api, &plain} {
		if err := json.Unmarshal(files[i].Content, into); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(plain, api.Dashboard); diff != "" || !api.Overwrite {
		t.Errorf("overwrite %v, dashboards (-plain +API):\n%s", api.Overwrite, diff)
	}
	if id, there := plain["id"]; !there || id != nil {
		t.Errorf("id = %v, %v; want null", id, there)
	}
}

// promtool evaluates each rule on series of its own: firing once its condition has held for its time,
// not before, and not otherwise.
func TestRulesFireAndDoNot(t *testing.T) {
	promtool := need(t, "promtool", "prometheus")
	dir := t.TempDir()
	kit, err := Find("prometheus")
	if err != nil {
		t.Fatal(err)
	}
	files, err := kit.Files(Defaults())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Write(dir, files, false); err != nil {
		t.Fatal(err)
	}
	run(t, dir, promtool, "check", "rules", "shadowrun-rules.yml")
	run(t, dir, promtool, "check", "config", "shadowrun-scrape.yml")
	text, err := yaml.Marshal(ruleTests())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "test.yml"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	run(t, dir, promtool, "test", "rules", "test.yml")
}

type (
	testFile struct {
		RuleFiles []string   `yaml:"rule_files"`
		Tests     []ruleTest `yaml:"tests"`
	}
	ruleTest struct {
		Name     string      `yaml:"name"`
		Interval string      `yaml:"interval"`
		Input    []series    `yaml:"input_series"`
		Alerts   []alertTest `yaml:"alert_rule_test"`
	}
	series struct {
		Series string `yaml:"series"`
		Values string `yaml:"values"`
	}
	alertTest struct {
		At   string     `yaml:"eval_time"`
		Name string     `yaml:"alertname"`
		Want []expected `yaml:"exp_alerts"`
	}
	expected struct {
		Labels      map[string]string `yaml:"exp_labels"`
		Annotations map[string]string `yaml:"exp_annotations"`
	}
)

// ruleTests hold the condition of one rule from the tenth minute to the 80th, and look at it just before it is due,
// when it is, and when it is over, and at all others when it is.
func ruleTests() testFile {
	f := testFile{RuleFiles: []string{"shadowrun-rules.yml"}}
	for _, a := range Alerts {
		on := 10 * time.Minute
		due, over := on+a.For, 82*time.Minute
		test := ruleTest{Name: a.Name, Interval: "1m", Input: healthy(a)}
		for _, other := range Alerts {
			if other.Name != a.Name {
				test.Alerts = append(test.Alerts, alertTest{promDuration(due + time.Minute), other.Name, nil})
				continue
			}
			want := []expected{{Labels: labelsOf(a), Annotations: map[string]string{"summary": a.Summary, "action": a.Action, "runbook_url": Runbook + "#" + a.Section}}}
			test.Alerts = append(test.Alerts, alertTest{promDuration(due - time.Minute), a.Name, nil},
				alertTest{promDuration(due + time.Minute), a.Name, want}, alertTest{promDuration(over), a.Name, nil})
		}
		f.Tests = append(f.Tests, test)
	}
	return f
}

func labelsOf(a Alert) map[string]string {
	labels := map[string]string{"severity": a.Severity, "job": Job, "instance": "host:9464"}
	switch {
	case a.Condition != "":
		labels["condition"] = a.Condition
	case a.Name == "ShadowrunFinished":
		labels["state"] = "FINISHED"
	}
	return labels
}

// healthy are the series of a soak that only one alert has something to say of.
func healthy(a Alert) (all []series) {
	const never, held, not = "0x90", "0x9 1x70 0x10", "1x9 0x70 1x10"
	values := func(holds bool) string {
		if holds {
			return held
		}
		return never
	}
	for _, other := range Alerts {
		if other.Condition != "" {
			all = append(all, series{`shadowrun_condition{job="shadowrun",instance="host:9464",condition="` + other.Condition + `"}`, values(other.Name == a.Name)})
		}
	}
	up := "1x90"
	if a.Name == "ShadowrunDown" {
		up = not
	}
	return append(all, series{`shadowrun_state{job="shadowrun",instance="host:9464",state="FINISHED"}`, values(a.Name == "ShadowrunFinished")},
		series{`up{job="shadowrun",instance="host:9464"}`, up})
}

// A monitor that is not scraped at all is down, too.
func TestRuleForATargetThatIsNotThere(t *testing.T) {
	if !strings.Contains(Alerts[0].Expr, "absent(") {
		t.Error("nothing fires where the job is not scraped")
	}
}

func TestUnitsAndRoutes(t *testing.T) {
	dir := t.TempDir()
	s := Defaults()
	s.Command = "/bin/true" // systemd looks for it
	for _, test := range []struct {
		kit, tool, from string
		args            []string
	}{
		{"systemd", "systemd-analyze", "systemd", []string{"verify", "--man=no", "shadowrun.service", "shadowrun-monitor.service", "shadowrun-sanity.service", "shadowrun-sanity.timer"}},
		{"alertmanager", "amtool", "prometheus-alertmanager", []string{"check-config", "shadowrun-alertmanager.yml"}},
		{"logrotate", "logrotate", "logrotate", []string{"--debug", "--state", "none", "shadowrun.logrotate"}},
	} {
		t.Run(test.kit, func(t *testing.T) {
			tool := need(t, test.tool, test.from)
			kit, err := Find(test.kit)
			if err != nil {
				t.Fatal(err)
			}
			if test.kit == "logrotate" {
				s.User = "root"
			}
			files, err := kit.Files(s)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := Write(dir, files, false); err != nil {
				t.Fatal(err)
			}
			out := run(t, dir, tool, test.args...)
			if strings.Contains(strings.ToLower(out), "error") || strings.Contains(out, "Unknown") {
				t.Errorf("%s says:\n%s", test.tool, out)
			}
		})
	}
}

func need(t *testing.T, tool, from string) string {
	t.Helper()
	path, err := exec.LookPath(tool)
	if err != nil && os.Getenv("CI") != "" {
		t.Fatalf("%s is not here: Debian's package %s", tool, from)
	}
	if err != nil {
		t.Skipf("SKIPPED, not checked: %s is not here (Debian's package %s)", tool, from)
	}
	return path
}

func run(t *testing.T, dir, program string, args ...string) string {
	t.Helper()
	c := exec.Command(program, args...)
	c.Dir = dir
	out, err := c.CombinedOutput()
	if err != nil {
		t.Errorf("%s %s: %v\n%s", filepath.Base(program), strings.Join(args, " "), err, out)
	}
	return string(out)
}
