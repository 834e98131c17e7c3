package monitor_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/monitor"
	"github.com/shadowrun/shadowrun/harness/soak"
	"github.com/shadowrun/shadowrun/replay"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// defaults are the thresholds where nothing is configured.
var defaults = monitor.ThresholdsOf(harness.MonitorConfig{})

// running is a soak of 24 hours, one hour after it began and 12 seconds after its last commit.
func running() monitor.Observation {
	return monitor.Observation{
		At: noon.Add(time.Hour), Dir: "/srv/soak",
		Soak:     ledger.Soak{ID: 1, Started: noon, Duration: 24 * time.Hour},
		Config:   harness.Config{Workflows: []harness.WorkflowConfig{{Name: "orders"}}}.Defaults(),
		Sessions: 1, Session: ledger.Session{N: 1, PID: 4711, Host: "soak-1", Started: noon},
		Last: ledger.Checkpoint{N: 120, Session: 1, Cycle: 120, Committed: noon.Add(time.Hour - 12*time.Second),
			Counters: ledger.Counters{Cycles: 120, Runs: 1080, Replays: 1200, Match: 1200, Goldens: 1080}},
		Cycle:   2 * time.Second,
		Process: monitor.Process{PID: 4711, Host: "soak-1", Since: noon, Alive: true, Held: true},
		Disks:   []monitor.Disk{{Name: "state", Path: "/srv/soak", Size: 100, Free: 50, Used: 50}, {Name: "temporary", Path: "/tmp", Size: 100, Free: 50, Used: 50}},
	}
}

func found(class replay.Class) ledger.Finding {
	sight := ledger.Sight{Run: ledger.RunKey{Soak: 1, Cycle: 3, Position: 2}, At: noon.Add(time.Minute)}
	return ledger.Finding{Soak: 1, Sighting: ledger.Sighting{Key: "d5a37956ff", Workflow: "orders", Class: class, Cause: "clock",
		Count: 1, First: sight, Last: sight, Shortest: sight.Run, Reproduction: "shadowrun replay c3r2 -n 10"}}
}

// ill is what can befall a soak.
type ill struct {
	name     string
	id       monitor.ID
	severity monitor.Severity
	befall   func(*monitor.Observation)
	hides    []monitor.ID // what can't be seen, or does not matter, beside it
}

// ills are those of a soak that is under way, each by itself, in the catalogue's order.
var ills = []ill{
	{"its process is gone", monitor.ProcessDead, monitor.SeverityCritical,
		func(o *monitor.Observation) { o.Process.Alive, o.Process.Held = false, false }, []monitor.ID{monitor.Stale}},
	{"a violation", monitor.Violation, monitor.SeverityCritical,
		func(o *monitor.Observation) {
			o.Last.Violation++
			o.Findings = append(o.Findings, found(replay.ClassViolation))
		}, nil},
	{"a drift", monitor.Drift, monitor.SeverityCritical,
		func(o *monitor.Observation) {
			o.Last.Drift++
			o.Findings = append(o.Findings, found(replay.ClassViolation))
		}, nil},
	{"a full disk", monitor.DiskFull, monitor.SeverityCritical, func(o *monitor.Observation) { o.Disks[0].Used = 98.5 }, nil},
	{"no progress", monitor.Stale, monitor.SeverityWarning,
		func(o *monitor.Observation) {
			o.Last.Committed = noon.Add(50*time.Minute - time.Second)
		}, nil},
	{"nothing checked", monitor.NothingChecked, monitor.SeverityWarning,
		func(o *monitor.Observation) {
			o.Last.Unfinished, o.Last.Replays, o.Last.Match = 1080, o.Last.Replays-o.Last.Match, 0
		}, []monitor.ID{monitor.UnknownRate}},
	{"too much unknown", monitor.UnknownRate, monitor.SeverityWarning, func(o *monitor.Observation) {
		o.Last.Unknown, o.Last.Replays = 2, o.Last.Replays+2
	}, nil},
	{"a leak", monitor.Leak, monitor.SeverityWarning,
		func(o *monitor.Observation) {
			o.Last.Leak++
			o.Findings = append(o.Findings, found(replay.ClassVolatile))
		}, nil},
	{"a disk that fills up", monitor.DiskHigh, monitor.SeverityWarning, func(o *monitor.Observation) { o.Disks[1].Inodes = 91 }, nil},
	{"large goldens", monitor.GoldensLarge, monitor.SeverityWarning, func(o *monitor.Observation) { o.Goldens = 11 << 30 }, nil},
	{"a clock set forward", monitor.ClockJumped, monitor.SeverityNote,
		func(o *monitor.Observation) {
			o.Process.Jump = time.Hour
			o.At = o.At.Add(time.Hour)
		}, nil},
	{"the emergency stop", monitor.StopStands, monitor.SeverityNote,
		func(o *monitor.Observation) { o.Stop = monitor.Stop{On: true, Who: "ada", Why: "drill"} }, []monitor.ID{monitor.Stale}},
}

func ids(h monitor.Health) (all []monitor.ID) {
	for _, c := range h.Conditions {
		all = append(all, c.ID)
	}
	return all
}

// verdictOf is what is told of a health: state, exit status, conditions in order.
func verdictOf(h monitor.Health) string {
	return fmt.Sprintf("%s %d %v", h.State, h.ExitStatus, ids(h))
}

func TestEachConditionAlone(t *testing.T) {
	want := map[monitor.ID]string{
		monitor.ProcessDead: "CRITICAL 2 [process_dead]", monitor.Violation: "CRITICAL 2 [violation]", monitor.Drift: "CRITICAL 2 [drift]",
		monitor.DiskFull: "CRITICAL 2 [disk_full]", monitor.Stale: "WARNING 1 [stale]", monitor.NothingChecked: "WARNING 1 [nothing_checked]",
		monitor.UnknownRate: "WARNING 1 [unknown_rate]", monitor.Leak: "WARNING 1 [leak]", monitor.DiskHigh: "WARNING 1 [disk_high]",
		monitor.GoldensLarge: "WARNING 1 [goldens_large]", monitor.ClockJumped: "HEALTHY 0 [clock_jumped]", monitor.StopStands: "STOPPED 0 [stopped]",
	}
	for _, ill := range ills {
		t.Run(ill.name, func(t *testing.T) {
			o := running()
			ill.befall(&o)
			h := monitor.Judge(o, defaults)
			if got := verdictOf(h); got != want[ill.id] {
				t.Fatalf("%s, want %s", got, want[ill.id])
			}
			c := h.Conditions[0]
			if c.Severity != ill.severity || c.Text == "" || monitor.PartOf(c.ID) == "" {
				t.Errorf("%+v, want a %s with a text and a part", c, ill.severity)
			}
			if c.Next == "" && c.Severity != monitor.SeverityNote {
				t.Errorf("%s does not say what to do next", c.ID)
			}
		})
	}
}

// Of two, the worse makes the state; both are told, the graver first, whichever came first.
func TestConditionsInPairs(t *testing.T) {
	for i, a := range ills {
		for _, b := range ills[i+1:] {
			t.Run(a.name+" and "+b.name, func(t *testing.T) {
				var there []ill
				if !slices.Contains(b.hides, a.id) {
					there = append(there, a)
				}
				if !slices.Contains(a.hides, b.id) {
					there = append(there, b)
				}
				slices.SortStableFunc(there, func(a, b ill) int { return int(b.severity - a.severity) })
				var want []monitor.ID
				for _, ill := range there {
					want = append(want, ill.id)
				}
				for _, order := range [][]ill{{a, b}, {b, a}} {
					o := running()
					order[0].befall(&o)
					order[1].befall(&o)
					h := monitor.Judge(o, defaults)
					if diff := cmp.Diff(want, ids(h)); diff != "" {
						t.Errorf("(-want +got):\n%s", diff)
					}
					if worst := there[0].severity; h.ExitStatus != worst.ExitStatus() {
						t.Errorf("exit status %d, want that of a %s", h.ExitStatus, worst)
					}
				}
			})
		}
	}
}

func ended(o monitor.Observation, after time.Duration) monitor.Observation {
	o.Process.Alive, o.Process.Held = false, false
	o.Session.Ended, o.Session.EndedWhy = noon.Add(after), "finished"
	o.Soak.Ended = noon.Add(after)
	o.At = noon.Add(after + 48*time.Hour)
	return o
}

func TestStates(t *testing.T) {
	const full = 24 * time.Hour
	with := func(o monitor.Observation, change func(*monitor.Observation)) monitor.Observation {
		change(&o)
		return o
	}
	for _, test := range []struct {
		name string
		o    monitor.Observation
		want string
	}{
		{"under way", running(), "running HEALTHY 0 []"},
		{"no soak yet", monitor.Observation{At: noon, Dir: "/srv/soak"}, "none UNKNOWN 3 [no_soak]"},
		{"the ledger can't be read", monitor.Observation{At: noon, Unread: errors.New("file is not a database")}, "unread UNKNOWN 3 [ledger_unreadable]"},
		{"it can't be read, and the disk is full", monitor.Observation{At: noon, Unread: errors.New("disk I/O error"),
			Disks: []monitor.Disk{{Name: "state", Size: 100, Used: 100}}}, "unread CRITICAL 2 [disk_full ledger_unreadable]"},
		{"a process has only just taken the folder", monitor.Observation{At: noon, Process: monitor.Process{Held: true, Alive: true, Since: noon.Add(-time.Second)}},
			"starting HEALTHY 0 []"},
		{"it took the folder and never began", monitor.Observation{At: noon, Process: monitor.Process{Held: true, Alive: true, Since: noon.Add(-time.Hour)}},
			"starting WARNING 1 [stale]"},
		{"in its first interval, nothing is committed yet", with(running(), func(o *monitor.Observation) {
			o.Last, o.Cycle, o.At = ledger.Checkpoint{}, 0, noon.Add(29*time.Second)
		}), "running HEALTHY 0 []"},
		{"nothing is committed for ever", with(running(), func(o *monitor.Observation) { o.Last, o.Cycle = ledger.Checkpoint{}, 0 }),
			"running WARNING 1 [stale]"},
		{"a finding that is accepted", with(running(), func(o *monitor.Observation) {
			o.Last.Violation, o.Last.Leak = 3, 3
			o.Findings = []ledger.Finding{found(replay.ClassViolation), found(replay.ClassVolatile)}
			for i := range o.Findings {
				o.Findings[i].Accepted = &ledger.Acceptance{Until: o.At.Add(time.Hour)}
			}
		}), "running HEALTHY 0 []"},
		{"leaks fail it", with(running(), func(o *monitor.Observation) {
			o.Config.FailOn, o.Last.Leak, o.Findings = "leak", 1, []ledger.Finding{found(replay.ClassLatent)}
		}), "running CRITICAL 2 [leak]"},
		{"leaks fail it, and it is stale: the graver comes first", with(running(), func(o *monitor.Observation) {
			o.Config.FailOn, o.Last.Leak, o.Findings = "leak", 1, []ledger.Finding{found(replay.ClassLatent)}
			o.Last.Committed = noon
		}), "running CRITICAL 2 [leak stale]"},
		{"its cycles take longer than ten minutes", with(running(), func(o *monitor.Observation) {
			o.Cycle, o.Last.Committed = 20*time.Minute, o.At.Add(-39*time.Minute)
		}), "running HEALTHY 0 []"},
		{"a run may take longer than ten minutes", with(running(), func(o *monitor.Observation) {
			o.Config.Workflows[0].Timeout, o.Last.Committed = harness.Duration(30*time.Minute), o.At.Add(-29*time.Minute)
		}), "running HEALTHY 0 []"},
		{"all is done, and findings are explained", with(running(), func(o *monitor.Observation) {
			o.Config.Explain, o.Soak.Duration, o.Last.Committed = harness.ExplainOnMismatch, 40*time.Minute, o.At.Add(-19*time.Minute)
		}), "explaining HEALTHY 0 []"},
		{"explaining takes longer than it may", with(running(), func(o *monitor.Observation) {
			o.Config.Explain, o.Soak.Duration, o.Last.Committed = harness.ExplainOnMismatch, 40*time.Minute, o.At.Add(-21*time.Minute)
		}), "explaining WARNING 1 [stale]"},
		{"an hour after the emergency stop", with(running(), func(o *monitor.Observation) {
			o.Stop.On, o.Session.Ended, o.At = true, noon.Add(time.Hour), noon.Add(2*time.Hour)
		}), "stopped STOPPED 0 [stopped]"},
		{"an instant after the stop was lifted", with(running(), func(o *monitor.Observation) {
			o.Session.Ended, o.At = noon.Add(time.Hour), noon.Add(2*time.Hour)
		}), "running HEALTHY 0 []"},
		{"killed while it was stopped", with(running(), func(o *monitor.Observation) { o.Stop.On, o.Process.Alive = true, false }),
			"dead CRITICAL 2 [process_dead stopped]"},
		{"it waits for the end of the stop before it begins", with(running(), func(o *monitor.Observation) {
			o.Stop.On, o.Sessions, o.Session, o.Last = true, 0, ledger.Session{}, ledger.Checkpoint{}
		}), "stopped STOPPED 0 [stopped]"},
		{"killed, and resumed under the stop", with(running(), func(o *monitor.Observation) {
			o.Stop.On, o.Process.PID, o.Process.Since, o.At = true, 5000, noon.Add(2*time.Hour), noon.Add(26*time.Hour)
		}), "stopped STOPPED 0 [stopped]"},
		{"killed, and about to go on", with(running(), func(o *monitor.Observation) {
			o.Process.PID, o.Process.Since, o.At = 5000, noon.Add(26*time.Hour), noon.Add(26*time.Hour+time.Second)
		}), "starting HEALTHY 0 []"},
		{"ended by an error", with(running(), func(o *monitor.Observation) {
			o.Process.Alive, o.Session.Ended, o.Session.EndedWhy = false, noon.Add(time.Hour), "failed: no space left"
		}), "dead CRITICAL 2 [process_dead]"},
		{"whether it lives can't be told", with(running(), func(o *monitor.Observation) { o.Process = monitor.Process{PID: 4711, Why: "it is on another machine"} }),
			"dead UNKNOWN 3 [process_dead]"},
		{"killed on a full disk", with(running(), func(o *monitor.Observation) { o.Process.Alive, o.Disks[0].Free = false, 0 }),
			"dead CRITICAL 2 [process_dead disk_full]"},
		{"PASS", ended(running(), full), "finished FINISHED 0 []"},
		{"PASS, by cycles", ended(with(running(), func(o *monitor.Observation) { o.Soak.Duration, o.Soak.Cycles = 0, 120 }), time.Hour), "finished FINISHED 0 []"},
		{"PASS with leaks, and the disk is nobody's business any more", ended(with(running(), func(o *monitor.Observation) {
			o.Last.Leak, o.Findings, o.Goldens, o.Disks[0].Used = 1, []ledger.Finding{found(replay.ClassVolatile)}, 11<<30, 99
		}), full), "finished FINISHED 0 [leak]"},
		{"FAIL", ended(with(running(), func(o *monitor.Observation) { o.Last.Violation = 1 }), full), "finished FINISHED 2 [violation]"},
		{"FAIL, then accepted", ended(with(running(), func(o *monitor.Observation) {
			o.Last.Violation, o.Findings = 1, []ledger.Finding{found(replay.ClassViolation)}
			o.Findings[0].Accepted = &ledger.Acceptance{Until: noon.AddDate(1, 0, 0)}
		}), full), "finished FINISHED 0 []"},
		{"INCONCLUSIVE", ended(with(running(), func(o *monitor.Observation) { o.Last.Unknown = 12 }), full), "finished FINISHED 1 [unknown_rate]"},
		{"INCONCLUSIVE, nothing was checked", ended(with(running(), func(o *monitor.Observation) { o.Last.Replays, o.Last.Match = 0, 0 }), full),
			"finished FINISHED 1 [nothing_checked]"},
		{"killed as it ended", with(running(), func(o *monitor.Observation) {
			o.Soak.Duration, o.Soak.Cycles, o.Process.Alive = 0, 120, false
		}), "finished FINISHED 0 []"},
		{"interrupted", ended(running(), time.Hour), "interrupted STOPPED 0 [stopped]"},
		{"interrupted, with a violation", ended(with(running(), func(o *monitor.Observation) { o.Last.Violation = 1 }), time.Hour),
			"interrupted CRITICAL 2 [violation stopped]"},
		{"a file system that is read-only is full for ever", with(running(), func(o *monitor.Observation) {
			o.Disks[1].Used, o.Disks[1].ReadOnly = 100, true
		}), "running HEALTHY 0 []"},
		{"90 % is not yet more than 90 %", with(running(), func(o *monitor.Observation) { o.Disks[0].Used = 90 }), "running HEALTHY 0 []"},
		{"the machine's clock was set back", with(running(), func(o *monitor.Observation) { o.At = noon }), "running HEALTHY 0 []"},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := monitor.Judge(test.o, defaults)
			if got := fmt.Sprintf("%s %s", test.o.Phase(), verdictOf(h)); got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
			// What makes the outcome of a soak that is over is told as a condition, as grave.
			worst := monitor.SeverityNote
			for _, c := range h.Conditions {
				worst = max(worst, c.Severity)
			}
			if h.ExitStatus != worst.ExitStatus() {
				t.Errorf("exit status %d, and the worst condition is a %s: %+v", h.ExitStatus, worst, h.Conditions)
			}
			if (h.State == monitor.Finished) != (test.o.Phase() == monitor.PhaseFinished) {
				t.Errorf("%s in phase %s", h.State, test.o.Phase())
			}
		})
	}
}

func TestThresholdsMoveConditions(t *testing.T) {
	o := running()
	o.Goldens = 1000
	for _, test := range []struct {
		name   string
		change func(*monitor.Thresholds)
		want   string
	}{
		{"stale", func(t *monitor.Thresholds) { t.Stale = 11 * time.Second }, "WARNING 1 [stale]"},
		{"not quite stale", func(t *monitor.Thresholds) { t.Stale = 12 * time.Second }, "HEALTHY 0 []"},
		{"a disk's warning", func(t *monitor.Thresholds) { t.DiskWarning = 49 }, "WARNING 1 [disk_high]"},
		{"a disk's limit", func(t *monitor.Thresholds) { t.DiskWarning, t.DiskCritical = 40, 49 }, "CRITICAL 2 [disk_full]"},
		{"goldens", func(t *monitor.Thresholds) { t.GoldenSize = 999 }, "WARNING 1 [goldens_large]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			thresholds := defaults
			test.change(&thresholds)
			if got := verdictOf(monitor.Judge(o, thresholds)); got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

func TestTimes(t *testing.T) {
	type times struct {
		Active, Left, Age time.Duration
		Deadline          time.Time
		Outcome           soak.Outcome
	}
	of := func(o monitor.Observation) times {
		left, _ := o.Left()
		return times{o.Active(), left, o.Age(), o.Deadline(), monitor.Judge(o, defaults).Outcome}
	}
	resumed := running()
	resumed.Sessions, resumed.Earlier, resumed.Session.N = 2, 3*time.Hour, 2
	killed := running()
	killed.Process.Alive = false
	jumped := running()
	jumped.At, jumped.Process.Jump = jumped.At.Add(time.Hour), time.Hour
	for name, test := range map[string]struct {
		o    monitor.Observation
		want times
	}{
		"under way":                 {running(), times{time.Hour, 23 * time.Hour, 12 * time.Second, noon.Add(24 * time.Hour), ""}},
		"resumed":                   {resumed, times{4 * time.Hour, 20 * time.Hour, 12 * time.Second, noon.Add(21 * time.Hour), ""}},
		"killed":                    {killed, times{time.Hour - 12*time.Second, 23*time.Hour + 12*time.Second, 12 * time.Second, time.Time{}, soak.Interrupted}},
		"the clock was set forward": {jumped, times{time.Hour, 23 * time.Hour, 12 * time.Second, noon.Add(25 * time.Hour), ""}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, of(test.o)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
