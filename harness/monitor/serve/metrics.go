package serve

import (
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/shadowrun/shadowrun/harness/monitor"
	"github.com/shadowrun/shadowrun/harness/soak"
	"github.com/shadowrun/shadowrun/replay"
)

// newRegistry returns a registry of nothing but what is seen of a soak.
func newRegistry(seen *sight, version string) *prometheus.Registry {
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "shadowrun_build_info", Help: "1; the build that serves this, in its labels.",
		ConstLabels: prometheus.Labels{"version": version, "goversion": runtime.Version()},
	})
	build.Set(1)
	r := prometheus.NewRegistry()
	r.MustRegister(build, collector{seen})
	return r
}

// metric is a metric, and how its values are read from what was seen. Counters are the ledger's sums:
// a process that begins anew goes on where the one before it was.
type metric struct {
	name, help string
	kind       prometheus.ValueType
	labels     []string
	read       func(s snapshot, emit func(value float64, labels ...string))
}

// states are all that a soak's health can be called.
var states = []monitor.State{monitor.Healthy, monitor.Warning, monitor.Critical, monitor.Unknown, monitor.Finished, monitor.Stopped}

const counter, gauge = prometheus.CounterValue, prometheus.GaugeValue

// metrics are all but the histogram of run durations. What is not known is left out, not 0.
var metrics = []metric{
	{monitor.UpMetric, "Whether a soak is under way and its process alive.", gauge, nil, one(func(s snapshot) float64 {
		return truth(s.Phase().UnderWay() && s.Phase() != monitor.PhaseDead)
	})},
	{"shadowrun_state", "Which of its states the soak is in.", gauge, []string{"state"}, func(s snapshot, emit func(float64, ...string)) {
		for _, state := range states {
			emit(truth(s.State == state), string(state))
		}
	}},
	{"shadowrun_condition", "Which conditions hold.", gauge, []string{"condition"}, func(s snapshot, emit func(float64, ...string)) {
		holding := map[monitor.ID]bool{}
		for _, c := range s.Conditions {
			holding[c.ID] = true
		}
		for _, id := range monitor.IDs() {
			emit(truth(holding[id]), string(id))
		}
	}},
	{"shadowrun_outcome", "What the soak came to, or has come to so far.", gauge, []string{"outcome"}, func(s snapshot, emit func(float64, ...string)) {
		for _, outcome := range []soak.Outcome{soak.Pass, soak.Fail, soak.Inconclusive, soak.Interrupted} {
			emit(truth(s.Outcome == outcome), string(outcome))
		}
	}},

	{"shadowrun_start_time_seconds", "When the soak began, as Unix time.", gauge, nil, moment(func(s snapshot) time.Time { return s.Soak.Started })},
	{"shadowrun_end_time_seconds", "When the soak ended, as Unix time.", gauge, nil, moment(func(s snapshot) time.Time { return s.Soak.Ended })},
	{"shadowrun_last_progress_timestamp_seconds", "When the soak last got somewhere, as Unix time.", gauge, nil, moment(func(s snapshot) time.Time { return s.Progress() })},
	{"shadowrun_deadline_timestamp_seconds", "When the soak starts no further cycle if nothing holds it up, as Unix time.", gauge, nil, moment(func(s snapshot) time.Time { return s.Deadline() })},
	{"shadowrun_stale_after_seconds", "How long the soak may go without progress.", gauge, nil, known(func(s snapshot) float64 { return s.StaleAfter.Seconds() })},
	{"shadowrun_active_seconds", "For how long the soak has been at work.", gauge, nil, known(func(s snapshot) float64 { return s.Active().Seconds() })},
	{"shadowrun_planned_seconds", "For how long it is to be at work; 0: no limit.", gauge, nil, known(func(s snapshot) float64 { return s.Soak.Duration.Seconds() })},
	{"shadowrun_planned_cycles", "How many cycles it is to do; 0: no limit.", gauge, nil, known(func(s snapshot) float64 { return float64(s.Soak.Cycles) })},

	{"shadowrun_cycles_total", "Cycles that were committed.", counter, nil, known(func(s snapshot) float64 { return float64(s.Last.Cycles) })},
	{"shadowrun_cycle_overruns_total", "Cycles that took longer than their interval.", counter, nil, known(func(s snapshot) float64 { return float64(s.Last.Overruns) })},
	{"shadowrun_runs_total", "Runs that were recorded, however they ended.", counter, nil, known(func(s snapshot) float64 { return float64(s.Last.Runs) })},
	{"shadowrun_unfinished_runs_total", "Runs that timed out, broke a limit or never started.", counter, nil, known(func(s snapshot) float64 { return float64(s.Last.Unfinished) })},
	{"shadowrun_abandoned_runs", "Runs that were given up at a stop and not made up for yet.", gauge, nil, known(func(s snapshot) float64 { return float64(s.Last.Abandoned) })},
	{"shadowrun_replays_total", "Replays that came to a verdict.", counter, nil, known(func(s snapshot) float64 { return float64(s.Last.Replays) })},
	{"shadowrun_verdicts_total", "Replays by verdict.", counter, []string{"verdict"}, func(s snapshot, emit func(float64, ...string)) {
		if s.Soak.ID == 0 {
			return
		}
		for i, n := range []int64{s.Last.Match, s.Last.Leak, s.Last.Violation, s.Last.Drift, s.Last.Unknown} {
			emit(float64(n), string(verdicts[i]))
		}
	}},
	{"shadowrun_rechecks_total", "Replays of runs of older cycles.", counter, nil, known(func(s snapshot) float64 { return float64(s.Last.Rechecks) })},
	{"shadowrun_rechecks_skipped_total", "Replays of older runs whose golden had been pruned.", counter, nil, known(func(s snapshot) float64 { return float64(s.Last.RechecksSkipped) })},
	{"shadowrun_restorations_total", "Times that a killed run was resumed from a checkpoint.", counter, nil, known(func(s snapshot) float64 { return float64(s.Last.Restorations) })},
	{"shadowrun_goldens_total", "Goldens that were stored.", counter, nil, known(func(s snapshot) float64 { return float64(s.Last.Goldens) })},
	{"shadowrun_trace_bytes_total", "Size of the traces that goldens were made of.", counter, nil, known(func(s snapshot) float64 { return float64(s.Last.TraceBytes) })},
	{"shadowrun_golden_folder_bytes", "What the folder of goldens takes.", gauge, nil, known(func(s snapshot) float64 { return float64(s.Goldens) })},

	{"shadowrun_findings", "Findings by class, accepted ones apart.", gauge, []string{"class", "accepted"}, findings},
	{"shadowrun_workflow_runs_total", "Runs by workflow, but for abandoned ones.", counter, []string{"workflow"}, func(s snapshot, emit func(float64, ...string)) {
		for _, w := range s.workflows {
			emit(float64(w.Runs), w.Name)
		}
	}},
	{"shadowrun_workflow_verdicts_total", "Replays by workflow and verdict.", counter, []string{"workflow", "verdict"}, func(s snapshot, emit func(float64, ...string)) {
		for _, w := range s.workflows {
			for _, v := range verdicts {
				emit(float64(w.Verdicts[v]), w.Name, string(v))
			}
		}
	}},

	{"shadowrun_disk_size_bytes", "Size of a file system that a soak needs room on.", gauge, []string{"disk"}, ofDisks(func(d monitor.Disk) float64 { return float64(d.Size) })},
	{"shadowrun_disk_free_bytes", "What an ordinary user may still take of it.", gauge, []string{"disk"}, ofDisks(func(d monitor.Disk) float64 { return float64(d.Free) })},
	{"shadowrun_disk_used_ratio", "The share of its space or inodes that is in use, the larger of the two.", gauge, []string{"disk"}, ofDisks(func(d monitor.Disk) float64 {
		used, _ := d.Fullest()
		return used / 100
	})},
}

func one(value func(snapshot) float64) func(snapshot, func(float64, ...string)) {
	return func(s snapshot, emit func(float64, ...string)) { emit(value(s)) }
}

// known is one value of a soak, where there is one.
func known(value func(snapshot) float64) func(snapshot, func(float64, ...string)) {
	return func(s snapshot, emit func(float64, ...string)) {
		if s.Soak.ID != 0 {
			emit(value(s))
		}
	}
}

// moment is a time in the life of a soak, where it has come.
func moment(at func(snapshot) time.Time) func(snapshot, func(float64, ...string)) {
	return func(s snapshot, emit func(float64, ...string)) {
		if t := at(s); s.Soak.ID != 0 && !t.IsZero() {
			emit(float64(t.UnixMicro()) / 1e6)
		}
	}
}

func ofDisks(value func(monitor.Disk) float64) func(snapshot, func(float64, ...string)) {
	return func(s snapshot, emit func(float64, ...string)) {
		for _, d := range s.Disks {
			if d.Err == nil {
				emit(value(d), d.Name)
			}
		}
	}
}

func findings(s snapshot, emit func(float64, ...string)) {
	if s.Soak.ID == 0 {
		return
	}
	count := map[replay.Class][2]int{}
	for _, f := range s.Findings {
		n := count[f.Class]
		if f.Accepted == nil {
			n[0]++
		} else {
			n[1]++
		}
		count[f.Class] = n
	}
	for _, class := range []replay.Class{replay.ClassViolation, replay.ClassVolatile, replay.ClassLatent, replay.ClassDerived} {
		emit(float64(count[class][0]), string(class), "false")
		emit(float64(count[class][1]), string(class), "true")
	}
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
