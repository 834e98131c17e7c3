package cmd

import (
	"fmt"
	"io"
	"log/syslog"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness/monitor"
)

func (a *app) checkCommand() *cobra.Command {
	var f healthFlags
	var quiet, toSyslog bool
	var log string
	c := &cobra.Command{
		Use:   "check",
		Short: "Tell a monitoring system, or cron, how the soak is",
		Long: `Prints one line as monitoring plugins do, with performance data. With --quiet it prints nothing where
all is well, so that cron sends mail only where there is something to say; --log and --syslog write only then, too.

Exit status: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN: no soak has run here, or it can't be seen. A finished soak has
its outcome's: 0 PASS, 1 INCONCLUSIVE, 2 FAIL. One that was stopped on purpose is OK. A usage error is 3, too.`,
		Example: `  shadowrun check
  */15 * * * * shadowrun check --quiet --syslog --log /var/log/shadowrun-check.log
  shadowrun check --stale 5m --disk-warning 80`,
		Args: arguments(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			s, _, err := f.look(c, a)
			if err != nil {
				return err
			}
			if s.ExitStatus != 0 || !quiet {
				if err := a.printCheck(s); err != nil {
					return err
				}
			}
			if s.ExitStatus != 0 {
				a.report(s, log, toSyslog)
			}
			return exitError(s.ExitStatus)
		},
	}
	f.add(c, a)
	flags := c.Flags()
	flags.BoolVarP(&quiet, "quiet", "q", false, "print nothing where all is well")
	flags.StringVar(&log, "log", "", "append a line with the time to this `file`, unless all is well")
	flags.BoolVar(&toSyslog, "syslog", false, "tell the system's log, unless all is well")
	return plugin(c)
}

func (a *app) printCheck(s monitor.Status) error {
	if a.json {
		return a.printJSON(newStatusJSON(s))
	}
	_, err := fmt.Fprintf(a.out, "%s | %s\n", checkLine(s), strings.Join(performance(s), " "))
	return err
}

// statusWords are the exit statuses of plugins, as their lines call them.
var statusWords = [...]string{"OK", "WARNING", "CRITICAL", "UNKNOWN"}

// checkLine is the line of a monitoring plugin, without performance data: what ends a line or begins
// those is not in it.
func checkLine(s monitor.Status) string {
	var parts []string
	if s.State == monitor.Finished {
		parts = append(parts, strings.ToLower(string(s.State)))
	}
	for _, c := range s.Conditions {
		if c.Severity != monitor.SeverityNote || s.State == monitor.Stopped {
			parts = append(parts, fmt.Sprintf("%s: %s", c.ID, c.Text))
		}
	}
	if s.State == monitor.Finished || len(parts) == 0 {
		parts = append(parts, outcomeSoFar(s), figuresInBrief(s))
	}
	return "SHADOWRUN " + statusWords[s.ExitStatus] + " - " + oneLine(strings.Join(parts, "; "))
}

func figuresInBrief(s monitor.Status) string {
	return fmt.Sprintf("%s, %s, %s", quantity(s.Last.Cycles, "cycle"), quantity(s.Last.Runs, "run"), quantity(s.Last.Replays, "replay"))
}

// oneLine returns a text without what means something in a plugin's line.
func oneLine(text string) string {
	return printable(strings.ReplaceAll(text, "|", "¦"))
}

// performance is a status as performance data: 'label'=value[unit];[warning];[critical];[least];[most].
func performance(s monitor.Status) []string {
	c := s.Last.Counters
	var data []string
	for _, n := range []struct {
		label string
		count int64
	}{{"cycles", c.Cycles}, {"runs", c.Runs}, {"replays", c.Replays}, {"match", c.Match}, {"leak", c.Leak}, {"violation", c.Violation},
		{"drift", c.Drift}, {"unknown", c.Unknown}} {
		data = append(data, fmt.Sprintf("%s=%dc", n.label, n.count))
	}
	if s.Phase().UnderWay() {
		data = append(data, fmt.Sprintf("progress_age=%.0fs;%.0f;;0", s.Age().Seconds(), s.StaleAfter.Seconds()))
	}
	data = append(data, fmt.Sprintf("goldens=%dB;%d;;0", s.Goldens, s.Thresholds.GoldenSize))
	for _, d := range s.Disks {
		if d.Err == nil {
			used, _ := d.Fullest()
			data = append(data, fmt.Sprintf("disk_%s=%.1f%%;%g;%g;0;100", d.Name, used, s.Thresholds.DiskWarning, s.Thresholds.DiskCritical))
		}
	}
	return data
}

// report tells the log file and the system's log. That this fails is said, and changes no exit status:
// it is not OK already.
func (a *app) report(s monitor.Status, log string, toSyslog bool) {
	line := checkLine(s)
	if log != "" {
		if err := appendLine(log, s.At.Format(time.RFC3339)+" "+line); err != nil {
			a.warn("--log: %v", err)
		}
	}
	if toSyslog {
		if err := tellSyslog(s.ExitStatus, line); err != nil {
			a.warn("--syslog: %v", err)
		}
	}
}

// appendLine adds a line to a file in one write, so that those of two processes don't mix.
func appendLine(name, line string) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(f, line+"\n"); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// dialSyslog connects to the system's log.
var dialSyslog = func(p syslog.Priority) (*syslog.Writer, error) { return syslog.New(p, "shadowrun") }

// syslogPriorities are those of the exit statuses.
var syslogPriorities = [...]syslog.Priority{syslog.LOG_INFO, syslog.LOG_WARNING, syslog.LOG_CRIT, syslog.LOG_ERR}

func tellSyslog(status int, line string) error {
	w, err := dialSyslog(syslogPriorities[status] | syslog.LOG_DAEMON)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, line); err != nil {
		w.Close()
		return err
	}
	return w.Close()
}
