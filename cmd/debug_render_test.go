package cmd

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/monitor"
	"github.com/shadowrun/shadowrun/harness/monitor/capture"
	"github.com/shadowrun/shadowrun/harness/monitor/family"
	"github.com/shadowrun/shadowrun/replay"
)

// someCycles are cycles of n seconds each, in this order.
func someCycles(lengths ...int) (cycles []ledger.Cycle) {
	for i, n := range lengths {
		start := noon.Add(time.Duration(i) * 30 * time.Second)
		c := ledger.Cycle{N: i + 1, Started: start, Ended: start.Add(time.Duration(n) * time.Second)}
		if n > 30 {
			c.Overrun = time.Duration(n-30) * time.Second
		}
		cycles = append(cycles, c)
	}
	return cycles
}

func someHours(n int) (hours []ledger.Hour) {
	for i := range n {
		hours = append(hours, ledger.Hour{N: i, Start: noon.Add(time.Duration(i) * time.Hour), Done: counters(120, 0, int64(i)), Total: counters(120*int64(i+1), 0, int64(i))})
	}
	return hours
}

func TestCycleStatistics(t *testing.T) {
	hundred := make([]int, 100)
	for i := range hundred {
		hundred[i] = 100 - i
	}
	for _, test := range []struct {
		name    string
		lengths []int
		want    cyclesJSON
	}{
		{"none", nil, cyclesJSON{}},
		{"one", []int{7}, cyclesJSON{Cycles: 1, Min: 7, Median: 7, P95: 7, Max: 7}},
		{"two", []int{9, 1}, cyclesJSON{Cycles: 2, Min: 1, Median: 1, P95: 9, Max: 9}},
		{"a hundred", hundred, cyclesJSON{Cycles: 100, Overruns: 70, Min: 1, Median: 50, P95: 95, Max: 100}},
		{"twenty, one of them slow", append(make([]int, 19), 40), cyclesJSON{Cycles: 20, Overruns: 1, Max: 40}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := cyclesOf(1, 30*time.Second, someCycles(test.lengths...), nil)
			if diff := cmp.Diff(test.want, got, cmpopts.IgnoreFields(cyclesJSON{}, "Version", "Soak", "Interval", "Slowest", "Hours"), cmpopts.IgnoreUnexported(cyclesJSON{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	var order []int
	for _, c := range cyclesOf(1, 0, someCycles(1, 5, 3, 5, 2, 4), nil).Slowest {
		order = append(order, c.Cycle)
	}
	if diff := cmp.Diff([]int{2, 4, 6, 3, 5}, order); diff != "" {
		t.Errorf("the slowest (-want +got):\n%s", diff)
	}
}

// hostileText is what a workflow may write into what is shown.
const hostileText = "\x1b[2J\x1b[31mred\r\nnext"

func TestRenderedDebug(t *testing.T) {
	sighted := finding("4dcba048e2", "orders", replay.ClassViolation, replay.CauseRNG, "/"+hostileText, 3)
	sighted.Explained = &ledger.Explanation{Cause: replay.CauseRNG, Class: replay.ClassViolation}
	let := finding("0879d39a11", "clock", replay.ClassVolatile, replay.CauseClock, "", 5)
	let.Accepted = &ledger.Acceptance{Key: let.Key, Reason: hostileText, Until: noon.AddDate(0, 1, 0), Who: "maria"}
	run := ledger.Run{RunKey: ledger.RunKey{Soak: 1, Cycle: 12, Position: 3}, Workflow: "orders", Seed: 42, Digest: golden.Digest{0xab}, Place: "1:40:0", Size: 470, Started: noon}
	files, most := 14, int64(1024)
	tree := []family.Process{
		{PID: 4711, Parent: 1, Name: "shadowrun", Command: "shadowrun --duration 24h", State: "S", Started: noon, CPU: 12.3, RSS: 43 << 20, Peak: 51 << 20, Threads: 9, Files: &files},
		{PID: 4712, Parent: 4711, Depth: 1, Name: "sh", Command: "sh -c " + hostileText, State: "S", Started: noon, RSS: 1 << 20, Threads: 1},
		{PID: 4713, Parent: 4712, Depth: 2, Name: "sudo", State: "Z", Started: noon, Threads: 1},
	}
	alive := familyJSON{State: processAlive, PID: 4711, Host: "soak-1", Since: noon, at: noon.Add(time.Hour), Tree: tree,
		Limits:  []family.Limit{{Name: "open files", Most: &most}, {Name: "address space (bytes)"}},
		Machine: &family.Machine{Memory: 16 << 30, Available: 9 << 30, Load1: 1.2, Load5: 0.9, Load15: 0.8}}
	latest := verdictJSON{"c3r1", noon, "again", "violation", hostileText}
	for _, test := range []struct {
		name string
		view debugView
	}{
		{"cycles", cyclesOf(1, 30*time.Second, someCycles(2, 1, 41, 3), someHours(2))},
		{"cycles of a soak that has only begun", cyclesOf(1, 0, nil, nil)},
		{"mismatches", mismatchesJSON{Soak: 1, Replays: 30, Leak: 5, Violation: 3, Unknown: 1, findings: []ledger.Finding{sighted, let},
			Findings: []mismatchJSON{{newFindingJSON(sighted), &latest, (&app{}).nextOf(sighted, "/srv/soak")}, {newFindingJSON(let), nil, []string{}}},
			Latest:   []verdictJSON{{"c2r1", noon, "loaded", "unknown", "took longer than its 1s timeout"}}}},
		{"no mismatches", mismatchesJSON{Soak: 1, Replays: 30}},
		{"golden", storeOf(1, ledger.StoreFigures{Goldens: 1070, Bytes: 502900, Pruned: 10, Got: 3}, counters(120, 0, 0), []ledger.Run{run}, []ledger.Run{run},
			segmentsJSON{Folder: "/srv/soak/golden", Count: 2, Sealed: 1, Pruned: 1, Bytes: 104 << 10, Latest: noon})},
		{"no goldens", storeOf(1, ledger.StoreFigures{}, ledger.Counters{}, nil, nil, segmentsJSON{Folder: "/srv/soak/golden"})},
		{"process", alive},
		{"a process that is gone", familyJSON{State: processGone, PID: 4711, Host: "soak-1", Since: noon}},
		{"a process elsewhere", familyJSON{State: processElsewhere, PID: 4711, Host: "soak-2", Since: noon, NotSeen: []string{"it is on another machine"}}},
		{"no process", familyJSON{State: processNone}},
		{"log", logsJSON{Folder: "/srv/soak/log", Files: []logJSON{
			{Name: "monitor.log", Size: 4096, Lines: 42, First: noon, Last: noon.Add(time.Hour), Modified: noon.Add(time.Hour)},
			{Name: hostileText, Size: 5, Lines: 1, Modified: noon}, {Name: "pipe", NotSeen: "not a file"}}}},
		{"no log", logsJSON{Folder: "/srv/soak/log"}},
	} {
		t.Run(test.name, func(t *testing.T) { rendered(t, func(a *app) { test.view.write(a.out) }) })
	}
	t.Run("tail", func(t *testing.T) {
		rendered(t, func(a *app) {
			made := counters(5, 0, 1)
			made.Unfinished, made.Overruns = 2, 1
			if err := a.printEntries(entriesOf(ledger.News{
				Events:  []ledger.Event{{At: noon, Kind: "started", Text: "pid 4711, from cycle 1"}, {At: noon.Add(time.Hour), Kind: "notice", Text: hostileText}},
				Actions: []ledger.Action{{At: noon.Add(time.Minute), Who: "ada", What: "accept", Detail: "finding 0879d39a"}},
				Checkpoints: []ledger.Checkpoint{{N: 2, Cycle: 2, Committed: noon.Add(30 * time.Second), Counters: counters(2, 0, 0)},
					{N: 3, Cycle: 5, Committed: noon.Add(2 * time.Minute), Counters: made}},
			}, counters(1, 0, 0))); err != nil {
				t.Error(err)
			}
		})
	})
	t.Run("capture", func(t *testing.T) {
		rendered(t, func(a *app) {
			j := captureJSON{File: "incident.tar.zst", Bytes: 47104, SHA256: strings.Repeat("ab", 32)}
			j.Files = []capture.File{{Name: "status.json", Size: 5000}, {Name: "log/monitor.log", Size: 16 << 20, Note: "the last 16777216 of 20971520 bytes"}}
			j.Missing = []capture.Missing{{Name: "goldens/c1r4.want.jsonl", Why: hostileText}}
			if err := a.printCapture(j); err != nil {
				t.Error(err)
			}
		})
	})
}

func TestNothingThatIsShownMovesTheCursor(t *testing.T) {
	files, err := filepath.Glob("testdata/rendered/TestRenderedDebug/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(string(text), "\x1b\r") {
			t.Errorf("%s has a control character", name)
		}
	}
}

func TestWhatASoaksProcessIs(t *testing.T) {
	here, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	begun := ledger.Soak{ID: 1, Started: noon, Cycles: 10}
	ended := begun
	ended.Ended = noon.Add(time.Minute)
	for _, test := range []struct {
		state   string
		soak    ledger.Soak
		process monitor.Process
	}{
		{processNone, ledger.Soak{}, monitor.Process{}},
		{processAlive, begun, monitor.Process{PID: 7, Host: here, Alive: true}},
		{processPaused, begun, monitor.Process{PID: 7, Host: here, Alive: true, Paused: true}},
		{processGone, begun, monitor.Process{PID: 7, Host: here}},
		{processEnded, ended, monitor.Process{PID: 7, Host: here}},
		{processElsewhere, begun, monitor.Process{PID: 7, Host: here + "-2", Alive: true}},
		{processElsewhere, begun, monitor.Process{PID: 7, Host: here + "-2", Why: "it is on another machine"}},
	} {
		t.Run(test.state, func(t *testing.T) {
			o := monitor.Observation{At: noon, Soak: test.soak, Sessions: 1, Session: ledger.Session{Started: noon, Ended: test.soak.Ended}, Process: test.process}
			if got := familyOf(o).State; got != test.state {
				t.Errorf("%s, want %s", got, test.state)
			}
		})
	}
}

func TestLogsAreCountedByLines(t *testing.T) {
	state := t.TempDir()
	long := strings.Repeat("x", 3*maxStamp)
	for name, text := range map[string]string{
		"a.log": "2026-11-23T12:00:00Z began\n" + long + " 2030-01-01T00:00:00Z\n{\"time\":\"2026-11-23T13:00:00.5+01:00\",\"msg\":\"went on\"}\nno time, no end",
		"b.log": "",
	} {
		if err := os.MkdirAll(logFolder(state), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(logFolder(state), name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	v, err := logsIn(state)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range v.(logsJSON).Files {
		got = append(got, fmt.Sprint(l.Name, " ", l.Lines, " ", l.First.Format(time.TimeOnly), " ", l.Last.UTC().Format(time.TimeOnly)))
	}
	if diff := cmp.Diff([]string{"a.log 4 12:00:00 12:00:00", "b.log 0 00:00:00 00:00:00"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
