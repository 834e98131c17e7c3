package serve

import (
	"github.com/prometheus/client_golang/prometheus"
)

// collector makes metrics of one look at a soak.
type collector struct{ seen *sight }

var descriptions = func() map[string]*prometheus.Desc {
	all := map[string]*prometheus.Desc{}
	for _, m := range metrics {
		all[m.name] = prometheus.NewDesc(m.name, m.help, m.labels, nil)
	}
	return all
}()

var runDurations = prometheus.NewDesc("shadowrun_run_duration_seconds", "How long runs took, by workflow.", []string{"workflow"}, nil)

// Names returns the names of all metrics, for who writes queries.
func Names() []string {
	names := []string{"shadowrun_build_info", "shadowrun_run_duration_seconds"}
	for _, m := range metrics {
		names = append(names, m.name)
	}
	return names
}

func (collector) Describe(to chan<- *prometheus.Desc) {
	for _, m := range metrics {
		to <- descriptions[m.name]
	}
	to <- runDurations
}

func (c collector) Collect(to chan<- prometheus.Metric) {
	s, _ := c.seen.count() // where it fails what was counted before stands: no counter goes back, and conditions are told
	for _, m := range metrics {
		m.read(s, func(value float64, labels ...string) {
			to <- prometheus.MustNewConstMetric(descriptions[m.name], m.kind, value, labels...)
		})
	}
	for _, w := range s.workflows {
		buckets := map[float64]uint64{}
		var sum uint64
		for i, bound := range RunBounds {
			sum += uint64(w.Buckets[i])
			buckets[bound.Seconds()] = sum
		}
		sum += uint64(w.Buckets[len(RunBounds)])
		to <- prometheus.MustNewConstHistogram(runDurations, sum, w.Duration.Seconds(), buckets, w.Name)
	}
}
