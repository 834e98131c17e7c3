package alert

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/monitor"
)

// A dead-man's switch is told at each look, of a soak's beginning and of the first critical look once; what did not arrive
// counts as not told.
func TestPing(t *testing.T) {
	critical := func(minute int) monitor.Status {
		s := seen(minute, condition(monitor.Violation, monitor.SeverityCritical))
		s.ExitStatus = 2
		return s
	}
	for _, test := range []struct {
		name  string
		looks []monitor.Status
		fails int // so many of the first requests
		want  []string
	}{
		{"a soak begins, and goes on", []monitor.Status{seen(0), seen(5), seen(10)}, 0, []string{"/ping/start", "/ping", "/ping"}},
		{"another begins", []monitor.Status{seen(0), of(2, seen(5))}, 0, []string{"/ping/start", "/ping/start"}},
		{"it becomes critical, stays so, and is well again", []monitor.Status{seen(0), critical(5), critical(10), seen(15)}, 0, []string{"/ping/start", "/ping/fail", "/ping"}},
		{"a start that did not arrive", []monitor.Status{seen(0), seen(5), seen(10)}, 1, []string{"/ping/start", "/ping/start", "/ping"}},
		{"a failure that did not arrive", []monitor.Status{critical(0), critical(5), critical(10)}, 1, []string{"/ping/fail", "/ping/fail"}},
		{"over", []monitor.Status{over(0)}, 0, []string{"/ping"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if got = append(got, r.URL.Path); len(got) <= test.fails {
					w.WriteHeader(http.StatusServiceUnavailable)
				}
			}))
			defer server.Close()
			p := NewPing(server.URL + "/ping")
			defer p.client.CloseIdleConnections()
			for i, s := range test.looks {
				if err := p.after(t.Context(), s); (err != nil) != (i < test.fails) {
					t.Errorf("look %d: error %v", i, err)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A switch that is away for many looks is a line in the log when that begins, and one when it is over.
func TestUnreachableSwitchIsLoggedOnce(t *testing.T) {
	a := &answers{status: []int{0, 0, 0, 200}}
	var log []string
	d := &Daemon{Ping: &Ping{url: "http://switch/", client: &http.Client{Transport: a}}, Log: func(line string) { log = append(log, line) }}
	for minute := range 5 {
		d.ping(t.Context(), seen(minute))
	}
	want := []string{"the dead-man's switch could not be told: connection refused", "the dead-man's switch is told again"}
	if diff := cmp.Diff(want, log); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestResolvedAsksForNothing(t *testing.T) {
	m := message(2)
	m.Kind, m.Alert.Next = Resolved, "kill -CONT 7"
	for _, format := range []harness.WebhookFormat{harness.WebhookAlertmanager, harness.WebhookSlack, harness.WebhookCloudEvents} {
		if body, _, err := payload(format, Origin{}, m); err != nil || strings.Contains(string(body), "kill") {
			t.Errorf("%s: %v: %s", format, err, body)
		}
	}
}
