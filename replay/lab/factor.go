package lab

import (
	"runtime"
	"strconv"
)

// Factor is something about the world that an experiment can pin or vary.
type Factor struct {
	Name  string
	Pin   string   // the level that it is pinned at where none is asked for; "" it can only be varied
	Vary  []string // levels to vary it to, the first is taken where none is asked for; none: it can only be pinned
	About string   // what is changed, for people
	Form  string   // what a level looks like, for people
	Needs Needs    // what it takes; without, it is not available
	check func(level string) bool
}

// Needs says by which means a factor is changed.
type Needs int

const (
	NeedsNothing     Needs = iota // variables, folders and the umask: any system
	NeedsTracer                   // system calls are stopped
	NeedsLinux                    // an attribute of processes that only Linux has
	NeedsNamespace                // a namespace of process ids
	NeedsTheWorkflow              // not the lab's: a workflow's record of outside calls
)

// DefaultInstant is where the clock is frozen if no instant is given. All its parts differ, and no digit of its
// fraction is lost to rounding, so that a field that shows a part of it shows which.
const DefaultInstant = "2025-03-04T05:06:07.089012345Z"

// Factors returns all that there are, in the order in which people are shown them: what sits deepest first.
func Factors() []Factor {
	return []Factor{
		{"clock", DefaultInstant, []string{"+420h7m11s", "+11634h13m17s", "+58422h17m23s", "-777h31m23s"},
			"what the wall clock says", "an RFC 3339 instant: frozen there; a signed duration: running, shifted by it", NeedsTracer, isClock},
		{"pause", "", []string{"30ms", "60ms", "120ms"},
			"each reading of a clock finds it ahead by so much more, as if the program had been stopped just before", "a duration", NeedsTracer, isPositiveDuration},
		{"entropy", "1", numbers("%d", 2),
			"getrandom, /dev/random, /dev/urandom, the kernel's uuid and boot_id, AT_RANDOM", "a seed", NeedsTracer, isSeed},
		{"at-random", "1", numbers("%d", 2),
			"AT_RANDOM alone: what the kernel gives a program at its start", "a seed", NeedsTracer, isSeed},
		{"hash-seed", "1", numbers("%d", 2),
			"PYTHONHASHSEED, PERL_HASH_SEED with PERL_PERTURB_KEYS=0", "a number below 2^32", NeedsNothing, isUint32},
		{"address", "fixed", []string{"random"},
			"where the kernel puts code, heap, stack and libraries", "fixed, random", NeedsLinux, oneOf("fixed", "random")},
		{"pid", "5300", []string{"6300", "7300", "8300", "9300"},
			"the first process id", "2 to 30000", NeedsNamespace, isPID},
		{"hostname", "shadowrun-lab-0", numbers("shadowrun-lab-%d", 1),
			"uname, /etc/hostname, /proc/sys/kernel/hostname", "a name of at most 64 letters, digits, dots and hyphens", NeedsTracer, isHostname},
		{"cpus", strconv.Itoa(runtime.NumCPU()), otherCPUs(),
			"how many are reported, not how many work: affinity, /sys, /proc/cpuinfo, /proc/stat", "1 to 1024", NeedsTracer, isCPUs},
		{"scheduling", "one", []string{"reverse", "random:1", "random:2", "random:3", "random:4"},
			"whose turn it is among threads and processes", "one: one at a time, by birth, on one CPU; reverse or random:SEED: newborns get going so", NeedsTracer, isSchedule},
		{"tz", "UTC", []string{"Asia/Kathmandu", "America/St_Johns"},
			"TZ", "a zone", NeedsNothing, isWord},
		{"locale", "C.UTF-8", []string{"de_DE.UTF-8", "C", "tr_TR.UTF-8"},
			"LC_ALL, LANG, LANGUAGE", "a locale, installed or not", NeedsNothing, isWord},
		{"env", "none", numbers("%d", 1),
			"LAB_SENTINEL is added, and a folder to PATH; SHELL, EDITOR, PAGER, COLUMNS and LINES are others", "none, or a number", NeedsNothing, isNumberOr("none")},
		{"home", "", numbers("%d", 1),
			"HOME is an empty private folder", "a number", NeedsNothing, isNumberOr("")},
		{"workdir", "copy", numbers("%d", 1),
			"it works in a fresh copy of the folder, up to 64 MB and 10,000 files", "copy: at one path; a number: at another", NeedsNothing, isNumberOr("copy")},
		{"tmpdir", "", numbers("%d", 1),
			"TMPDIR is an empty private folder", "a number", NeedsNothing, isNumberOr("")},
		{"umask", "022", []string{"077", "000"},
			"the permissions that new files lack", "octal, 000 to 777", NeedsNothing, isUmask},
		{"user", "", numbers("%d", 1),
			"getuid and its kin, USER, LOGNAME, /etc/passwd", "a number N: user and group 4000+N", NeedsTracer, isNumberOr("")},
		{"readdir", "sorted", []string{"reversed", "shuffled:1", "shuffled:2", "shuffled:3"},
			"the order of a folder's entries", "sorted, reversed, shuffled:SEED", NeedsTracer, isReaddir},
		{"cputime", "zero", nil,
			"the CPU time that was used", "zero", NeedsTracer, oneOf("zero")},
		{"monotonic", "1000000s", []string{"2345678s"},
			"what the clocks say that count from the machine's start: so much, for the first 5 s of the command", "a duration", NeedsTracer, isPositiveDuration},
		{"external", "record", []string{"live"},
			"answers of outside services", "record, live", NeedsTheWorkflow, oneOf("record", "live")},
	}
}

// factorByName returns the factor of a name.
func factorByName(name string) (Factor, bool) {
	for _, f := range Factors() {
		if f.Name == name {
			return f, true
		}
	}
	return Factor{}, false
}

// varied is how many levels are offered where any number is one: an experiment takes no more of an arm's runs apart.
const varied = 8
