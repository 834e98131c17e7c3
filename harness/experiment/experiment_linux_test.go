//go:build linux && amd64

package experiment

import (
	"context"
	"crypto/rand"
	"encoding/hex"
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
	"github.com/shadowrun/shadowrun/replay"
	"github.com/shadowrun/shadowrun/replay/external"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(asCustomer); url != "" {
		if err := customer(url); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	harness.RunChild(shop{})
	os.Exit(m.Run())
}

// shop is a Go workflow that draws a token and asks for a price.
type shop struct{}

func (shop) Name() string { return "shop" }

func (shop) Run(_ context.Context, r *harness.Run) error {
	token := make([]byte, 8)
	if _, err := rand.Read(token); err != nil {
		return err
	}
	response, err := r.HTTPClient().Get(os.Getenv("SHOP_URL"))
	if err != nil {
		return err
	}
	defer response.Body.Close()
	price, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	r.Record("order", map[string]any{"token": hex.EncodeToString(token), "price": string(price), "base": r.Rand().IntN(1000)})
	return nil
}

// A Go workflow's fields have their causes proven in the lab, and so has what it asks for where its calls are live:
// answered from a record, it is the same each time.
func TestGoWorkflowIsExplained(t *testing.T) {
	if testing.Short() {
		t.Skip("hundreds of runs, in processes of their own")
	}
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, asked.Add(1)) }))
	defer server.Close()
	t.Setenv("SHOP_URL", server.URL)
	for _, c := range []struct {
		mode external.Mode
		want map[string]replay.Cause // of the roots
	}{
		{external.Live, map[string]replay.Cause{"/order/token": replay.CauseRNG, "/order/price": replay.CauseExternal}},
		{external.Record, map[string]replay.Cause{"/order/token": replay.CauseRNG}},
	} {
		t.Run(string(c.mode), func(t *testing.T) {
			config := harness.Config{Dir: t.TempDir(), Workflows: []harness.WorkflowConfig{{Name: "shop", External: c.mode}}}.Defaults()
			runner := &harness.Runner{Config: config, Workflows: []harness.Workflow{shop{}}, StateDir: t.TempDir(), SoakID: "1"}
			if err := runner.Prepare(); err != nil {
				t.Fatal(err)
			}
			defer runner.Close()
			factors, err := Factors(t.Context(), runner)
			if err != nil {
				t.Fatal(err)
			}
			at := harness.Position{Cycle: 1, Run: 1}
			x, err := Explain(t.Context(), Options{Runner: runner, Factors: factors, Now: harness.Steady(time.Now),
				Run: harness.PlannedRun{Position: at, ID: at.String(), Workflow: "shop", Seed: 7}})
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]replay.Cause{}
			for _, f := range x.Fields {
				if f.Root && f.Class == replay.ClassViolation {
					got[f.Path] = f.Cause
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%d runs, ended %s; want -, got +:\n%s", x.Runs, x.Ended, diff)
			}
		})
	}
}
