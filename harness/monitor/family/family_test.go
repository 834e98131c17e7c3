package family_test

import (
	"bufio"
	"os"
	"os/exec"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/monitor/family"
)

func TestOfPicksAProcessWithItsDescendants(t *testing.T) {
	all := []family.Process{{PID: 1}, {PID: 10, Parent: 1}, {PID: 11, Parent: 10}, {PID: 12, Parent: 1}, {PID: 13, Parent: 11}, {PID: 14, Parent: 10}}
	type row struct{ PID, Depth int }
	var got []row
	for _, p := range family.Of(all, 10) {
		got = append(got, row{p.PID, p.Depth})
	}
	if diff := cmp.Diff([]row{{10, 0}, {11, 1}, {13, 2}, {14, 1}}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := family.Of(all, 99); got != nil {
		t.Errorf("of a process that is not there: %v", got)
	}
}

// familyCommand is a shell with a child that says when it is there.
const familyCommand = "exec 3<&0; sh -c 'echo; read line' <&3 & wait"

// child starts a shell with a variable, which has a child itself, and returns when both run.
func child(t *testing.T) int {
	t.Helper()
	if err := family.Supported(); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("SKIPPED: " + err.Error())
	}
	c := exec.Command("sh", "-c", familyCommand)
	if _, err := c.StdinPipe(); err != nil { // stays open until the end of the test
		t.Fatal(err)
	}
	c.Env = append(os.Environ(), "TOKEN_OF_TEST=hunter22")
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		all, _ := family.Look(os.Getuid())
		for _, p := range family.Of(all, c.Process.Pid) {
			if q, err := os.FindProcess(p.PID); err == nil {
				q.Kill()
			}
		}
		c.Wait()
	})
	return c.Process.Pid
}

func TestLookSeesARealFamily(t *testing.T) {
	pid := child(t)
	all, err := family.Look(os.Getuid())
	if err != nil {
		t.Fatal(err)
	}
	tree := family.Of(all, pid)
	if len(tree) != 2 {
		t.Fatalf("%d processes, want the shell and its child: %+v", len(tree), tree)
	}
	for i, want := range []string{"sh -c " + familyCommand, "sh -c echo; read line"} {
		p := tree[i]
		if p.Command != want || p.Depth != i || p.RSS == 0 || p.Threads != 1 || p.Files == nil || p.Started.IsZero() {
			t.Errorf("%+v, want command %q and figures", p, want)
		}
	}
	limits, err := family.LimitsOf(pid)
	if err != nil || limits[0].Name != "open files" || limits[0].Most == nil {
		t.Errorf("limits %+v, %v", limits, err)
	}
	if m, err := family.LookAtMachine(); err != nil || m.Memory == 0 || m.Available == 0 {
		t.Errorf("machine %+v, %v", m, err)
	}
}

func TestCommandLinesAreOfOneUser(t *testing.T) {
	child(t)
	all, err := family.Look(os.Getuid() + 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		if p.Command != "" && p.UID != os.Getuid()+1 {
			t.Errorf("process %d of user %d shows its command line", p.PID, p.UID)
		}
	}
}

func TestValuesOfNamedVariables(t *testing.T) {
	pid := child(t)
	all, err := family.Look(os.Getuid())
	if err != nil {
		t.Fatal(err)
	}
	got := family.Values(family.Of(all, pid), []string{"TOKEN_OF_TEST", "NOT_SET"})
	if diff := cmp.Diff(map[string][]string{"TOKEN_OF_TEST": {"hunter22"}}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
