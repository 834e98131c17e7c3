package monitor_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/monitor"
	"github.com/shadowrun/shadowrun/harness/soak"
)

func judged(dir string) monitor.Status {
	seen := monitor.Look(dir, monitor.Options{})
	return monitor.Status{Observation: seen, Health: monitor.Judge(seen, defaults)}
}

// newLedger begins a soak of a session in a new state folder and closes the ledger.
func newLedger(t *testing.T, session ledger.Session) (dir string) {
	t.Helper()
	dir = t.TempDir()
	l, err := ledger.Open(soak.LedgerPath(dir))
	if err != nil {
		t.Fatal(err)
	}
	id, err := l.StartSoak(ledger.Soak{Config: "config: {version: 1}", Started: session.Started, Duration: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	session.Environment = []byte("{}")
	if _, err := l.StartSession(id, session); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func self(t *testing.T) (host, boot string) {
	t.Helper()
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		skip(t, "processes are looked up in /proc")
	}
	return host, strings.TrimSpace(string(text))
}

func TestWhetherTheProcessLives(t *testing.T) {
	host, boot := self(t)
	now := time.Now()
	mine := ledger.Session{PID: os.Getpid(), Host: host, Boot: boot, Started: now}
	old, rebooted, elsewhere, gone := mine, mine, mine, mine
	old.Started = now.Add(-24 * time.Hour)
	rebooted.Boot = "another"
	elsewhere.Host = "another"
	gone.PID = 1 << 30
	hold := func(who ledger.Holder) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			lock, err := ledger.LockState(dir, who)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { lock.Unlock() })
		}
	}
	write := func(t *testing.T, dir string) {
		if err := os.WriteFile(filepath.Join(dir, "lock"), []byte(fmt.Sprintf(`{"pid":%d,"host":%q}`, os.Getpid(), host)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	nothing := func(*testing.T, string) {}
	for _, test := range []struct {
		name    string
		session ledger.Session
		lock    func(*testing.T, string)
		want    string
	}{
		{"it holds the lock", mine, hold(ledger.Holder{PID: mine.PID, Host: host, Started: now}), "running HEALTHY 0 []"},
		{"another holds the lock", gone, hold(ledger.Holder{PID: mine.PID, Host: host, Started: now}), "dead CRITICAL 2 [process_dead]"},
		{"another soak's process holds the lock, which resumes it", gone, hold(ledger.Holder{PID: mine.PID, Host: host, Started: now, Soak: true}),
			"starting HEALTHY 0 []"},
		{"nobody holds the lock, and its number is some process's", mine, write, "dead CRITICAL 2 [process_dead]"},
		{"the lock was removed", mine, nothing, "running HEALTHY 0 []"},
		{"the lock was removed, and its number is a later process's", old, nothing, "dead CRITICAL 2 [process_dead]"},
		{"the lock was removed, and the machine started anew", rebooted, nothing, "dead CRITICAL 2 [process_dead]"},
		{"the lock was removed, and it is gone", gone, nothing, "dead CRITICAL 2 [process_dead]"},
		{"the lock was removed, and it was on another machine", elsewhere, nothing, "dead UNKNOWN 3 [process_dead]"},
		{"the clock was set forward by a day", old, hold(ledger.Holder{PID: mine.PID, Host: host, Started: old.Started}),
			"running HEALTHY 0 [clock_jumped]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := newLedger(t, test.session)
			test.lock(t, dir)
			s := judged(dir)
			if got := fmt.Sprintf("%s %s", s.Phase(), verdictOf(s.Health)); got != test.want {
				t.Errorf("%s, want %s\n%+v", got, test.want, s.Process)
			}
		})
	}
}

// A soak that ends after its ledger was read, and before its lock was looked at, has not died.
func TestASoakThatEndsWhileOneLooks(t *testing.T) {
	host, boot := self(t)
	dir := newLedger(t, ledger.Session{PID: 1 << 30, Host: host, Boot: boot, Started: noon})
	l, err := ledger.Open(soak.LedgerPath(dir))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	looks := 0
	o := monitor.Look(dir, monitor.Options{Now: func() time.Time {
		if looks++; looks == 1 {
			end := noon.Add(time.Hour)
			if err := errors.Join(l.EndSession(1, 1, end, "finished"), l.EndSoak(1, end, "PASS")); err != nil {
				t.Error(err)
			}
		}
		return noon.Add(2 * time.Hour)
	}})
	if o.Phase() != monitor.PhaseFinished {
		t.Errorf("%s, want %s", o.Phase(), monitor.PhaseFinished)
	}
}

func TestWhatCannotBeSeen(t *testing.T) {
	garbage := func(text string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			if err := os.WriteFile(soak.LedgerPath(dir), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, test := range []struct {
		name  string
		leave func(*testing.T, string)
		want  string
		say   string
	}{
		{"an empty folder", func(*testing.T, string) {}, "none UNKNOWN 3 [no_soak]", "no soak has run in "},
		{"no folder", func(t *testing.T, dir string) {
			if err := os.Remove(dir); err != nil {
				t.Fatal(err)
			}
		}, "none UNKNOWN 3 [no_soak]", "no soak has run in "},
		{"an empty ledger", garbage(""), "none UNKNOWN 3 [no_soak]", "no soak has run in "},
		{"garbage", garbage(strings.Repeat("garbage\n", 1000)), "unread UNKNOWN 3 [ledger_unreadable]", "file is not a database"},
		{"a folder in its place", func(t *testing.T, dir string) {
			if err := os.Mkdir(soak.LedgerPath(dir), 0o755); err != nil {
				t.Fatal(err)
			}
		}, "unread UNKNOWN 3 [ledger_unreadable]", "ledger.db: "},
		{"cut off", func(t *testing.T, dir string) {
			made := soak.LedgerPath(newLedger(t, ledger.Session{PID: 1, Started: noon}))
			text, err := os.ReadFile(made)
			if err != nil {
				t.Fatal(err)
			}
			garbage(string(text[:len(text)/2]))(t, dir)
		}, "unread UNKNOWN 3 [ledger_unreadable]", "malformed"},
		{"a newer ledger", func(t *testing.T, dir string) {
			made, err := os.ReadFile(soak.LedgerPath(newLedger(t, ledger.Session{PID: 1, Started: noon})))
			if err != nil {
				t.Fatal(err)
			}
			made[63] = 200 // the last byte of user_version: https://sqlite.org/fileformat.html#user_version
			garbage(string(made))(t, dir)
		}, "unread UNKNOWN 3 [ledger_unreadable]", "written by a newer shadowrun: schema 200"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "state")
			if err := os.Mkdir(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			test.leave(t, dir)
			s := judged(dir)
			if got := fmt.Sprintf("%s %s", s.Phase(), verdictOf(s.Health)); got != test.want || !strings.Contains(s.Conditions[0].Text, test.say) {
				t.Errorf("%s, want %s\n%+v", got, test.want, s.Conditions)
			}
		})
	}
}

// A soak that can be seen is judged by what it was begun with, also where that is odd.
func TestTheSoaksOwnConfiguration(t *testing.T) {
	dir := t.TempDir()
	l, err := ledger.Open(soak.LedgerPath(dir))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for config, want := range map[string]harness.MonitorConfig{
		"config: {version: 1, monitor: {stale: 5m, disk_warning: 70, golden_size: 1000}}": harness.MonitorConfig{
			Stale: harness.Duration(5 * time.Minute), DiskWarning: 70, GoldenSize: 1000}.Defaults(),
		"config: {version: 1}": harness.MonitorConfig{}.Defaults(), // of before there was monitor:
		"[":                    harness.MonitorConfig{}.Defaults(),
	} {
		if _, err := l.StartSoak(ledger.Soak{Config: config, Started: noon}); err != nil {
			t.Fatal(err)
		}
		seen := monitor.Look(dir, monitor.Options{})
		if diff := cmp.Diff(want, seen.Config.Monitor); diff != "" {
			t.Errorf("%s (-want +got):\n%s", config, diff)
		}
		if blind := len(seen.Blind) > 0; blind != (config == "[") {
			t.Errorf("%s: not seen: %q", config, seen.Blind)
		}
	}
}

func TestDisks(t *testing.T) {
	if os.Getuid() != 0 {
		skip(t, "only root can mount a small file system")
	}
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=4m,nr_inodes=100"); err != nil {
		skip(t, "mount a small file system: "+err.Error())
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	// The other file systems are those of whoever tests.
	quiet := monitor.Thresholds{DiskWarning: 90, DiskCritical: 98, GoldenSize: 1 << 20}
	only := func() monitor.Health {
		o := monitor.Look(dir, monitor.Options{})
		o.Disks = o.Disks[:1]
		return monitor.Judge(o, quiet)
	}
	for _, test := range []struct {
		name    string
		ballast int // KiB
		files   int
		want    string
	}{
		{"empty", 0, 0, "UNKNOWN 3 [no_soak]"},
		{"nearly full", 3800, 0, "UNKNOWN 3 [no_soak disk_high]"},
		{"full", 4096, 0, "CRITICAL 2 [disk_full no_soak]"},
		{"many files", 0, 92, "UNKNOWN 3 [no_soak disk_high]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.ballast > 0 {
				name := filepath.Join(dir, "ballast")
				if err := os.WriteFile(name, make([]byte, test.ballast<<10), 0o644); err != nil {
					t.Fatal(err)
				}
				defer os.Remove(name)
			}
			for i := range test.files {
				name := filepath.Join(dir, fmt.Sprint(i))
				if err := os.WriteFile(name, nil, 0o644); err != nil {
					t.Fatal(err)
				}
				defer os.Remove(name)
			}
			if h := only(); verdictOf(h) != test.want {
				t.Errorf("%s, want %s: %+v", verdictOf(h), test.want, h.Conditions)
			}
		})
	}
}
