package drill_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/runbook"
	"github.com/shadowrun/shadowrun/runbook/drill"
)

// engine is a service that is ill for its first few answers, and beside it what a Prometheus shows.
func engine(t *testing.T, illFor int64) string {
	t.Helper()
	var asked atomic.Int64
	mux := http.NewServeMux()
	mux.HandleFunc("/health", func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1) <= illFor {
			http.Error(w, "ill", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "well")
	})
	mux.HandleFunc("/api/v1/alerts", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"status":"success","data":{"alerts":[{"labels":{"alertname":"Hot"},"state":"pending"},{"labels":{"alertname":"Hot"},"state":"firing"}]}}`)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

func TestProbesAndFaults(t *testing.T) {
	for _, test := range []struct {
		name   string
		illFor int64
		script string
		want   runbook.Verdict
		why    string
	}{
		{"a service that is well", 0, "httpget $SHADOWRUN_DRILL_HEALTH_URL ^well$\nstdout well\n", "pass", ""},
		{"a service that is ill", 1, "httpget $SHADOWRUN_DRILL_HEALTH_URL well\n", "fail", "503 Service Unavailable"},
		{"a service that says something else", 0, "httpget $SHADOWRUN_DRILL_HEALTH_URL fine\n", "fail", "no match for `fine`"},
		{"a negated probe", 0, "! httpget $SHADOWRUN_DRILL_HEALTH_URL fine\n", "pass", ""},
		{"a negated probe that succeeds", 0, "! httpget $SHADOWRUN_DRILL_HEALTH_URL well\n", "fail", "httpget succeeded, and should not"},
		{"a negated probe that is misspelt", 0, "! httpget $SHADOWRUN_DRILL_HEALTH_URL\n", "fail", "usage: httpget URL PATTERN"},
		{"eventually well", 3, "eventually 20s httpget $SHADOWRUN_DRILL_HEALTH_URL well\nstdout well\n", "pass", ""},
		{"not well in time: it says what it saw", 1 << 30, "eventually 50ms httpget $SHADOWRUN_DRILL_HEALTH_URL well\n", "fail", "not within 50ms: http"},
		{"eventually ends what hangs", 0, "eventually 50ms exec sleep 1000\n", "fail", "not within 50ms"},
		{"eventually a program", 0, "eventually 20s exec sh -c 'echo x >>tries; test $(wc -l <tries) -ge 3; s=$?; echo done; exit $s'\nstdout done\ngrep -count=3 x tries\n", "pass", ""},
		{"eventually not", 2, "eventually 20s ! exec sh -c 'echo x >>tries; test $(wc -l <tries) -lt 3'\ngrep -count=3 x tries\n", "pass", ""},
		{"eventually what is no probe", 0, "eventually 5s step open\n", "fail", "eventually TIME"},
		{"eventually at no time", 0, "eventually soon redisping\n", "fail", `"soon" is no time`},
		{"a dropped service, and restored", 0, "fault drop health\n! httpget $SHADOWRUN_DRILL_HEALTH_URL well\nfault restore health\nhttpget $SHADOWRUN_DRILL_HEALTH_URL well\n", "pass", ""},
		{"a service that there isn't", 0, "fault drop redis\n", "fail", `no service "redis" is reached through the drill; there are: health, prometheus`},
		{"an alert that fires", 0, "promalert Hot firing\npromalert Cold inactive\n! promalert Hot pending\n", "pass", ""},
		{"an alert that does not", 0, "promalert Cold firing\n", "fail", "alert Cold is inactive, want firing"},
		{"a database that there isn't", 0, "pgcount 'SELECT 1' = 1\n", "fail", "there is no database: SHADOWRUN_DRILL_DATABASE_URL is not set"},
		{"a corrupt byte", 0, "fault corrupt f 1\ncmp f g\nfault corrupt f -2\ncmp f h\n-- f --\nabc\n-- g --\nacc\n-- h --\nacb\n", "pass", ""},
		{"a byte that there isn't", 0, "fault corrupt f 9\n-- f --\nabc\n", "fail", "has no byte 9"},
		{"a process of somebody else's", 0, "fault kill 1\n", "fail", "process 1 is none of this scenario's"},
		{"a process that is halted, then killed", 0, "exec sh -c 'sleep 1000 >/dev/null 2>&1 & echo $! >pid'\nfault stop pid\nfault kill pid\n! exec sh -c 'grep -qs \"State:.[RSDTt]\" /proc/$(cat pid)/status'\n", "pass", ""},
		{"a file system that others use", 0, "fault fill .\n", "fail", "that others use, too"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			url := engine(t, test.illFor)
			script, files, _ := strings.Cut(test.script, "-- ")
			if files != "" {
				files = "-- " + files
			}
			result, _, _ := carryOut(t, script+"step open\nstdout open\n"+files, drill.Options{Program: "/bin/false",
				Services: map[string]string{"health": url + "/health", "prometheus": url}})
			if result.Verdict != test.want || !strings.Contains(result.Why, test.why) {
				t.Errorf("%s: %s\nwant %s with %q\n%s", result.Verdict, result.Why, test.want, test.why, result.Log)
			}
		})
	}
}

// On what is in use nothing is broken, and nothing destructive is done unless that is allowed.
func TestLive(t *testing.T) {
	b := book(t, "# B\n\n## P {#p}\n\n```sh id=wipes destructive\necho wiped\n```\n")
	url := engine(t, 0)
	got := map[string]runbook.Verdict{}
	for name, test := range map[string]struct {
		script  string
		allowed bool
	}{
		"a fault":                {"fault drop health\nstep wipes\nstdout wiped\n", true},
		"destructive, forbidden": {"step wipes\nstdout wiped\n", false},
		"destructive, allowed":   {"step wipes\nstdout wiped\n", true},
		"without a proxy":        {"step wipes\nstdout wiped\nexec test $SHADOWRUN_DRILL_HEALTH_URL = " + url + "\n", true},
	} {
		result, err := drill.Run(t.Context(), drill.Scenario{File: "p.txtar", Text: reviewed(t, b, test.script)},
			drill.Options{Books: []*runbook.Book{b}, Program: "/bin/false", Live: true, Destructive: test.allowed, Services: map[string]string{"health": url}})
		if err != nil {
			t.Fatal(err)
		}
		got[name] = result.Verdict
	}
	want := map[string]runbook.Verdict{"a fault": "fail", "destructive, forbidden": "fail", "destructive, allowed": "pass", "without a proxy": "pass"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A scenario gets what it speaks of, and what the steps that it carries out speak of.
func TestNeeds(t *testing.T) {
	b := book(t, "# B\n\n## P {#p}\n\n```sh id=pings\nredis-cli -u \"$SHADOWRUN_DRILL_REDIS_URL\" ping\n```\n\n```sh id=nothing\ntrue\n```\n\n## Q {#q}\n\n```sh id=asks\ncurl $SHADOWRUN_DRILL_HEALTH_URL\n```\n")
	for script, want := range map[string][]string{
		"step nothing\n":                                   nil,
		"step pings\n":                                     {"redis"},
		"procedure q\npgcount 'SELECT 1' = 1\n":            {"health", "database"},
		"step nothing\neventually 5s promalert A firing\n": {"prometheus"},
	} {
		if diff := cmp.Diff(want, drill.Needs([]*runbook.Book{b}, drill.Scenario{File: "n.txtar", Text: reviewed(t, b, script)})); diff != "" {
			t.Errorf("%s(-want +got):\n%s", script, diff)
		}
	}
}
