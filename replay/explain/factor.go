package explain

import "github.com/shadowrun/shadowrun/replay"

// Level is what the experiments do with one factor.
type Level struct {
	Factor string
	Pin    string   // empty: it is never pinned
	Vary   []string // empty: it is never varied
	Cause  replay.Cause
}

// The clock's shifts are 84, 42 and 126 hours beyond whole weeks: whenever it is, of the four instants that are tried
// some are on a weekend and some not, and each is in another quarter of the day. They are half a month, a year and a third, and six
// years and two thirds: other parts of the month, and of the year.

// levels is every factor, the more specific of two that may both settle a field first. Where two
// do, one that contains the other is not named.
var levels = []Level{
	{"cputime", "zero", nil, replay.CauseDuration},
	{"pause", "", []string{"30ms", "120ms"}, replay.CauseDuration},
	{"hash-seed", "1", []string{"2", "3"}, replay.CauseHashSeed},
	{"at-random", "1", []string{"2", "3"}, replay.CauseRNG},
	{"entropy", "1", []string{"2", "3"}, replay.CauseRNG},
	{"external", "record", []string{"live"}, replay.CauseExternal},
	{"pid", "5300", []string{"6300", "7300"}, replay.CausePID},
	{"clock", "2025-03-04T05:06:07.089012345Z", []string{"+420h7m11s", "+11634h13m17s", "+58422h17m23s"}, replay.CauseClock},
	{"monotonic", "1000000s", []string{"2345678s"}, replay.CauseClock},
	{"readdir", "sorted", []string{"reversed", "shuffled:1"}, replay.CauseFilesystem},
	{"workdir", "copy", []string{"1", "2"}, replay.CauseFilesystem},
	{"address", "fixed", []string{"random"}, replay.CauseAddress},
	{"scheduling", "one", []string{"reverse", "random:1", "random:2"}, replay.CauseScheduling},
	{"hostname", "shadowrun-lab-0", []string{"shadowrun-lab-1", "shadowrun-lab-2"}, replay.CauseHostname},
	{"tz", "UTC", []string{"Asia/Kathmandu", "America/St_Johns"}, replay.CauseTimezone},
	{"locale", "C.UTF-8", []string{"de_DE.UTF-8", "C", "tr_TR.UTF-8"}, replay.CauseLocale},
	{"env", "none", []string{"1", "2"}, replay.CauseEnvironment},
	{"home", "", []string{"1", "2"}, replay.CausePath},
	{"tmpdir", "", []string{"1", "2"}, replay.CausePath},
	{"umask", "022", []string{"077", "000"}, replay.CauseUmask},
	{"user", "", []string{"1", "2"}, replay.CauseUser},
	{"cpus", "", []string{"1", "64", "3"}, replay.CauseCPUs},
	{"resumed", "", []string{"amid", "first", "last"}, replay.CauseCode},
	{"loaded", "", []string{"burners"}, replay.CauseScheduling},
}

// Levels returns every factor with what the experiments do with it.
func Levels() []Level {
	out := make([]Level, len(levels))
	copy(out, levels)
	return out
}
