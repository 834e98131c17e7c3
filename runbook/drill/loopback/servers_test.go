package loopback_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/runbook/drill/loopback"
)

// Each service answers the client that an operator has.
func TestServersAnswer(t *testing.T) {
	var servers loopback.Servers
	t.Cleanup(func() {
		if err := servers.Stop(); err != nil {
			t.Error(err)
		}
	})
	for _, test := range []struct{ service, ask, want string }{
		{"health", `curl -sS "$URL"`, `{"status":"healthy"}`},
		{"database", `psql "$URL" -Atc "INSERT INTO checkpoints (run_id, step, state) VALUES ('a', 1, '{}')" -c 'SELECT COUNT(*) FROM checkpoints'`, "INSERT 0 1\n1"},
		{"redis", `redis-cli -u "$URL" ping`, "PONG"},
		{"prometheus", `curl -sS "$URL/api/v1/alerts"`, `{"status":"success","data":{"alerts":[]}}`},
	} {
		t.Run(test.service, func(t *testing.T) {
			need(t, test.service)
			given, err := servers.Give(t.Context(), "a-"+test.service, []string{test.service})
			if err != nil {
				t.Fatal(err)
			}
			c := exec.Command("sh", "-c", test.ask)
			c.Env = append(os.Environ(), "URL="+given.Services[test.service])
			out, err := c.CombinedOutput()
			if diff := cmp.Diff(test.want, strings.TrimSpace(string(out))); diff != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
			if err := given.Stop(); err != nil {
				t.Error(err)
			}
		})
	}
}

// need skips a test for which a service is not here, loudly, and fails it in CI.
func need(t *testing.T, services ...string) {
	t.Helper()
	missing := loopback.Missing(services...)
	if len(missing) == 0 {
		return
	}
	why := fmt.Sprintf("not installed: Debian's packages %s", strings.Join(missing, ", "))
	if os.Getenv("CI") != "" {
		t.Fatal(why)
	}
	t.Skip("SKIPPED, not checked: " + why)
}
