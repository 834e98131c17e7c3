package lab

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// proof says how a probe tells that a factor works: from what is seen with it at its pin level (twice) and at its
// first other one. Exact expectations stand where there are any; elsewhere two runs at one level must agree, and those at two must not.
type proof struct {
	factor string
	group  string // probed in the runs of that group; alone where the group's runs failed
	shows  func(a arms) error
}

// arms are what the three probe programs of a group saw, and the levels that they saw it at.
type arms struct {
	pin, again, vary    sight
	pinLevel, varyLevel string
}

// Groups. What may be refused by a kernel or a container is by itself, so that its refusal is its own; so is what would
// disturb another: entropy holds at-random, a pause slows everything.
const (
	groupPlain   = "plain"
	groupEntropy = "entropy"
	groupAddress = "address"
	groupPID     = "pid"
	groupPause   = "pause"
)

// proofs hold a row for each factor but those that are not the lab's.
func proofs() []proof {
	return []proof{
		{"clock", groupPlain, showsClock},
		{"pause", groupPause, func(a arms) error {
			least, _ := time.ParseDuration(a.varyLevel)
			return expect("time between two readings", a.vary.Elapsed >= least, a.vary.Elapsed)
		}},
		{"entropy", groupEntropy, func(a arms) error {
			return anyError(a.differs("getrandom", func(s sight) string { return s.Random }),
				a.differs("/dev/urandom", func(s sight) string { return s.Urandom }))
		}},
		{"at-random", groupPlain, func(a arms) error { return a.differs("AT_RANDOM", func(s sight) string { return s.AtRandom }) }},
		{"hash-seed", groupPlain, exactly("PYTHONHASHSEED", func(s sight) string { return s.Env["PYTHONHASHSEED"] }, sameLevel)},
		{"address", groupAddress, func(a arms) error {
			return a.differs("address of the stack", func(s sight) string { return s.Address })
		}},
		{"pid", groupPID, exactly("getpid", func(s sight) string { return fmt.Sprint(s.PID) }, sameLevel)},
		{"hostname", groupPlain, exactly("host name", func(s sight) string { return s.Hostname }, sameLevel)},
		{"cpus", groupPlain, func(a arms) error {
			return anyError(exactly("CPUs by affinity", func(s sight) string { return fmt.Sprint(s.Affinity) }, sameLevel)(a),
				exactly("CPUs by /sys", func(s sight) string { return s.Online }, cpuRange)(a))
		}},
		{"scheduling", groupPlain, func(a arms) error {
			return anyError(expect("order of births", a.pin.Births == "123", a.pin.Births), expect("order of births", a.vary.Births == "321", a.vary.Births))
		}},
		{"tz", groupPlain, func(a arms) error { return a.differs("TZ", func(s sight) string { return s.Env["TZ"] }) }},
		{"locale", groupPlain, exactly("LC_ALL", func(s sight) string { return s.Env["LC_ALL"] }, sameLevel)},
		{"env", groupPlain, func(a arms) error {
			return a.differs("LAB_SENTINEL", func(s sight) string { return s.Env["LAB_SENTINEL"] })
		}},
		{"home", groupPlain, func(a arms) error { return a.folder("HOME", a.vary.Env["HOME"], "shadowrun-lab-home-") }},
		{"workdir", groupPlain, func(a arms) error {
			return anyError(a.folder("working folder", a.vary.Dir, "shadowrun-lab-work-"),
				expect("working folder", a.pin.DirKept && a.vary.DirKept, "its file is not there"))
		}},
		{"tmpdir", groupPlain, func(a arms) error { return a.folder("TMPDIR", a.vary.Env["TMPDIR"], "shadowrun-lab-tmp-") }},
		{"umask", groupPlain, exactly("umask", func(s sight) string { return fmt.Sprintf("%03o", s.Umask) }, sameLevel)},
		{"user", groupPlain, func(a arms) error {
			return anyError(expect("getuid", a.vary.UID == 4001, a.vary.UID), expect("geteuid", a.vary.EUID == 4001, a.vary.EUID),
				expect("getgid", a.vary.GID == 4001, a.vary.GID))
		}},
		{"readdir", groupPlain, func(a arms) error {
			sorted := slices.Sorted(slices.Values(a.pin.Listing))
			reversed := slices.Clone(sorted)
			slices.Reverse(reversed)
			return anyError(expect("listing", len(sorted) > 1 && slices.Equal(sorted, a.pin.Listing), a.pin.Listing),
				expect("listing", slices.Equal(reversed, a.vary.Listing), a.vary.Listing))
		}},
		{"cputime", groupPlain, func(a arms) error {
			return anyError(expect("CPU time", a.pin.CPUTime == 0, a.pin.CPUTime), expect("CPU time, untreated,", a.vary.CPUTime > 0, a.vary.CPUTime))
		}},
		{"monotonic", groupPlain, exactly("clock from the machine's start", func(s sight) string { return s.Uptime.String() }, func(level string) string {
			d, _ := time.ParseDuration(level)
			return d.String()
		})},
	}
}

// probedAt returns the levels that a factor is probed at. A pause is a short one: a Go program reads clocks often.
func probedAt(f Factor) (pin, vary string) {
	pin, _ = f.defaultLevel(true)
	vary, _ = f.defaultLevel(false)
	switch f.Name {
	case "pause":
		vary = "1ms"
	case "scheduling":
		vary = "reverse"
	}
	return pin, vary
}

func showsClock(a arms) error {
	at, err := time.Parse(time.RFC3339Nano, a.pinLevel)
	if err != nil {
		return err
	}
	shift, err := time.ParseDuration(a.varyLevel)
	if err != nil {
		return err
	}
	// A frozen clock may go on a little in a program that reads it very often.
	off := a.pin.Clock.Sub(at)
	return anyError(expect("wall clock, frozen,", off >= 0 && off < time.Second, a.pin.Clock),
		expect("wall clock, shifted,", nearNow(a.vary.Clock.Add(-shift)), a.vary.Clock))
}

// nearNow tells whether an instant, which a probe program saw a moment ago, is about now. An hour is more than any probing takes
// and less than any shift that it uses.
func nearNow(at time.Time) bool {
	d := time.Since(at)
	return -time.Hour < d && d < time.Hour
}

// differs wants two runs at a level to agree and those at two levels not to.
func (a arms) differs(what string, of func(sight) string) error {
	pin, again, vary := of(a.pin), of(a.again), of(a.vary)
	switch {
	case pin != again:
		return fmt.Errorf("a probe saw no constant %s where it was pinned, but %s and %s", what, pin, again)
	case pin == vary:
		return fmt.Errorf("a probe saw the same %s at both levels: %q", what, pin)
	}
	return nil
}

func (a arms) folder(what, got, name string) error {
	return expect(what, strings.HasPrefix(filepath.Base(got), name), got)
}

// exactly wants what is seen to be what the level says.
func exactly(what string, of func(sight) string, as func(level string) string) func(arms) error {
	return func(a arms) error {
		for _, seen := range []struct{ got, level string }{{of(a.pin), a.pinLevel}, {of(a.again), a.pinLevel}, {of(a.vary), a.varyLevel}} {
			if err := expect(what, seen.got == as(seen.level), seen.got); err != nil {
				return err
			}
		}
		return nil
	}
}

func sameLevel(level string) string { return level }

func expect(what string, ok bool, got any) error {
	if ok {
		return nil
	}
	return fmt.Errorf("a probe saw %s as if nothing had been changed: %v", what, got)
}

func anyError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
