package harness

import (
	"net/url"
	"time"
)

// MonitorConfig is the monitor: of a configuration: from when on those who watch a soak are told.
type MonitorConfig struct {
	Stale        Duration `yaml:"stale"`         // without progress; default the longest of 10m, two intervals (or cycles that took longer) and the longest time-out
	DiskWarning  float64  `yaml:"disk_warning"`  // percent of a file system in use; default 90
	DiskCritical float64  `yaml:"disk_critical"` // default 98
	GoldenSize   Size     `yaml:"golden_size"`   // of all goldens of the state folder; default 10GiB
	Prometheus   string   `yaml:"prometheus"`    // URL of the Prometheus that scrapes the soak; default: none
}

// Defaults of the keys of monitor: that have one. That of stale depends on the soak.
const (
	DefaultStale        = 10 * time.Minute
	DefaultDiskWarning  = 90
	DefaultDiskCritical = 98
	DefaultGoldenSize   = 10 << 30
)

// Defaults returns a copy of m with every unset field filled in, but for stale.
func (m MonitorConfig) Defaults() MonitorConfig {
	setDefault(&m.DiskWarning, DefaultDiskWarning)
	setDefault(&m.DiskCritical, max(DefaultDiskCritical, m.DiskWarning))
	setDefault(&m.GoldenSize, DefaultGoldenSize)
	return m
}

// Validate says what is wrong with what is to be watched for, its defaults filled in.
func (m MonitorConfig) Validate() error { return m.check("") }

func (m MonitorConfig) check(at string) error {
	percent := func(p float64) bool { return p > 0 && p <= 100 }
	switch {
	case m.Stale < 0:
		return badKey(at+"stale", "%s is negative", m.Stale)
	case !percent(m.DiskWarning):
		return badKey(at+"disk_warning", "%v is out of range; want a percentage above 0, up to 100", m.DiskWarning)
	case !percent(m.DiskCritical):
		return badKey(at+"disk_critical", "%v is out of range; want a percentage above 0, up to 100", m.DiskCritical)
	case m.DiskCritical < m.DiskWarning:
		return badKey(at+"disk_critical", "%v is below disk_warning, which is %v", m.DiskCritical, m.DiskWarning)
	case m.GoldenSize < 0:
		return badKey(at+"golden_size", "%d is negative", int64(m.GoldenSize))
	case m.Prometheus == "":
		return nil
	}
	switch u, err := url.Parse(m.Prometheus); { // what is there is not quoted: it may hold a password
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return badKey(at+"prometheus", "want a URL, as in http://localhost:9090")
	case u.User != nil:
		return badKey(at+"prometheus", "want a URL without a user's name or password: the ledger keeps the configuration as it is")
	}
	return nil
}
