package monitor_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/monitor"
)

func TestAskPrometheus(t *testing.T) {
	for _, test := range []struct {
		name   string
		status int
		body   string
		want   []monitor.Sample
		err    string
	}{
		{"a soak that is up", 200, `{"status":"success","data":{"resultType":"vector","result":[
			{"metric":{"__name__":"shadowrun_up","instance":"soak-1:9464"},"value":[1795435200.1,"1"]},
			{"metric":{"instance":"soak-2:9464"},"value":[1795435200.1,"0"]}]}}`,
			[]monitor.Sample{{Instance: "soak-1:9464", Value: "1"}, {Instance: "soak-2:9464", Value: "0"}}, ""},
		{"nothing of that name", 200, `{"status":"success","data":{"resultType":"vector","result":[]}}`, []monitor.Sample{}, ""},
		{"it says no", 422, `{"status":"error","errorType":"execution","error":"query timed out"}`, nil, `422 Unprocessable Entity: "error" query timed out`},
		{"something else", 200, `<html>`, nil, "200 OK, and no answer of a Prometheus: "},
		{"an answer of another kind", 200, `{"status":"success","data":{"resultType":"matrix","result":[]}}`, nil, `200 OK: "success"`},
		{"nothing at all", 502, ``, nil, "502 Bad Gateway, and no answer of a Prometheus: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if got, want := r.URL.String(), "/base/api/v1/query?query=shadowrun_up"; got != want {
					t.Errorf("asked %s, want %s", got, want)
				}
				w.WriteHeader(test.status)
				fmt.Fprint(w, test.body)
			}))
			defer server.Close()
			got, err := monitor.AskPrometheus(t.Context(), server.URL+"/base/")
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if (err == nil) != (test.err == "") || err != nil && !strings.HasPrefix(err.Error(), test.err) {
				t.Errorf("error %v, want one that begins %q", err, test.err)
			}
		})
	}
}

func TestAPrometheusThatHangs(t *testing.T) {
	patience, end := context.WithCancelCause(t.Context())
	over := errors.New("the patience is over")
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		end(over)
		<-r.Context().Done()
	}))
	defer server.Close()
	if _, err := monitor.AskPrometheus(patience, server.URL); !errors.Is(err, over) {
		t.Errorf("error %v, want %v", err, over)
	}
}
