package harness

import (
	"fmt"
	"net/url"
	"slices"
	"time"
)

// MonitorConfig is the monitor: of a configuration: from when on those who watch a soak are told.
type MonitorConfig struct {
	Stale        Duration `yaml:"stale"`         // without progress; default the longest of 10m, two intervals (or cycles that took longer) and the longest time-out
	DiskWarning  float64  `yaml:"disk_warning"`  // percent of a file system in use; default 90
	DiskCritical float64  `yaml:"disk_critical"` // default 98
	GoldenSize   Size     `yaml:"golden_size"`   // of all goldens of the state folder; default 10GiB
	Prometheus   string   `yaml:"prometheus"`    // URL of the Prometheus that scrapes the soak; default: none

	// Of the daemon, 'shadowrun monitor'. The ledger keeps none of these: they hold secrets.
	Interval Duration        `yaml:"interval"` // between two looks; default 5m
	Webhooks []WebhookConfig `yaml:"webhooks"` // who is told of alerts
	Ping     string          `yaml:"ping"`     // URL of a dead-man's switch, as healthchecks.io has it: pinged at each look, /start and /fail
	Syslog   bool            `yaml:"syslog"`   // alerts go to the system's log, too
}

// WebhookConfig is one entry of monitor: webhooks: a receiver of alerts.
type WebhookConfig struct {
	URL       string            `yaml:"url"`
	URLEnv    string            `yaml:"url_env"`    // the variable that holds the URL, where that is a secret
	Format    WebhookFormat     `yaml:"format"`     // alertmanager (default), slack or cloudevents
	SecretEnv string            `yaml:"secret_env"` // the variable that holds the keys that messages are signed with, as Standard Webhooks writes them
	Headers   map[string]string `yaml:"headers"`    // sent along
}

// WebhookFormat is what a receiver of alerts understands.
type WebhookFormat string

const (
	WebhookAlertmanager WebhookFormat = "alertmanager" // version 4 of what Alertmanager sends
	WebhookSlack        WebhookFormat = "slack"        // an incoming webhook's message
	WebhookCloudEvents  WebhookFormat = "cloudevents"  // 1.0, structured JSON
)

// WithoutReceivers returns a copy of m that names nobody who is told: what the ledger keeps of it.
func (m MonitorConfig) WithoutReceivers() MonitorConfig {
	m.Webhooks, m.Ping = nil, ""
	return m
}

// Defaults of the keys of monitor: that have one. That of stale depends on the soak.
const (
	DefaultStale        = 10 * time.Minute
	DefaultDiskWarning  = 90
	DefaultDiskCritical = 98
	DefaultGoldenSize   = 10 << 30
	DefaultLookInterval = 5 * time.Minute
)

// Defaults returns a copy of m with every unset field filled in, but for stale.
func (m MonitorConfig) Defaults() MonitorConfig {
	setDefault(&m.DiskWarning, DefaultDiskWarning)
	setDefault(&m.DiskCritical, max(DefaultDiskCritical, m.DiskWarning))
	setDefault(&m.GoldenSize, DefaultGoldenSize)
	setDefault(&m.Interval, Duration(DefaultLookInterval))
	m.Webhooks = slices.Clone(m.Webhooks)
	for i := range m.Webhooks {
		setDefault(&m.Webhooks[i].Format, WebhookAlertmanager)
	}
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
	case m.Interval < 0:
		return badKey(at+"interval", "%s is negative", m.Interval)
	}
	if u, err := url.Parse(m.Prometheus); m.Prometheus != "" && (err != nil || !isHTTP(u)) { // what is there is not quoted: it may hold a password
		return badKey(at+"prometheus", "want a URL, as in http://localhost:9090")
	} else if m.Prometheus != "" && u.User != nil {
		return badKey(at+"prometheus", "want a URL without a user's name or password: the ledger keeps the configuration as it is")
	}
	if u, err := url.Parse(m.Ping); m.Ping != "" && (err != nil || !isHTTP(u)) {
		return badKey(at+"ping", "want a URL, as in https://hc-ping.com/…")
	}
	for i, w := range m.Webhooks {
		if err := w.check(fmt.Sprintf("%swebhooks[%d].", at, i)); err != nil {
			return err
		}
	}
	return nil
}

func isHTTP(u *url.URL) bool { return (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" }

func (w WebhookConfig) check(at string) error {
	switch u, err := url.Parse(w.URL); {
	case w.URL == "" && w.URLEnv == "":
		return badKey(at+"url", "is missing: say url, or url_env with the variable that holds it")
	case w.URL != "" && w.URLEnv != "":
		return badKey(at+"url_env", "url is there, too: say one of them")
	case w.URL != "" && (err != nil || !isHTTP(u)): // not quoted: it may be a secret
		return badKey(at+"url", "want a URL, as in https://alerts.example.com/hook")
	}
	switch w.Format {
	case WebhookAlertmanager, WebhookSlack, WebhookCloudEvents:
		return nil
	}
	return badKey(at+"format", "%q: want %s, %s or %s", w.Format, WebhookAlertmanager, WebhookSlack, WebhookCloudEvents)
}
