package cmd

import (
	"bytes"
	"log/syslog"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/shadowrun/shadowrun/harness/monitor"
)

// A plugin's line is one line, with one bar, whatever is in it.
func TestCheckIsOneLine(t *testing.T) {
	o := stoppedByHand()
	o.Dir = "/srv/a|b\nc\x1b[31m"
	o.Process.Alive = false
	var out bytes.Buffer
	if err := (&app{out: &out}).printCheck(statusOf(o)); err != nil {
		t.Fatal(err)
	}
	text := out.String()
	if strings.Count(text, "|") != 1 || strings.Count(text, "\n") != 1 || strings.ContainsRune(text, 0x1b) {
		t.Errorf("%q, want one line with one bar", text)
	}
	line := regexp.MustCompile(`^SHADOWRUN (OK|WARNING|CRITICAL|UNKNOWN) - [^|]+ \|( [a-z_]+=[0-9.]+(s|%|B|c)?(;[0-9.]*){0,4})+\n$`)
	if !line.MatchString(text) {
		t.Errorf("%q, want the form of monitoring plugins' lines", text)
	}
}

func TestCheckTellsTheSystemsLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	socket, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	before := dialSyslog
	defer func() { dialSyslog = before }()
	dialSyslog = func(p syslog.Priority) (*syslog.Writer, error) { return syslog.Dial("unixgram", path, p, "shadowrun") }
	var stderr bytes.Buffer
	a := &app{voice: newVoice(&stderr)}
	dead := underWay()
	dead.Process = monitor.Process{PID: 4711, Host: "soak-1"}
	stale := underWay()
	stale.Last.Committed = noon
	for _, test := range []struct {
		name string
		o    monitor.Observation
		want string
	}{
		{"critical", dead, `^<26>.*shadowrun\[\d+\]: SHADOWRUN CRITICAL - process_dead: process 4711 on soak-1 is gone`}, // daemon.crit
		{"warning", stale, `^<28>.*shadowrun\[\d+\]: SHADOWRUN WARNING - stale: no progress for 3h0m0s`},
		{"unknown", monitor.Observation{}, `^<27>.*shadowrun\[\d+\]: SHADOWRUN UNKNOWN - no_soak: `},
	} {
		t.Run(test.name, func(t *testing.T) {
			a.report(statusOf(test.o), "", true)
			message := make([]byte, 4096)
			n, err := socket.Read(message)
			if err != nil {
				t.Fatal(err)
			}
			if got := string(message[:n]); !regexp.MustCompile(test.want).MatchString(got) {
				t.Errorf("%q, want %s", got, test.want)
			}
		})
	}
	if stderr.Len() > 0 {
		t.Errorf("it said %q", &stderr)
	}
	dialSyslog = func(p syslog.Priority) (*syslog.Writer, error) {
		return syslog.Dial("unixgram", path+"x", p, "shadowrun")
	}
	a.report(statusOf(dead), "", true)
	if want := "shadowrun: warning: --syslog: "; !strings.HasPrefix(stderr.String(), want) {
		t.Errorf("without a system's log it said %q, want %q", &stderr, want)
	}
}

func TestEveryConditionIsDocumented(t *testing.T) {
	text, err := os.ReadFile("JSON.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "## `condition`")
	section, _, _ = strings.Cut(section, "\n## ")
	for _, id := range monitor.IDs() {
		if !strings.Contains(section, "`"+string(id)+"`") || monitor.PartOf(id) == "" {
			t.Errorf("%s (part %q): not in JSON.md", id, monitor.PartOf(id))
		}
	}
}
