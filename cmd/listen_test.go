package cmd

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// What is served is what the commands print, and metrics are the ledger's sums, of a real soak: while it works, and
// while an emergency stop holds it.
func TestServedSoakTellsWhatCommandsTell(t *testing.T) {
	state := filepath.Join(t.TempDir(), "state")
	soak := startSoak(t, "--state", state, "--listen", "127.0.0.1:0", "--interval", "50ms", "--runs-per-cycle", "6", "--progress", "none")
	eventually(t, "runs are counted", func() any {
		return soak.get(t, "api/v1/status")["figures"].(map[string]any)["runs"].(float64) > 0
	}, true)
	if err := os.WriteFile(filepath.Join(state, "stop"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is stopped", func() any { return soak.get(t, "api/v1/status")["phase"] }, "stopped")
	for _, document := range []struct {
		path      string
		arguments []string
	}{{"api/v1/status", []string{"status"}}, {"api/v1/findings", []string{"findings"}}} {
		printed := exec.Command("shadowrun", append(document.arguments, "--json", "--state", state)...)
		printed.Stderr = os.Stderr
		eventually(t, document.path+" is as it is printed", func() any {
			out, err := printed.Output()
			if err != nil {
				t.Fatal(err)
			}
			printed = exec.Command("shadowrun", append(document.arguments, "--json", "--state", state)...)
			return cmp.Diff(still(t, out), still(t, soak.text(t, document.path)))
		}, "")
	}
	figures := soak.get(t, "api/v1/status")["figures"].(map[string]any)
	done := figures["runs"].(float64) - figures["abandoned"].(float64) // the stop gave some up, which come again
	want := map[string]any{"up": 1.0, "stopped": 1.0, "runs": figures["runs"], "runs of workflows": done, "histogram": done,
		"match": figures["match"], "verdicts": figures["replays"], "verdicts of workflows": figures["replays"]}
	if diff := cmp.Diff(want, scraped(t, soak.text(t, "metrics"))); diff != "" {
		t.Errorf("metrics (-want +got):\n%s", diff)
	}
	if text := string(soak.text(t, "readyz")); text != "ok\n" {
		t.Errorf("readyz: %q", text)
	}
}

// scraped reads what Prometheus would, and adds up what has a label.
func scraped(t *testing.T, text []byte) map[string]any {
	t.Helper()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]any{}
	for name, of := range map[string]string{"up": "shadowrun_up", "stopped": "shadowrun_condition stopped", "runs": "shadowrun_runs_total",
		"runs of workflows": "shadowrun_workflow_runs_total", "histogram": "shadowrun_run_duration_seconds", "match": "shadowrun_verdicts_total match",
		"verdicts": "shadowrun_verdicts_total", "verdicts of workflows": "shadowrun_workflow_verdicts_total"} {
		family, label, _ := strings.Cut(of, " ")
		sum := 0.0
		for _, m := range families[family].GetMetric() {
			if label != "" && m.GetLabel()[0].GetValue() != label {
				continue
			}
			sum += m.GetGauge().GetValue() + m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
		sums[name] = sum
	}
	return sums
}

// still returns a document without what time alone changes.
func still(t *testing.T, text []byte) map[string]any {
	t.Helper()
	var document map[string]any
	if err := json.Unmarshal(text, &document); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	for _, name := range []string{"at", "active_seconds", "progress_age_seconds", "runs_per_second", "disks"} {
		delete(document, name)
	}
	return document
}

func TestListenSaysWhatToDo(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	dir := t.TempDir()
	file := func(name, text string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	short, open := file("short", "hunter2\n", 0o600), file("open", "correct horse battery\n", 0o644)
	for _, test := range []struct {
		name      string
		arguments []string
		status    int
		said      []string // in it, in order
	}{
		{"a port that is taken", []string{"--listen", taken.Addr().String()}, 2, []string{"error: --listen " + taken.Addr().String() + ": something listens there already", "hint: another port, or port 0"}},
		{"other machines without a token", []string{"--listen", "0.0.0.0:0"}, 2, []string{"error: --listen 0.0.0.0:0: an address that other machines reach needs a token", "hint: --listen-token-file FILE or SHADOWRUN_LISTEN_TOKEN"}},
		{"no port", []string{"--listen", "localhost"}, 2, []string{"want HOST:PORT, such as 127.0.0.1:9464"}},
		{"a token that can be guessed", []string{"--listen", "127.0.0.1:0", "--listen-token-file", short}, 2, []string{"a token of 7 characters can be guessed; want 16 or more", "hint: 'head -c 24"}},
		{"a token that is not there", []string{"--listen", "127.0.0.1:0", "--listen-token-file", short + "er"}, 2, []string{"error: --listen-token-file: stat "}},
		{"a token for nothing", []string{"--listen-token-file", open}, 2, []string{"error: --listen-token-file: nothing is served", "hint: --listen 127.0.0.1:9464"}},
		{"a token that all can read", []string{"--listen", "0.0.0.0:0", "--listen-token-file", open}, 0, []string{"warning: --listen-token-file " + open + ": others than its owner can read it (mode 0644)", "serving http://localhost:", "/?token=… to who has the token"}},
		{"ends with the soak", []string{"--listen", "127.0.0.1:0"}, 0, []string{"serving http://127.0.0.1:", "PASS"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			soak := exec.Command("shadowrun", append([]string{"--quick", "--state", filepath.Join(t.TempDir(), "s")}, test.arguments...)...)
			out, _ := soak.CombinedOutput()
			if got := soak.ProcessState.ExitCode(); got != test.status {
				t.Errorf("exit status %d, want %d", got, test.status)
			}
			rest := string(out)
			for _, said := range test.said {
				_, after, found := strings.Cut(rest, said)
				if !found {
					t.Fatalf("it did not say %q there:\n%s", said, out)
				}
				rest = after
			}
		})
	}
}

// text returns what a served soak answers.
func (s *served) text(t *testing.T, path string) []byte {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get(s.url + path)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != 200 {
		t.Fatalf("%s: status %d, %v: %s", path, response.StatusCode, err, text)
	}
	return text
}

func (s *served) get(t *testing.T, path string) (document map[string]any) {
	t.Helper()
	if err := json.Unmarshal(s.text(t, path), &document); err != nil {
		t.Fatal(err)
	}
	return document
}

// eventually waits until something is as wanted.
func eventually(t *testing.T, what string, get func() any, want any) {
	t.Helper()
	deadline := time.After(patienceOfTests)
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for {
		diff := cmp.Diff(want, get())
		if diff == "" {
			return
		}
		select {
		case <-ticker.C:
		case <-deadline:
			t.Fatalf("%s: not so (-want +got):\n%s", what, diff)
		}
	}
}
