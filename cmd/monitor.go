package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/monitor"
	"github.com/shadowrun/shadowrun/harness/monitor/alert"
	"github.com/shadowrun/shadowrun/harness/soak"
)

func (a *app) monitorCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "monitor",
		Short: "Watch the soak from the background, and tell those who are not looking",
		Long: `Looks at the state folder every five minutes and tells of what changed: each condition that 'shadowrun status' knows is
one alert from when it is seen until it is over, and the end of a soak is announced. Alerts are logged, kept in the ledger, and
delivered to the receivers that the configuration's monitor: names, each message at least once; a receiver that is down gets them
when it is back, also after the monitor was started anew.

  monitor:
    interval: 5m
    syslog: true
    ping: https://hc-ping.com/…       # a dead-man's switch: it alerts when it hears nothing
    webhooks:
      - url: https://alerts.example.com/hook
        secret_env: ALERT_KEY         # signed as Standard Webhooks says
      - url_env: SLACK_URL
        format: slack                 # or alertmanager (default), cloudevents`,
	}
	c.AddCommand(a.monitorRunCommand(), a.monitorStartCommand(), a.monitorStatusCommand(), a.monitorStopCommand(), a.monitorTestCommand(), a.monitorCheckCommand())
	return c
}

// monitorFlags are those of a monitor that runs.
type monitorFlags struct {
	healthFlags
	listenFlags
	interval time.Duration
	readyFD  int
}

func (f *monitorFlags) add(c *cobra.Command, a *app) {
	f.healthFlags.add(c, a)
	f.listenFlags.add(c)
	flags := c.Flags()
	flags.Var(&secondsOrDuration{&f.interval}, "interval", "between two looks (default the configuration's, or 5m)")
	flags.IntVar(&f.readyFD, "ready-fd", 0, "where 'monitor start' waits for a line")
	flags.MarkHidden("ready-fd")
}

// watch is what a monitor watches, and whom it tells.
type watch struct {
	dir       string
	settings  harness.MonitorConfig
	receivers []*alert.Receiver
	origin    alert.Origin
}

// newWatch reads the configuration: the one that is named, or shadowrun.yaml where it is there, or else the soak's,
// of which the ledger keeps no receivers.
func (f *monitorFlags) newWatch(c *cobra.Command, a *app) (w watch, err error) {
	if w.dir, err = a.state(); err != nil {
		return w, err
	}
	if _, err := os.Stat(configName); a.configFlag == "" && err == nil {
		a.configFlag = configName
	}
	if w.settings, err = f.settings(c, a, monitor.Look(w.dir, monitor.Options{}).Config.Monitor); err != nil {
		return w, err
	}
	if f.interval > 0 {
		w.settings.Interval = harness.Duration(f.interval)
	}
	for i, hook := range w.settings.Webhooks {
		r, err := alert.NewReceiver(hook, os.LookupEnv)
		if err != nil {
			return w, fmt.Errorf("%s: monitor: webhooks[%d]: %w", a.configFlag, i, err)
		}
		w.receivers = append(w.receivers, r)
	}
	host, err := os.Hostname()
	w.origin = alert.Origin{Host: host, Dir: w.dir, Version: version()}
	return w, err
}

// look looks at the state folder by the watch's settings.
func (w watch) look() monitor.Status {
	seen := monitor.Look(w.dir, monitor.Options{})
	return monitor.Status{Observation: seen, Health: monitor.Judge(seen, monitor.ThresholdsOf(w.settings))}
}

// monitorDir is where a monitor keeps its lock.
func monitorDir(dir string) string { return filepath.Join(dir, "monitor") }

func (a *app) monitorRunCommand() *cobra.Command {
	var f monitorFlags
	c := &cobra.Command{
		Use:   "run",
		Short: "Watch until a signal ends it",
		Long: `Watches in the foreground, as under systemd ('shadowrun deploy systemd'). It needs no soak to begin with, and goes on
when one ends.`,
		Example: `  shadowrun monitor run --listen 127.0.0.1:9464
  shadowrun monitor run --interval 1m --config /srv/engine/shadowrun.yaml`,
		Args: arguments(0, 0),
		RunE: func(c *cobra.Command, _ []string) error { return a.runMonitor(c, &f) },
	}
	f.add(c, a)
	return c
}

func (a *app) runMonitor(c *cobra.Command, f *monitorFlags) error {
	w, err := f.newWatch(c, a)
	if err != nil {
		return err
	}
	lock, err := ledger.LockState(monitorDir(w.dir), ledger.Holder{PID: os.Getpid(), Host: w.origin.Host, Started: time.Now()})
	var held *ledger.HeldError
	if errors.As(err, &held) {
		return runsAlready(w.dir, held.Holder)
	}
	if err != nil {
		return err
	}
	defer lock.Unlock()
	ctx, end := signal.NotifyContext(c.Context(), os.Interrupt, syscall.SIGTERM)
	defer end()
	unlisten, err := a.listen(&f.listenFlags, w.look)
	if err != nil {
		return err
	}
	defer unlisten()
	log := func(line string) { a.say("%s %s", time.Now().UTC().Format(time.RFC3339), line) }
	log(fmt.Sprintf("monitor of %s: a look every %v, %s", w.dir, time.Duration(w.settings.Interval), quantity(len(w.receivers), "receiver")))
	a.tryReceivers(ctx, w, log)
	service := newService()
	service.warnIfShorter(a, time.Duration(w.settings.Interval), "between two looks lie")
	d := &alert.Daemon{
		Interval: time.Duration(w.settings.Interval), Look: w.look, Origin: w.origin, Receivers: w.receivers,
		Ledger: soak.LedgerPath(w.dir), Log: log, Now: time.Now,
		Looked: func(s monitor.Status) {
			service.alive(checkLine(s))
			f.ready()
		},
	}
	if w.settings.Ping != "" {
		d.Ping = alert.NewPing(w.settings.Ping)
	}
	if w.settings.Syslog {
		d.Syslog = func(severity, line string) error { return tellSyslog(severityStatus[severity], line) }
	}
	err = d.Run(ctx)
	service.stopping()
	log("monitor ends")
	return err
}

// ready tells 'monitor start' that the first look was made.
func (f *monitorFlags) ready() {
	if f.readyFD == 0 {
		return
	}
	pipe := os.NewFile(uintptr(f.readyFD), "ready")
	fmt.Fprintln(pipe, readyLine)
	pipe.Close()
	f.readyFD = 0
}

// runsAlready is the error for a second monitor of a state folder.
func runsAlready(dir string, who ledger.Holder) error {
	return hinted(fmt.Errorf("a monitor of %s runs already: process %d, since %s", dir, who.PID, who.Started.UTC().Format(time.RFC3339)),
		"shadowrun monitor status"+soak.StateFlag(dir), "shadowrun monitor stop"+soak.StateFlag(dir))
}

// severityStatus are the exit statuses of alerts' severities.
var severityStatus = map[string]int{"note": 0, "warning": 1, "critical": 2, "unknown": 3}

// readyLine is what a monitor says once it is up.
const readyLine = "up"

// tryReceivers tells of receivers that can't be reached, or refuse: a warning, for they may be mended meanwhile. They are asked
// all at once: one that does not answer takes its time.
func (a *app) tryReceivers(ctx context.Context, w watch, log func(string)) (failed int) {
	errs := make([]error, len(w.receivers))
	var wait sync.WaitGroup
	for i, r := range w.receivers {
		wait.Go(func() { errs[i] = r.Try(ctx, w.origin, time.Now()) })
	}
	wait.Wait()
	for i, err := range errs {
		if err != nil && ctx.Err() == nil {
			failed++
			log(fmt.Sprintf("warning: a test alert to %s did not arrive: %v", w.receivers[i].Name, err))
		}
	}
	return failed
}

func (a *app) monitorCheckCommand() *cobra.Command {
	c := a.checkCommand()
	c.Short = "Look once: the same as 'shadowrun check'"
	return c
}

func (a *app) monitorTestCommand() *cobra.Command {
	var f monitorFlags
	c := &cobra.Command{
		Use:     "test",
		Short:   "Send a test alert to each receiver",
		Long:    "Sends a test alert to each receiver, and says which did not take it (exit status 1).",
		Example: "  shadowrun monitor test --config shadowrun.yaml",
		Args:    arguments(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			w, err := f.newWatch(c, a)
			if err != nil {
				return err
			}
			if len(w.receivers) == 0 {
				return hinted(errors.New("no receivers: nobody is told of alerts"), "name some in the configuration, monitor: webhooks:; see 'shadowrun monitor --help'")
			}
			if failed := a.tryReceivers(c.Context(), w, func(line string) { a.say("%s", line) }); failed > 0 {
				return exitError(exitFail)
			}
			fmt.Fprintf(a.out, "%s took a test alert\n", quantity(len(w.receivers), "receiver"))
			return nil
		},
	}
	f.healthFlags.add(c, a)
	return c
}
