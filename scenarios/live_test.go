package scenarios_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/runbook/drill/loopback"
	"github.com/shadowrun/shadowrun/scenarios"
)

// The ten steps certify a deployment that is described by a file, and leave it as it was: the soak goes on.
func TestTabletopOfADeployment(t *testing.T) {
	if testing.Short() {
		t.Skip("all of it is in other processes")
	}
	services := []string{"health", "database", "redis", "prometheus"}
	if missing := loopback.Missing(services...); len(missing) > 0 {
		if os.Getenv("CI") != "" {
			t.Fatalf("not installed: Debian's packages %s", strings.Join(missing, ", "))
		}
		t.Skipf("SKIPPED, not checked: not installed: Debian's packages %s", strings.Join(missing, ", "))
	}
	var servers loopback.Servers
	t.Cleanup(func() {
		if err := servers.Stop(); err != nil {
			t.Error(err)
		}
	})
	given, err := servers.Give(t.Context(), "production", services)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := given.Stop(); err != nil {
			t.Error(err)
		}
	})
	dir := t.TempDir()
	state, journal := filepath.Join(dir, "state"), filepath.Join(dir, "journal.jsonl")
	startSoak(t, "--duration", "1h", "--interval", "100ms", "--state", state)
	env := filepath.Join(dir, "production.yaml")
	text := fmt.Sprintf("version: 1\nname: production\nhealth_url: %s\ndatabase_url: %s\nredis_url: %s\nprometheus_url: %s\ncheckpoints_query: SELECT 17\nstate: state\nstop: {file: engine.stop}\n"+
		"expect: {tabletop-health: [healthy], tabletop-checkpoints: ['^17$'], tabletop-stop-status: ['engine.stop is there$']}\n",
		given.Services["health"], given.Services["database"], given.Services["redis"], given.Services["prometheus"])
	if err := os.WriteFile(env, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	c := exec.Command("shadowrun", "tabletop", "--env", env, "--allow", "destructive", "--journal", journal, "--json")
	c.Stderr = t.Output()
	out, err := c.Output()
	if err != nil {
		t.Errorf("%v", err)
	}
	var got struct {
		Verdict string
		Why     []string
		Steps   []struct{ Step, Verdict string }
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	want := got
	want.Verdict, want.Why, want.Steps = "CERTIFIED", []string{}, nil
	for _, id := range scenarios.Tabletop {
		want.Steps = append(want.Steps, struct{ Step, Verdict string }{id, "pass"})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, name := range []string{filepath.Join(dir, "engine.stop"), filepath.Join(state, "stop")} {
		if _, err := os.Lstat(name); err == nil {
			t.Errorf("%s is left behind", name)
		}
	}
}

// startSoak starts a soak and waits for its first cycle. It ends with the test.
func startSoak(t *testing.T, args ...string) {
	t.Helper()
	c := exec.Command("shadowrun", append(args, "--progress", "json")...)
	c.Dir = t.TempDir()
	said, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	began, drained := make(chan bool, 1), make(chan struct{})
	go func() {
		defer close(drained)
		for lines := bufio.NewScanner(said); lines.Scan(); {
			if strings.Contains(lines.Text(), `"kind":"cycle"`) {
				select {
				case began <- true:
				default:
				}
			}
		}
		close(began)
	}()
	t.Cleanup(func() {
		if err := c.Process.Signal(os.Interrupt); err != nil {
			t.Error(err)
		}
		<-drained
		c.Wait()
	})
	if !<-began {
		t.Fatal("the soak ended before its first cycle")
	}
}
