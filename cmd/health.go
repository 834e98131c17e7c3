package cmd

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/monitor"
)

// healthFlags are the thresholds that lie over a configuration's monitor:.
type healthFlags struct {
	stale        time.Duration
	diskWarning  float64
	diskCritical float64
	goldenSize   sizeFlag
	prometheus   string
}

func (f *healthFlags) add(c *cobra.Command, a *app) {
	flags := c.Flags()
	flags.StringVar(&a.configFlag, "config", "", "configuration `file` whose monitor: says from when on to tell (default the soak's own)")
	flags.DurationVar(&f.stale, "stale", 0, "without progress for so long is a warning (default the longest of 10m, two intervals and the longest time-out)")
	flags.Float64Var(&f.diskWarning, "disk-warning", 0, "`percent` of a file system in use, above which it is a warning (default 90)")
	flags.Float64Var(&f.diskCritical, "disk-critical", 0, "`percent` above which it is critical (default 98)")
	flags.Var(&f.goldenSize, "golden-size", "`size` of all goldens, above which it is a warning (default 10GiB)")
}

// sizeFlag is a number of bytes with its unit.
type sizeFlag struct{ harness.Size }

func (s *sizeFlag) Set(text string) error { return s.UnmarshalText([]byte(text)) }
func (s *sizeFlag) Type() string          { return "size" }
func (s *sizeFlag) String() string {
	if s.Size == 0 {
		return ""
	}
	return s.Size.String()
}

// settings returns what to watch for: the configuration's that is named, or else the soak's, with the
// flags laid over it.
func (f *healthFlags) settings(c *cobra.Command, a *app, soaks harness.MonitorConfig) (harness.MonitorConfig, error) {
	m := soaks
	if a.configFlag != "" {
		config, err := harness.LoadConfig(a.configFlag)
		if err != nil {
			return m, err
		}
		m = config.Monitor
	}
	set := c.Flags().Changed
	if set("stale") {
		m.Stale = harness.Duration(f.stale)
	}
	if set("disk-warning") {
		m.DiskWarning = f.diskWarning
	}
	if set("disk-critical") {
		m.DiskCritical = f.diskCritical
	}
	if set("golden-size") {
		m.GoldenSize = f.goldenSize.Size
	}
	if set("prometheus") {
		m.Prometheus = f.prometheus
	}
	m = m.Defaults()
	if err := m.Validate(); err != nil {
		return m, fmt.Errorf("what to watch for: %w", err)
	}
	return m, nil
}

// look looks at the state folder and judges what it sees.
func (f *healthFlags) look(c *cobra.Command, a *app) (monitor.Status, harness.MonitorConfig, error) {
	dir, err := a.state()
	if err != nil {
		return monitor.Status{}, harness.MonitorConfig{}, err
	}
	seen := monitor.Look(dir, monitor.Options{})
	settings, err := f.settings(c, a, seen.Config.Monitor)
	if err != nil {
		return monitor.Status{}, settings, err
	}
	return monitor.Status{Observation: seen, Health: monitor.Judge(seen, monitor.ThresholdsOf(settings))}, settings, nil
}

// plugin makes a command one of a monitoring system: a mistake in its use is UNKNOWN, since the status of
// usage elsewhere, 2, would be CRITICAL.
func plugin(c *cobra.Command) *cobra.Command {
	run, args := c.RunE, c.Args
	c.RunE = func(c *cobra.Command, names []string) error { return asUnknown(run(c, names)) }
	c.Args = func(c *cobra.Command, names []string) error { return asUnknown(args(c, names)) }
	c.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return asUnknown(wrongFlag(c, err)) })
	return c
}

func asUnknown(err error) error {
	var fail failure
	switch {
	case err == nil || isExit(err):
		return err
	case errors.As(err, &fail):
		return failure{fail.error, monitor.SeverityUnknown.ExitStatus(), fail.hints}
	}
	return failure{err, monitor.SeverityUnknown.ExitStatus(), nil}
}
