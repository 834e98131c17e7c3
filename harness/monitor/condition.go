package monitor

import (
	"fmt"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/shadowrun/shadowrun/harness/soak"
)

// ID names a condition, in alerts too: it stays what it is.
type ID string

const (
	LedgerUnreadable ID = "ledger_unreadable"
	NoSoak           ID = "no_soak"
	ProcessDead      ID = "process_dead" // before its deadline
	Violation        ID = "violation"
	Drift            ID = "drift"
	DiskFull         ID = "disk_full"
	Stale            ID = "stale" // no progress
	NothingChecked   ID = "nothing_checked"
	UnknownRate      ID = "unknown_rate"
	Leak             ID = "leak"
	DiskHigh         ID = "disk_high"
	GoldensLarge     ID = "goldens_large"
	ClockJumped      ID = "clock_jumped"
	StopStands       ID = "stopped"
)

// Part is what a condition is about.
type Part string

const (
	PartProcess    Part = "process"
	PartMismatches Part = "mismatches"
	PartDisk       Part = "disk"
	PartActivity   Part = "activity"
)

// catalogue is every condition there is, of two equally grave ones the more telling first. Each says
// itself whether it holds, and does not look at the others.
var catalogue = []struct {
	id   ID
	part Part
	find func(Observation, Thresholds) (Condition, bool)
}{
	{LedgerUnreadable, PartProcess, ledgerUnreadable},
	{NoSoak, PartProcess, noSoak},
	{ProcessDead, PartProcess, processDead},
	{Violation, PartMismatches, violation},
	{Drift, PartMismatches, drift},
	{DiskFull, PartDisk, diskFull},
	{Stale, PartActivity, stale},
	{NothingChecked, PartMismatches, nothingChecked},
	{UnknownRate, PartMismatches, unknownRate},
	{Leak, PartMismatches, leak},
	{DiskHigh, PartDisk, diskHigh},
	{GoldensLarge, PartDisk, goldensLarge},
	{ClockJumped, PartProcess, clockJumped},
	{StopStands, PartProcess, stopStands},
}

// IDs returns the names of all conditions.
func IDs() (ids []ID) {
	for _, known := range catalogue {
		ids = append(ids, known.id)
	}
	return ids
}

// PartOf returns what a condition is about.
func PartOf(id ID) Part {
	for _, known := range catalogue {
		if known.id == id {
			return known.part
		}
	}
	return ""
}

func ledgerUnreadable(o Observation, _ Thresholds) (Condition, bool) {
	if o.Unread == nil {
		return Condition{}, false
	}
	return Condition{Severity: SeverityUnknown, Text: o.Unread.Error(), Next: "ls -l " + soak.ShellQuote(o.Dir)}, true
}

func noSoak(o Observation, _ Thresholds) (Condition, bool) {
	return Condition{Severity: SeverityUnknown, Text: "no soak has run in " + o.Dir,
		Next: "shadowrun --duration 24h" + soak.StateFlag(o.Dir)}, o.Phase() == PhaseNone
}

func processDead(o Observation, _ Thresholds) (Condition, bool) {
	c := Condition{Severity: SeverityCritical, Since: o.Progress(), Next: "shadowrun --resume" + soak.StateFlag(o.Dir)}
	c.Text = fmt.Sprintf("process %d on %s is gone", o.Process.PID, o.Process.Host)
	if why := o.Session.EndedWhy; why != "" {
		c.Text += " (" + why + ")"
	}
	if o.Process.Why != "" {
		c.Severity, c.Text = SeverityUnknown, fmt.Sprintf("process %d on %s: whether it lives can't be told: %s", o.Process.PID, o.Process.Host, o.Process.Why)
	}
	switch left, limited := o.Left(); {
	case limited:
		c.Text += fmt.Sprintf(", with %v of active time left", Rounded(left))
	case o.Soak.Cycles > 0:
		c.Text += fmt.Sprintf(", after %d of %d cycles", o.Last.Cycle, o.Soak.Cycles)
	}
	return c, o.Phase() == PhaseDead
}

func stale(o Observation, t Thresholds) (Condition, bool) {
	phase := o.Phase()
	c := Condition{Severity: SeverityWarning, Since: o.Progress(), Next: "shadowrun sanity" + soak.StateFlag(o.Dir)}
	c.Text = fmt.Sprintf("no progress for %v, longer than %v", Rounded(o.Age()), Rounded(t.StaleAfter(o)))
	if o.Process.Paused {
		c.Text += fmt.Sprintf("; process %d is stopped by a signal", o.Process.PID)
		c.Next = fmt.Sprintf("kill -CONT %d", o.Process.PID)
	}
	// Between two sessions of one process lies an instant, or an emergency stop.
	working := (phase == PhaseStarting || phase == PhaseRunning || phase == PhaseExplaining) && (o.Session.Ended.IsZero() || !o.begun())
	return c, working && o.Age() > t.StaleAfter(o)
}

func diskFull(o Observation, t Thresholds) (Condition, bool) {
	return disks(o, SeverityCritical, func(d Disk) bool { return isFull(d, t) })
}

func diskHigh(o Observation, t Thresholds) (Condition, bool) {
	return disks(o, SeverityWarning, func(d Disk) bool {
		used, _ := d.Fullest()
		return used > t.DiskWarning && !isFull(d, t)
	})
}

func isFull(d Disk, t Thresholds) bool {
	used, _ := d.Fullest()
	return used > t.DiskCritical || d.Size > 0 && d.Free == 0
}

// disks is the condition of the file systems that are too full in one way. Who has no soak under way
// needs no room for it.
func disks(o Observation, s Severity, tooFull func(Disk) bool) (Condition, bool) {
	text, path := "", ""
	for _, d := range o.Disks {
		if d.Err != nil || d.ReadOnly || d.Same != "" || !tooFull(d) {
			continue
		}
		if text != "" {
			text += "; "
		} else {
			path = d.Path
		}
		used, of := d.Fullest()
		text += fmt.Sprintf("%.1f %% of the %s file system's %s in use (%s: %s free)", used, d.Name, of, d.Path, humanize.IBytes(uint64(d.Free)))
	}
	phase := o.Phase()
	return Condition{Severity: s, Text: text, Next: "du -xh --max-depth 2 " + soak.ShellQuote(path) + " | sort -h | tail"},
		text != "" && (phase.UnderWay() || phase == PhaseUnread || phase == PhaseNone)
}

func goldensLarge(o Observation, t Thresholds) (Condition, bool) {
	return Condition{
		Severity: SeverityWarning,
		Text:     fmt.Sprintf("goldens take %s, more than %s", humanize.IBytes(uint64(o.Goldens)), humanize.IBytes(uint64(t.GoldenSize))),
		Next:     "when the soak is over: shadowrun golden prune --older-than 168h" + soak.StateFlag(o.Dir),
	}, o.Phase().UnderWay() && o.Goldens > t.GoldenSize
}

func clockJumped(o Observation, _ Thresholds) (Condition, bool) {
	return Condition{Text: fmt.Sprintf("the machine's clock was set forward by %v since the soak's process began", Rounded(o.Process.Jump))}, o.Process.Jump > 0
}

func stopStands(o Observation, _ Thresholds) (Condition, bool) {
	if !o.Stop.On && o.Phase() == PhaseInterrupted {
		return Condition{Text: "interrupted before its end: " + o.Session.EndedWhy, Since: o.Soak.Ended,
			Next: "shadowrun --resume" + soak.StateFlag(o.Dir)}, true
	}
	c := Condition{Text: "the emergency stop stands", Since: o.Stop.Since, Next: "shadowrun stop disable" + soak.StateFlag(o.Dir)}
	if o.Stop.Who != "" {
		c.Text += ", set by " + o.Stop.Who
	}
	if o.Stop.Why != "" {
		c.Text += ": " + o.Stop.Why
	}
	return c, o.Stop.On
}

// Rounded is a length of time as people read it.
func Rounded(d time.Duration) time.Duration {
	if d < 10*time.Second {
		return d.Round(100 * time.Millisecond)
	}
	return d.Round(time.Second)
}
