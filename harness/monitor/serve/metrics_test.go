package serve

import (
	"errors"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/shadowrun/shadowrun/harness/monitor"
)

func registryOf(s monitor.Status) *prometheus.Registry {
	return newRegistry(&sight{look: func() monitor.Status { return s }, now: time.Now}, "v1")
}

// A soak under way has every metric but the time of its end and the deadline, which a dead one has not.
func TestMetricsAreThere(t *testing.T) {
	soak, _ := soakStatus(t)
	always := []string{"shadowrun_build_info", "shadowrun_condition", "shadowrun_outcome", "shadowrun_state", "shadowrun_up"}
	disks := []string{"shadowrun_disk_free_bytes", "shadowrun_disk_size_bytes", "shadowrun_disk_used_ratio"}
	ofSoak := slices.DeleteFunc(Names(), func(n string) bool {
		return n == "shadowrun_end_time_seconds" || n == "shadowrun_deadline_timestamp_seconds"
	})
	for _, test := range []struct {
		name string
		seen monitor.Status
		want []string
	}{
		{"a soak", soak, ofSoak},
		{"no soak", monitor.Status{Observation: monitor.Observation{Disks: soak.Disks}}, slices.Concat(always, disks)},
		{"its ledger can't be read", monitor.Status{Observation: monitor.Observation{Unread: errors.New("torn")}}, always},
	} {
		t.Run(test.name, func(t *testing.T) {
			families, err := registryOf(test.seen).Gather()
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range families {
				got = append(got, f.GetName())
			}
			if diff := cmp.Diff(slices.Sorted(slices.Values(test.want)), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestMetricsTellWhatTheLedgerHolds(t *testing.T) {
	soak, _ := soakStatus(t)
	soak.State = monitor.Critical
	soak.Conditions = []monitor.Condition{{ID: monitor.Violation}}
	want := `
# HELP shadowrun_last_progress_timestamp_seconds When the soak last got somewhere, as Unix time.
# TYPE shadowrun_last_progress_timestamp_seconds gauge
shadowrun_last_progress_timestamp_seconds 1.77236652e+09
# HELP shadowrun_runs_total Runs that were recorded, however they ended.
# TYPE shadowrun_runs_total counter
shadowrun_runs_total 3
# HELP shadowrun_state Which of its states the soak is in.
# TYPE shadowrun_state gauge
shadowrun_state{state="CRITICAL"} 1
shadowrun_state{state="FINISHED"} 0
shadowrun_state{state="HEALTHY"} 0
shadowrun_state{state="STOPPED"} 0
shadowrun_state{state="UNKNOWN"} 0
shadowrun_state{state="WARNING"} 0
# HELP shadowrun_verdicts_total Replays by verdict.
# TYPE shadowrun_verdicts_total counter
shadowrun_verdicts_total{verdict="drift"} 0
shadowrun_verdicts_total{verdict="leak"} 0
shadowrun_verdicts_total{verdict="match"} 2
shadowrun_verdicts_total{verdict="unknown"} 0
shadowrun_verdicts_total{verdict="violation"} 1
# HELP shadowrun_workflow_runs_total Runs by workflow, but for abandoned ones.
# TYPE shadowrun_workflow_runs_total counter
shadowrun_workflow_runs_total{workflow="orders"} 2
shadowrun_workflow_runs_total{workflow="prices"} 1
`
	r := registryOf(soak)
	if err := testutil.GatherAndCompare(r, strings.NewReader(want), "shadowrun_last_progress_timestamp_seconds", "shadowrun_runs_total",
		"shadowrun_state", "shadowrun_verdicts_total", "shadowrun_workflow_runs_total"); err != nil {
		t.Error(err)
	}
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			switch f.GetName() {
			case "shadowrun_condition":
				got[m.GetLabel()[0].GetValue()] = m.GetGauge().GetValue()
			case "shadowrun_run_duration_seconds":
				got[m.GetLabel()[0].GetValue()+" runs"] = float64(m.GetHistogram().GetSampleCount())
				got[m.GetLabel()[0].GetValue()+" seconds"] = m.GetHistogram().GetSampleSum()
			}
		}
	}
	wanted := map[string]float64{"orders runs": 2, "orders seconds": 0.01, "prices runs": 1, "prices seconds": 0.04}
	for _, id := range monitor.IDs() {
		wanted[string(id)] = truth(id == monitor.Violation)
	}
	if diff := cmp.Diff(wanted, got); diff != "" {
		t.Errorf("conditions and durations (-want +got):\n%s", diff)
	}
}

func TestMetricsFollowTheCustoms(t *testing.T) {
	soak, _ := soakStatus(t)
	problems, err := testutil.GatherAndLint(registryOf(soak))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
	status, text := get(t, begin(t, func() monitor.Status { return soak })+"metrics")
	if status != 200 {
		t.Fatalf("status %d", status)
	}
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		skip(t, "promtool is not here")
	}
	check := exec.Command(promtool, "check", "metrics")
	check.Stdin = strings.NewReader(text)
	if out, err := check.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("promtool check metrics: %v\n%s", err, out)
	}
}
