//go:build linux && amd64

package lab

import "testing"

func TestNoCPUTimeIsUsed(t *testing.T) {
	const work = "sum(i * i for i in range(1000000)); "
	for _, test := range []struct {
		name, want string
		argv       []string
	}{
		{"Python", "0 0 0 0.0 0.0 0.0 0.0", []string{"python3", "-c", "import os, resource, time; " + work +
			"print(time.process_time_ns(), time.thread_time_ns(), time.clock_gettime_ns(time.pthread_getcpuclockid(__import__('threading').get_ident())), " +
			"*os.times()[:2], *resource.getrusage(resource.RUSAGE_SELF)[:2])"}},
		{"Perl", "0 0 0 0", []string{"perl", "-e", "for (1..1e6) { $x += $_ } print join ' ', times"}},
		{"Node", "0 0", []string{"node", "-e", "const c = process.cpuUsage(); console.log(c.user, c.system)"}},
		{"a child", "0.0 0.0", []string{"python3", "-c", "import os; p = os.fork()\nif p == 0: " + work + "os._exit(0)\nprint(*os.wait4(p, 0)[2][:2])"}},
		{"bash", "user 0.000 sys 0.000", []string{"bash", "-c", "TIMEFORMAT='user %U sys %S'; { time for i in {1..20000}; do :; done; } 2>&1"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			need(t, test.argv[0])
			if got := says(t, Treatment{"cputime": "zero"}, test.argv...); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			if got := says(t, nil, test.argv...); got == test.want {
				t.Errorf("without treatment, too: %s", got)
			}
		})
	}
}
