//go:build linux && (amd64 || arm64)

package lab

import (
	"errors"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// otherNumberOfCPUs has the command find as many CPUs. It runs on those that there are. What is not covered: setting an
// affinity, the list of folders in /sys/devices/system/cpu, a control group's quota, the CPUID instruction.
func otherNumberOfCPUs(t *tracer, level string) error {
	n, err := strconv.Atoi(level)
	if err != nil {
		return err
	}
	t.trap(trap{factor: "cpus", call: unix.SYS_SCHED_GETAFFINITY, enter: reportAffinity(firstCPUs(n))})
	var errs []error
	for _, list := range []string{"online", "possible", "present"} {
		errs = append(errs, t.redirectToText("cpus", "/sys/devices/system/cpu/"+list, []byte(cpuRange(level)+"\n")))
	}
	for name, of := range map[string]func([]byte, int) []byte{"/proc/cpuinfo": cpuInfo, "/proc/stat": cpuStat} {
		text, err := os.ReadFile(name)
		if err != nil {
			continue // where it is hidden, there is nothing to agree with
		}
		errs = append(errs, t.redirectToText("cpus", name, of(text, n)))
	}
	return errors.Join(errs...)
}

// reportAffinity answers sched_getaffinity with a mask, as a kernel on a machine of so many CPUs does.
func reportAffinity(mask []byte) func(*tracee) error {
	return func(c *tracee) error {
		c.after(func() error {
			n := c.result()
			if n < 0 {
				return nil
			}
			if c.arg(1) < uint64(len(mask)) {
				c.setResult(-int64(unix.EINVAL))
				return nil
			}
			whole := make([]byte, max(int(n), len(mask)))
			copy(whole, mask)
			c.setResult(int64(len(whole)))
			return c.write(c.arg(2), whole)
		})
		return nil
	}
}
