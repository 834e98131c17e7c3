package lab

import (
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// This file says what a level of each factor looks like.

// numbers returns levels that count upwards from a number.
func numbers(format string, from int) (levels []string) {
	for n := range varied {
		levels = append(levels, fmt.Sprintf(format, from+n))
	}
	return levels
}

// otherCPUs returns numbers of CPUs that this machine has not.
func otherCPUs() []string {
	return slices.DeleteFunc([]string{"1", "64", "3"}, func(n string) bool { return n == strconv.Itoa(runtime.NumCPU()) })
}

func oneOf(levels ...string) func(string) bool {
	return func(level string) bool { return slices.Contains(levels, level) }
}

func isClock(level string) bool {
	if _, err := time.Parse(time.RFC3339Nano, level); err == nil {
		return true
	}
	_, err := time.ParseDuration(level)
	return err == nil && (strings.HasPrefix(level, "+") || strings.HasPrefix(level, "-"))
}

func isPositiveDuration(level string) bool {
	d, err := time.ParseDuration(level)
	return err == nil && d > 0
}

func isSeed(level string) bool {
	_, err := strconv.ParseUint(level, 10, 64)
	return err == nil
}

func isUint32(level string) bool {
	_, err := strconv.ParseUint(level, 10, 32)
	return err == nil
}

// The bounds of a first pid: 1 is the namespace's own, and above the largest there must be room for
// what the run starts, below the smallest limit that a kernel has (32768).
const leastPID, mostPID = 2, 30000

func isPID(level string) bool { return between(level, leastPID, mostPID) }

// mostCPUs is as far as glibc's fixed cpu_set_t goes.
const mostCPUs = 1024

func isCPUs(level string) bool { return between(level, 1, mostCPUs) }

func between(level string, least, most int) bool {
	n, err := strconv.Atoi(level)
	return err == nil && least <= n && n <= most && strconv.Itoa(n) == level
}

var hostnameForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.-]{0,63}$`)

func isHostname(level string) bool { return hostnameForm.MatchString(level) }

func isSchedule(level string) bool {
	seed, seeded := strings.CutPrefix(level, "random:")
	return level == "one" || level == "reverse" || seeded && isSeed(seed)
}

func isReaddir(level string) bool {
	seed, seeded := strings.CutPrefix(level, "shuffled:")
	return level == "sorted" || level == "reversed" || seeded && isSeed(seed)
}

// isWord refuses what no variable can hold, or what would be none.
func isWord(level string) bool { return level != "" && !strings.ContainsAny(level, "\x00\n") }

// mostNumber bounds n of a folder, a user, a set of variables: user ids stay those of nobody else (4001 to 4999).
const mostNumber = 999

func isNumberOr(word string) func(string) bool {
	return func(level string) bool { return level != "" && level == word || between(level, 1, mostNumber) }
}

func isUmask(level string) bool {
	_, err := strconv.ParseUint(level, 8, 9)
	return err == nil
}
