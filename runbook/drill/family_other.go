//go:build !linux

package drill

import (
	"syscall"
	"time"
)

const markVariable = "SHADOWRUN_DRILL"

func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// endFamily ends nothing: without /proc what left its process group can't be found.
func endFamily(string, time.Duration) error { return nil }

func family(string) []int { return nil }

func stateOf(int) string { return "" }

func unmount(string) error { return nil } // nothing is mounted here
