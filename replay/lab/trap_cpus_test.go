package lab

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCPUFiles(t *testing.T) {
	const info = "processor\t: 0\nsiblings\t: 2\ncore id\t\t: 0\nflags\t\t: a b\n\nprocessor\t: 1\nsiblings\t: 2\ncore id\t\t: 1\nflags\t\t: a b\n\n"
	const arm = "processor\t: 0\nFeatures\t: x\n\nHardware\t: board\n"
	const stat = "cpu  5 6\ncpu0 1 2\ncpu1 4 4\nintr 9\n"
	for _, test := range []struct {
		name, got, want string
	}{
		{"fewer", string(cpuInfo([]byte(info), 1)), "processor\t: 0\nsiblings\t: 1\ncore id\t\t: 0\nflags\t\t: a b\n\n"},
		{"more", string(cpuInfo([]byte(info), 3)), "processor\t: 0\nsiblings\t: 3\ncore id\t\t: 0\nflags\t\t: a b\n\n" +
			"processor\t: 1\nsiblings\t: 3\ncore id\t\t: 1\nflags\t\t: a b\n\n" + "processor\t: 2\nsiblings\t: 3\ncore id\t\t: 2\nflags\t\t: a b\n\n"},
		{"what stands behind is kept", string(cpuInfo([]byte(arm), 2)), "processor\t: 0\nFeatures\t: x\n\nprocessor\t: 1\nFeatures\t: x\n\nHardware\t: board\n"},
		{"another form", string(cpuInfo([]byte("vendor_id : S390\n"), 2)), "vendor_id : S390\n"},
		{"times", string(cpuStat([]byte(stat), 3)), "cpu  5 6\ncpu0 1 2\ncpu1 1 2\ncpu2 1 2\nintr 9\n"},
		{"times of one", string(cpuStat([]byte(stat), 1)), "cpu  5 6\ncpu0 1 2\nintr 9\n"},
	} {
		if diff := cmp.Diff(test.want, test.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
	for level, want := range map[string]string{"1": "0", "2": "0-1", "64": "0-63"} {
		if got := cpuRange(level); got != want {
			t.Errorf("%s CPUs are %s, want %s", level, got, want)
		}
	}
	if diff := cmp.Diff([]byte{0xff, 3, 0, 0, 0, 0, 0, 0}, firstCPUs(10)); diff != "" {
		t.Errorf("mask of 10 (-want +got):\n%s", diff)
	}
}
