//go:build linux && amd64

package experiment

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/replay/lab"
)

// asCustomer makes the test binary a program that asks a service over net/http, which takes no proxy for a loopback host.
const asCustomer = "EXPERIMENT_TEST_CUSTOMER"

func customer(url string) error {
	response, err := http.Get(url)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	price, err := io.ReadAll(response.Body)
	fmt.Printf("{\"price\":%q,\"base\":31}\n", price)
	return err
}

// A service's answers that a soak does not record, as its client takes no proxy, differ there and not in the
// lab, which redirects connections: the explanation sees that, and proves why.
func TestUnrecordedAnswersAreExplained(t *testing.T) {
	if err := lab.EntranceRefused(); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("CI is set, and connections can't be redirected here: %v", err)
		}
		t.Skipf("SKIPPED, not tested: connections can't be redirected here: %v", err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, asked.Add(1)) }))
	defer server.Close()
	config := harness.Config{Dir: t.TempDir(), Workflows: []harness.WorkflowConfig{
		{Name: "customer", Command: []string{self}, Output: "json", Env: map[string]string{asCustomer: server.URL}}}}.Defaults()
	runner := &harness.Runner{Config: config, StateDir: t.TempDir(), SoakID: "1"}
	if err := runner.Prepare(); err != nil {
		t.Fatal(err)
	}
	defer runner.Close()
	at := harness.Position{Cycle: 1, Run: 1}
	x, err := Explain(t.Context(), Options{Runner: runner, Now: harness.Steady(time.Now),
		Run: harness.PlannedRun{Position: at, ID: at.String(), Workflow: "customer", Seed: 7}})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, f := range x.Fields {
		got[f.Path] = string(f.Class) + " " + string(f.Cause)
	}
	if d := cmp.Diff(map[string]string{"/price": "violation external"}, got); d != "" {
		t.Errorf("%d runs, ended %s (-want +got)\n%s", x.Runs, x.Ended, d)
	}
}
