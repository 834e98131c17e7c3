package cmd

import (
	"bufio"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/shadowrun/shadowrun/runbook/deploy"
)

const observedConfig = `version: 1
interval: 100ms
runs_per_cycle: 2
workers: 2
workflows:
  - {name: steady, command: [sh, -c, 'echo "{\"total\":{seed}}"'], output: json}
  - {name: booked, command: [sh, -c, 'echo "{\"at\":\"$(date -u +%FT%T.%NZ)\"}"'], output: json}
`

// Every query of the dashboard has an answer in a real Prometheus that scraped a real soak, and so have the rules.
func TestDashboardHasData(t *testing.T) {
	if testing.Short() {
		t.Skip("all of it is in other processes")
	}
	dir := t.TempDir()
	config, state := filepath.Join(dir, "shadowrun.yaml"), filepath.Join(dir, "state")
	if err := os.WriteFile(config, []byte(observedConfig), 0o666); err != nil {
		t.Fatal(err)
	}
	startSoak(t, "--config", config, "--state", state, "--duration", "1h", "--progress", "none", "--listen", "127.0.0.1:0")
	watch := startSoak(t, "monitor", "run", "--config", config, "--state", state, "--listen", "127.0.0.1:0", "--interval", "1s")
	p := startPrometheus(t, watch.address())
	for _, panel := range deploy.Panels {
		for _, q := range panel.Queries {
			t.Run(panel.Title+", "+q.Legend, func(t *testing.T) {
				eventually(t, q.Expr+" has data", func() any {
					samples := p.query(t, strings.ReplaceAll(q.Expr, "$__rate_interval", "10s"))
					for _, s := range samples {
						if math.IsNaN(s) {
							return "not a number"
						}
					}
					return len(samples) > 0
				}, true)
			})
		}
	}
	t.Run("a leak fires its rule, and no other does", func(t *testing.T) {
		eventually(t, "firing", func() any { return p.firing(t) }, []string{"ShadowrunLeak"})
	})
}

// prometheus is a real one.
type prometheus struct{ url string }

// startPrometheus starts Debian's Prometheus with the files that are deployed, in a hurry: what is at address is scraped five
// times a second, and a rule fires at once.
func startPrometheus(t *testing.T, address string) prometheus {
	t.Helper()
	program, err := exec.LookPath("prometheus")
	if err != nil && os.Getenv("CI") != "" {
		t.Fatal("prometheus is not here: Debian's package prometheus")
	}
	if err != nil {
		t.Skip("SKIPPED, not checked: prometheus is not here (Debian's package prometheus)")
	}
	dir := t.TempDir()
	kit, err := deploy.Find("prometheus")
	if err != nil {
		t.Fatal(err)
	}
	settings := deploy.Defaults()
	settings.Listen = address
	files, err := kit.Files(settings)
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range files {
		text := regexp.MustCompile(`(?m)^ *for: .*\n`).ReplaceAllString(string(f.Content), "")
		text = strings.ReplaceAll(text, "scrape_interval: 15s", "scrape_interval: 200ms")
		if f.Name == "shadowrun-scrape.yml" {
			text = "global: {evaluation_interval: 200ms}\n" + text
		}
		files[i].Content = []byte(text)
	}
	if _, err := deploy.Write(dir, files, false); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(program, "--config.file", filepath.Join(dir, "shadowrun-scrape.yml"), "--storage.tsdb.path", filepath.Join(dir, "data"),
		"--web.listen-address", "127.0.0.1:0")
	said, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	drained := make(chan struct{})
	t.Cleanup(func() {
		c.Process.Kill() // what it knows is not needed any more
		<-drained
		c.Wait()
	})
	listening, all := regexp.MustCompile(`msg="Listening on" address=(\S+)`), ""
	lines := bufio.NewReader(said)
	for {
		line, err := lines.ReadString('\n')
		all += line
		if at := listening.FindStringSubmatch(line); at != nil {
			go func() {
				defer close(drained)
				io.Copy(io.Discard, lines)
			}()
			return prometheus{"http://" + at[1]}
		}
		if err != nil {
			close(drained)
			t.Fatalf("it does not listen: %v\n%s", err, all)
		}
	}
}

// ask returns what the API answers, and false where it does not do so yet.
func (p prometheus) ask(t *testing.T, path string, query url.Values, into any) bool {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get(p.url + path + "?" + query.Encode())
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode == http.StatusServiceUnavailable {
		return false
	}
	var answer struct {
		Status, Error string
		Data          json.RawMessage
	}
	if err := json.Unmarshal(text, &answer); err != nil || answer.Status != "success" {
		t.Fatalf("%s: %v %s: %s", path, err, answer.Error, text)
	}
	if err := json.Unmarshal(answer.Data, into); err != nil {
		t.Fatal(err)
	}
	return true
}

// query returns the values of an instant query.
func (p prometheus) query(t *testing.T, expr string) (values []float64) {
	t.Helper()
	var data struct{ Result []struct{ Value [2]any } }
	p.ask(t, "/api/v1/query", url.Values{"query": {expr}}, &data)
	for _, r := range data.Result {
		value, err := strconv.ParseFloat(r.Value[1].(string), 64)
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, value)
	}
	return values
}

// firing returns the alerts that fire.
func (p prometheus) firing(t *testing.T) (names []string) {
	t.Helper()
	var data struct {
		Alerts []struct {
			State  string
			Labels map[string]string
		}
	}
	p.ask(t, "/api/v1/alerts", nil, &data)
	for _, a := range data.Alerts {
		if a.State == "firing" {
			names = append(names, a.Labels["alertname"])
		}
	}
	return names
}
