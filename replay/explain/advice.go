package explain

import "github.com/shadowrun/shadowrun/replay"

// advice is what to do about a violation, by its cause.
var advice = map[replay.Cause]string{
	replay.CauseRNG:          "draw from a generator seeded with the run's seed, not from the system's",
	replay.CauseHashSeed:     "sort before iterating over a set or a map, or fix the language's hash seed",
	replay.CauseScheduling:   "collect results by a key that does not depend on which came first, then sort",
	replay.CauseClock:        "take the time from the workflow's input, not from the clock, where logic depends on it",
	replay.CauseDuration:     "decide by work done, not by time passed",
	replay.CausePID:          "derive from the seed what is derived from the process id",
	replay.CauseAddress:      "compare and hash by content, not by where an object lies",
	replay.CauseHostname:     "take the host's name from configuration",
	replay.CausePath:         "write paths relative to the working folder",
	replay.CauseEnvironment:  "name the variables that matter in the configuration",
	replay.CauseLocale:       "format and sort without the locale, or set it in the program",
	replay.CauseTimezone:     "compute and print in UTC, or name the zone",
	replay.CauseCPUs:         "fix the number of workers instead of asking for that of CPUs",
	replay.CauseUmask:        "set modes explicitly",
	replay.CauseUser:         "take the user from configuration",
	replay.CauseFilesystem:   "sort what a folder lists, and start from a clean one",
	replay.CauseExternal:     "record the outside call, so that the replay is answered from the record",
	replay.CauseCode:         "keep in the checkpoint all that the rest of the run depends on: the generator's state, counters, caches",
	replay.CauseSeed:         "pass the seed to everything that draws",
	replay.CauseUnattributed: "keep it from the output, or read where it is made",
}

// leakAdvice is the same for values that are a reading of the world: where they are meant to be in
// the output, a rule says so.
const leakAdvice = "keep it from the output, or cover it with a rule: volatile, with the path and a reason"

func adviceFor(f Field) string {
	if f.Class == replay.ClassVolatile {
		return leakAdvice
	}
	return advice[f.Cause]
}
