package cmd

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/monitor"
	"github.com/shadowrun/shadowrun/replay"
)

// statusOf judges an observation by the default thresholds.
func statusOf(o monitor.Observation) monitor.Status {
	return monitor.Status{Observation: o, Health: monitor.Judge(o, monitor.ThresholdsOf(harness.MonitorConfig{}))}
}

// underWay is a soak of 24 hours, three hours after it began.
func underWay() monitor.Observation {
	return monitor.Observation{
		At: noon.Add(3 * time.Hour), Dir: "/srv/soak",
		Soak:     ledger.Soak{ID: 1, BaseSeed: 42, Started: noon, Duration: 24 * time.Hour},
		Config:   harness.Config{}.Defaults(),
		Sessions: 1, Session: ledger.Session{N: 1, PID: 4711, Host: "soak-1", Started: noon},
		Last:    ledger.Checkpoint{N: 360, Session: 1, Cycle: 360, Committed: noon.Add(3*time.Hour - 12*time.Second), Counters: counters(360, 0, 0)},
		Cycle:   2 * time.Second,
		Process: monitor.Process{PID: 4711, Host: "soak-1", Since: noon, Alive: true, Held: true},
		Disks: []monitor.Disk{
			{Name: "state", Path: "/srv/soak", Size: 100 << 30, Free: 59 << 30, Used: 41, Inodes: 3},
			{Name: "temporary", Path: "/tmp", Same: "state"},
			{Name: "root", Path: "/", Size: 10 << 30, Free: 9 << 30, Used: 10},
		},
		Goldens: 324 << 10,
	}
}

// inTrouble is one of many.
func inTrouble() monitor.Observation {
	o := underWay()
	o.Soak.Duration, o.Soak.Cycles = 0, 1000
	o.Last.Counters = counters(360, 5, 4)
	o.Last.Unfinished, o.Last.Overruns = 40, 3
	o.Last.Committed = noon.Add(time.Hour)
	o.Findings = []ledger.Finding{
		finding("0879d39a11", "clock", replay.ClassVolatile, replay.CauseClock, "/at", 5),
		finding("4dcba048e2", "random", replay.ClassViolation, replay.CauseRNG, "/\x1b[31mnoise", 4),
	}
	o.Process.Paused = true
	o.Disks[0].Inodes = 99
	o.Disks[1].Same, o.Disks[1].Used, o.Disks[1].Free = "", 93, 1<<30
	o.Disks[2].ReadOnly = true
	o.Goldens = 12 << 30
	o.Blind = []string{"goldens: permission denied"}
	return o
}

func stoppedByHand() monitor.Observation {
	o := underWay()
	o.Session.Ended, o.Session.EndedWhy = noon.Add(time.Hour), "emergency stop"
	o.Stop = monitor.Stop{On: true, Since: noon.Add(time.Hour), Who: "ada on soak-1", Why: "the database\nis | down"}
	return o
}

func TestRenderedStatus(t *testing.T) {
	for name, o := range map[string]monitor.Observation{
		"healthy": underWay(), "in trouble": inTrouble(), "stopped": stoppedByHand(),
		"unreadable": {At: noon, Dir: "/srv/soak", Unread: errors.New("ledger /srv/soak/ledger.db: file is not a database (26)")},
	} {
		t.Run(name, func(t *testing.T) {
			rendered(t, func(a *app) {
				a.writeStatus(statusOf(o))
				fmt.Fprintf(a.out, "\n%s | %s\n", checkLine(statusOf(o)), strings.Join(performance(statusOf(o)), " "))
			})
		})
	}
}

// On a terminal a status is drawn over the last one.
func TestRedraw(t *testing.T) {
	var out strings.Builder
	a := &app{out: &out}
	for range 2 {
		if err := a.redraw(statusOf(underWay())); err != nil {
			t.Fatal(err)
		}
	}
	text := out.String()
	if strings.Count(text, "\x1b[H") != 2 || strings.Count(text, "\x1b[J") != 2 || strings.Contains(strings.ReplaceAll(text, "\x1b[K\n", ""), "\n") {
		t.Errorf("%q: want the cursor home, each line cleared to its end, and the rest of the screen", text)
	}
}

// Watching ends when it is told to, whatever the soak does.
func TestWatchingEnds(t *testing.T) {
	ctx, end := context.WithCancel(t.Context())
	read, write := io.Pipe()
	status := make(chan int, 1)
	go func() {
		status <- Run(ctx, nil, []string{"status", "--watch", "--state", t.TempDir()}, strings.NewReader(""), write, io.Discard)
		write.Close()
	}()
	lines := bufio.NewReader(read)
	for line := ""; !strings.HasPrefix(line, "unknown: no_soak"); {
		var err error
		if line, err = lines.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	end()
	go io.Copy(io.Discard, lines)
	if got := <-status; got != 0 {
		t.Errorf("exit status %d, want 0", got)
	}
}
