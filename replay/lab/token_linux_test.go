//go:build linux && amd64

package lab

import (
	"os/exec"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestPick(t *testing.T) {
	now := time.Unix(1e9, 0)
	ready := func(nth int) *tracee { return &tracee{nth: nth, since: now} }
	late := func(nth int, waited time.Duration) *tracee {
		return &tracee{nth: nth, late: true, since: now.Add(-waited)}
	}
	for _, test := range []struct {
		name    string
		last    int
		waiting []*tracee // in the order in which they came
		want    int
	}{
		{"the one born next, whoever came first", 2, []*tracee{ready(5), ready(3), ready(1)}, 3},
		{"in turn", 5, []*tracee{ready(3), ready(5), ready(1)}, 1},
		{"the same again, where there is no other", 2, []*tracee{ready(2)}, 2},
		{"who was woken before whose time is over", 2, []*tracee{late(3, time.Millisecond), ready(1)}, 1},
		{"of those whose time is over, the first", 2, []*tracee{late(5, 2*time.Millisecond), late(3, time.Millisecond)}, 5},
		{"nobody waits for ever", 2, []*tracee{late(3, slice), ready(1)}, 3},
	} {
		if got := pick(test.waiting, test.last, now); got.nth != test.want {
			t.Errorf("%s: got %d, want %d", test.name, got.nth, test.want)
		}
	}
}

// turns are programs whose threads or processes race at a barrier, a lock, a queue, a channel or a pipe.
var turns = []struct {
	name string
	argv func(t *testing.T) []string
}{
	{"C threads, a barrier and a mutex", func(t *testing.T) []string { return []string{compile(t, "turns/turns")} }},
	{"Python threads, a barrier and a queue", words("python3", "testdata/turns/turns.py")},
	{"Perl processes, two pipes", words("perl", "testdata/turns/turns.pl")},
	{"shell jobs, a pipe", words("sh", "testdata/turns/turns.sh")},
	{"Go, a channel", func(t *testing.T) []string { return []string{compile(t, "turns/turns.go")} }},
	{"Node workers, messages", words("node", "testdata/turns/turns.js")},
	{"Java threads, a queue without a lock", func(t *testing.T) []string {
		need(t, "javac")
		dir := t.TempDir()
		if out, err := exec.Command("javac", "-d", dir, "testdata/turns/Turns.java").CombinedOutput(); err != nil {
			t.Fatalf("javac: %v\n%s", err, out)
		}
		return []string{"java", "-cp", dir, "Turns"}
	}},
}

// What threads and processes do to each other comes out the same: to the byte, in every run.
func TestOneAtATime(t *testing.T) {
	const runs = 5
	for _, test := range turns {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			argv := test.argv(t)
			want := says(t, Treatment{"scheduling": "one"}, argv...)
			for range runs - 1 {
				if diff := cmp.Diff(want, says(t, Treatment{"scheduling": "one"}, argv...)); diff != "" {
					t.Errorf("(-first +again)\n%s", diff)
				}
			}
		})
	}
}

// A program that has given its privileges up before it has children is none the less stopped at what its children wait for.
func TestOneAtATimeWithoutPrivileges(t *testing.T) {
	needRoot(t)
	need(t, "setpriv")
	const script = "for c in a b c d; do (read x <&3; printf $c) & done 3</dev/null; wait"
	for range 3 {
		if got := says(t, Treatment{"scheduling": "one"}, "setpriv", "--reuid", "65534", "--clear-groups", "sh", "-c", script); got != "abcd" {
			t.Error(got)
		}
	}
}

// Who sleeps where nothing tells of it loses the token, and waits for it when it wakes.
func TestOneAtATimeAstray(t *testing.T) {
	program := compile(t, "turns/astray")
	if got := says(t, Treatment{"scheduling": "one"}, program, program); got != "first\nsecond" {
		t.Errorf("got %q", got)
	}
}

// What others wait for comes also from who spins without a call.
func TestOneAtATimeSpinning(t *testing.T) {
	if got := says(t, Treatment{"scheduling": "one"}, compile(t, "turns/spin")); got != "abc" {
		t.Errorf("got %q, want abc", got)
	}
}
