//go:build linux && amd64

package lab

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What programs of several languages see of each factor that is answered, inherited or told in a variable.
func TestProgramsSeeTheTreatment(t *testing.T) {
	for _, test := range []struct {
		name string
		t    Treatment
		argv []string
		want string // a regular expression for all of it
	}{
		{"hostname, hostname(1)", Treatment{"hostname": "shadowrun-lab-3"}, []string{"hostname"}, "shadowrun-lab-3"},
		{"hostname, uname(1)", Treatment{"hostname": "x"}, []string{"uname", "-n"}, "x"},
		{"hostname, the rest of uname stays", Treatment{"hostname": "x"}, []string{"uname", "-s"}, "Linux"},
		{"hostname, files", Treatment{"hostname": "x"}, []string{"cat", "/proc/sys/kernel/hostname"}, "x"},
		{"hostname, Python", Treatment{"hostname": "x"}, []string{"python3", "-c", "import socket, platform; print(socket.gethostname(), platform.node())"}, "x x"},
		{"hostname, Node", Treatment{"hostname": "x"}, []string{"node", "-p", "os.hostname()"}, "x"},
		{"hostname, Perl", Treatment{"hostname": "x"}, []string{"perl", "-MSys::Hostname", "-e", "print hostname"}, "x"},
		{"user, id(1)", Treatment{"user": "1"}, []string{"id"}, `uid=4001\(shadowrun-lab-user-1\) gid=4001\(shadowrun-lab-user-1\).*`},
		{"user, whoami(1)", Treatment{"user": "2"}, []string{"whoami"}, "shadowrun-lab-user-2"},
		{"user, variables", Treatment{"user": "2"}, []string{"sh", "-c", "echo $USER $LOGNAME"}, "shadowrun-lab-user-2 shadowrun-lab-user-2"},
		{"user, Python", Treatment{"user": "1"}, []string{"python3", "-c", "import os, pwd, getpass; print(os.getresuid(), os.getresgid(), getpass.getuser(), pwd.getpwuid(os.getuid()).pw_name)"},
			`\(4001, 4001, 4001\) \(4001, 4001, 4001\) shadowrun-lab-user-1 shadowrun-lab-user-1`},
		{"user, Node", Treatment{"user": "1"}, []string{"node", "-p", "process.getuid() + ' ' + os.userInfo().username"}, "4001 shadowrun-lab-user-1"},
		{"user, auxiliary vector", Treatment{"user": "1"}, []string{"python3", "-c", "import ctypes; g = ctypes.CDLL(None).getauxval; print([g(n) for n in (11, 12, 13, 14)])"},
			`\[4001, 4001, 4001, 4001\]`},
		{"user, owner of what it makes", Treatment{"user": "1"}, []string{"sh", "-c", "d=$(mktemp -d) && mkdir $d/made && : > $d/file && stat -c '%u %g %U' $d/made $d/file && rm -r $d"},
			"4001 4001 shadowrun-lab-user-1\n4001 4001 shadowrun-lab-user-1"},
		{"user, owner by fstat", Treatment{"user": "2"}, []string{"perl", "-e", "open my $f, '+>', undef or die; my @s = stat $f; print \"$s[4] $s[5] $s[3]\""}, "4002 4002 0"},
		{"user, owner by Node", Treatment{"user": "2"}, []string{"node", "-e", "const fs = require('fs'), d = fs.mkdtempSync(require('os').tmpdir() + '/o'); console.log(fs.statSync(d).uid, fs.lstatSync(d).gid); fs.rmdirSync(d)"}, "4002 4002"},
		{"user, owner of what was there", Treatment{"user": "1"}, []string{"stat", "-c", "%u", "/"}, "0|65534"},
		{"cpus, nproc(1)", Treatment{"cpus": "3"}, []string{"nproc"}, "3"},
		{"cpus, a machine of one", Treatment{"cpus": "1"}, []string{"sh", "-c", "nproc; cat /sys/devices/system/cpu/online"}, "1\n0"},
		{"cpus, Python", Treatment{"cpus": "64"}, []string{"python3", "-c", "import os; print(os.cpu_count(), len(os.sched_getaffinity(0)))"}, "64 64"},
		{"cpus, Node", Treatment{"cpus": "64"}, []string{"node", "-p", "os.cpus().length"}, "64"},
		{"cpus, many", Treatment{"cpus": "1024"}, []string{"python3", "-c", "import os; print(len(os.sched_getaffinity(0)))"}, "1024"},
		{"cpus, /proc", Treatment{"cpus": "5"}, []string{"sh", "-c", "grep -c '^processor' /proc/cpuinfo; grep -c '^cpu[0-9]' /proc/stat"}, "5\n5"},
		{"umask", Treatment{"umask": "027"}, []string{"sh", "-c", "umask"}, "0?0027|0?027"},
		{"umask, Perl", Treatment{"umask": "000"}, []string{"perl", "-e", "printf '%03o', umask"}, "000"},
		{"zone", Treatment{"tz": "Asia/Kathmandu"}, []string{"date", "-d", "@0", "+%F %T"}, "1970-01-01 05:30:00"},
		{"zone, Node", Treatment{"tz": "America/St_Johns"}, []string{"node", "-p", "new Date(0).getTimezoneOffset()"}, "210"},
		{"zone in POSIX form", Treatment{"tz": "<+0545>-5:45"}, []string{"date", "-d", "@0", "+%T %Z"}, `05:45:00 \+0545`},
		{"locale, shell", Treatment{"locale": "de_DE.UTF-8"}, []string{"sh", "-c", "echo $LC_ALL $LANG $LANGUAGE"}, "de_DE.UTF-8 de_DE.UTF-8 de_DE"},
		{"locale that is not installed, Node", Treatment{"locale": "de_DE.UTF-8"}, []string{"node", "-p", "(1234.5).toLocaleString()"}, `1\.234,5`},
		{"environment", Treatment{"env": "4"}, []string{"sh", "-c", "echo $LAB_SENTINEL $SHELL"}, "shadowrun-lab-env-4 /bin/shadowrun-lab-env-4"},
		{"home", Treatment{"home": "2"}, []string{"python3", "-c", "import os; print(os.path.expanduser('~'), os.listdir(os.path.expanduser('~')))"}, `.*/shadowrun-lab-home-2 \[\]`},
		{"temporary folder", Treatment{"tmpdir": "2"}, []string{"python3", "-c", "import tempfile; print(tempfile.gettempdir())"}, ".*/shadowrun-lab-tmp-2"},
		{"temporary folder, Node", Treatment{"tmpdir": "2"}, []string{"node", "-p", "os.tmpdir()"}, ".*/shadowrun-lab-tmp-2"},
		{"no zone of its own, no users", Treatment{}, []string{"sh", "-c", "echo $TZ"}, "UTC"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			need(t, test.argv[0])
			got := says(t, test.t, test.argv...)
			if !regexp.MustCompile(`^(?s:` + test.want + `)$`).MatchString(got) {
				t.Errorf("got %q, want %s", got, test.want)
			}
		})
	}
}

// Sets in the order of their hashes, in languages whose hashes can be told.
func TestHashSeedDecidesTheOrder(t *testing.T) {
	for _, program := range [][]string{
		{"python3", "-c", "print(list({chr(97 + n) * 3 for n in range(12)}))"},
		{"perl", "-e", "print join ' ', keys %{{map { $_ => 1 } 'a' .. 'p'}}"},
	} {
		t.Run(program[0], func(t *testing.T) {
			need(t, program[0])
			orders := map[string]bool{}
			for _, seed := range []string{"1", "2", "3"} {
				first, again := says(t, Treatment{"hash-seed": seed}, program...), says(t, Treatment{"hash-seed": seed}, program...)
				if first != again {
					t.Errorf("seed %s: %s, then %s", seed, first, again)
				}
				orders[first] = true
			}
			if len(orders) != 3 {
				t.Errorf("3 seeds gave %d orders", len(orders))
			}
		})
	}
}

func TestAddresses(t *testing.T) {
	const stack = "grep stack /proc/self/maps | cut -d- -f1"
	fixed, random := map[string]bool{}, map[string]bool{}
	for range 6 {
		fixed[says(t, Treatment{"address": "fixed"}, "sh", "-c", stack)] = true
		random[says(t, Treatment{"address": "random"}, "sh", "-c", stack)] = true
	}
	if len(fixed) != 1 || len(random) != 6 {
		t.Errorf("6 runs: %d addresses where they are fixed, %d where they are random", len(fixed), len(random))
	}
}

// Listings come in the level's order in whatever way they are read.
func TestListings(t *testing.T) {
	dir := t.TempDir()
	var sorted []string
	for i := range 300 {
		sorted = append(sorted, fmt.Sprintf("%03d", i))
		write(t, filepath.Join(dir, sorted[(i*7)%len(sorted)]+"x"), "", 0o600)
	}
	for _, program := range [][]string{
		{"ls", "-U", dir},
		{"python3", "-c", "import os, sys; print('\\n'.join(os.listdir(sys.argv[1])))", dir},
		{"node", "-e", "console.log(fs.readdirSync(process.argv[1]).join('\\n'))", dir},
		{"perl", "-e", "opendir D, shift; print map { \"$_\\n\" } grep { !/^[.]/ } readdir D", dir},
	} {
		t.Run(program[0], func(t *testing.T) {
			t.Parallel()
			need(t, program[0])
			lines := func(level string) []string { return strings.Fields(says(t, Treatment{"readdir": level}, program...)) }
			up, down, one, two := lines("sorted"), lines("reversed"), lines("shuffled:1"), lines("shuffled:2")
			if diff := cmp.Diff(one, lines("shuffled:1")); diff != "" {
				t.Errorf("shuffled twice (-first +second):\n%s", diff)
			}
			if program[0] == "node" { // it sorts them itself
				return
			}
			for i := range up {
				if i > 0 && up[i-1] >= up[i] || up[i] != down[len(down)-1-i] {
					t.Fatalf("sorted has %s behind %s; reversed %s in its place", up[i], up[max(0, i-1)], down[len(down)-1-i])
				}
			}
			if cmp.Equal(one, two) || cmp.Equal(one, up) {
				t.Error("shuffled by two seeds, or not at all, is the same")
			}
		})
	}
}

// A copy is a run's own: what it changes is not there for the next, at whatever path.
func TestWorkdir(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "count"), "0", 0o600)
	write(t, filepath.Join(dir, "flow.sh"), "pwd; echo $(($(cat count) + 1)) > count; cat count", 0o700)
	for level, name := range map[string]string{"copy": "work", "3": "shadowrun-lab-work-3"} {
		for range 2 {
			task := task(t, Treatment{"workdir": level}, "sh", "./flow.sh")
			task.Dir = dir
			r := finish(t, command(t, task), task)
			if want := filepath.Join(task.Scratch, name) + "\n1\n"; r.out != want {
				t.Errorf("workdir=%s: got %q, want %q", level, r.out, want)
			}
			if diff := cmp.Diff([]string{filepath.Join(task.Scratch, name)}, r.Dirs); diff != "" {
				t.Errorf("folders in the report (-want +got):\n%s", diff)
			}
		}
	}
	if text, err := os.ReadFile(filepath.Join(dir, "count")); err != nil || string(text) != "0" {
		t.Errorf("the folder itself was written to: %q, %v", text, err)
	}
}

// Where the copy is refused, nothing runs and the report says why.
func TestWorkdirRefusedIsReported(t *testing.T) {
	task := task(t, Treatment{"workdir": "copy"}, "true")
	task.Dir = "/"
	cmd := command(t, task)
	if err := cmd.Run(); cmd.ProcessState.ExitCode() != exitLab {
		t.Errorf("want status %d: %v", exitLab, err)
	}
	r, err := ReadReport(task.Report)
	if err != nil || !strings.Contains(r.Error, "workdir: / can't be copied: ") {
		t.Errorf("got %q, %v", r.Error, err)
	}
}

// What is reported as CPUs is no matter of scheduling, which gives one.
func TestOneCPUIsNotTold(t *testing.T) {
	const script = "import os; print(os.cpu_count(), len(os.sched_getaffinity(0)))"
	n := runtime.NumCPU()
	if got, want := says(t, Treatment{"scheduling": "one"}, "python3", "-c", script), fmt.Sprint(n, n); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := says(t, Treatment{"scheduling": "one", "cpus": "7"}, "nproc"); got != strconv.Itoa(7) {
		t.Errorf("with cpus=7: %s", got)
	}
	// It is one all the same: the kernel's own view is not treated.
	if got := says(t, Treatment{"scheduling": "one"}, "sh", "-c", "grep Cpus_allowed_list /proc/self/status"); strings.ContainsAny(got, ",-") {
		t.Errorf("it may run on more than one: %s", got)
	}
}
