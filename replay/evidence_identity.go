package replay

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// ownMarks returns the texts that each side knows as its own and that differ between them.
func ownMarks(want, got *Circumstances) []mark {
	if want == nil || got == nil {
		return nil
	}
	var ms []mark
	add := func(n nature, what, w, g string) {
		if w != "" && g != "" && w != g {
			ms = append(ms, mark{w, g, n, what + " of its own run on both sides: " + strconv.Quote(w) + " and " + strconv.Quote(g), -1})
		}
	}
	for i := range min(len(want.Dirs), len(got.Dirs)) {
		add(naturePath, "a folder", want.Dirs[i], got.Dirs[i])
	}
	add(naturePath, "the home", want.Home, got.Home)
	add(natureHost, "the host", want.Host, got.Host)
	add(natureHost, "the host", short(want.Host), short(got.Host))
	add(natureUser, "the user", want.User, got.User)
	// A folder inside a folder goes before it.
	slices.SortStableFunc(ms, func(a, b mark) int { return len(b.want) - len(a.want) })
	return ms
}

// short returns a host name without its domain.
func short(host string) string {
	name, _, _ := strings.Cut(host, ".")
	return name
}

// A process id is taken for one without a name that agrees only above these bounds: in a
// fresh pid namespace the first ids are as common as small counts, and one of many is soon hit.
const (
	leastPID    = 20
	pidsToOwner = 10 // a run's ids may fill a tenth of the numbers up to the one in question
)

// pids explains two numbers that are each a process id of their own run.
func (x *examiner) pids(w, g string, name words) (explanation, bool) {
	pw, errw := strconv.Atoi(w)
	pg, errg := strconv.Atoi(g)
	if errw != nil || errg != nil || strconv.Itoa(pw) != w || strconv.Itoa(pg) != g {
		return explanation{}, false
	}
	if x.in.Want == nil || x.in.Got == nil {
		if name.sayProcess() && name.any(set("pid ppid")) && pw > 1 && pg > 1 && pw < 1<<22 && pg < 1<<22 {
			return explained(naturePID, "%s and %s are assumed to be process ids, as the name %s says: the runs' own are not known", w, g, name), true
		}
		return explanation{}, false
	}
	if !slices.Contains(x.in.Want.PIDs, pw) || !slices.Contains(x.in.Got.PIDs, pg) {
		return explanation{}, false
	}
	least := max(leastPID, pidsToOwner*max(len(x.in.Want.PIDs), len(x.in.Got.PIDs)))
	if min(pw, pg) < least && !name.sayProcess() {
		return unexplained("%s and %s are process ids of their own runs, but below %d that may be chance", w, g, least), false
	}
	return explained(naturePID, "%s is a process id of its run, and %s of its own", w, g), true
}

// prefixedPID explains words such as worker1234.
func (x *examiner) prefixedPID(w, g string) (explanation, bool) {
	pw := strings.TrimRight(w, "0123456789")
	pg := strings.TrimRight(g, "0123456789")
	if pw != pg || pw == "" || len(pw) == len(w) || len(pg) == len(g) {
		return explanation{}, false
	}
	return x.pids(w[len(pw):], g[len(pg):], splitName(pw))
}

// ports explains two numbers that follow an IPv4 address or localhost and a colon, both
// in the range from which Linux takes ports for whoever asks for none.
func ports(w, g string, p place) (explanation, bool) {
	nw, errw := strconv.Atoi(w)
	ng, errg := strconv.Atoi(g)
	if errw != nil || errg != nil || min(nw, ng) < 32768 || max(nw, ng) > 60999 {
		return explanation{}, false
	}
	if !hostBefore.MatchString(p.wantText[:p.want[p.i].at]) || !hostBefore.MatchString(p.gotText[:p.got[p.i].at]) {
		return explanation{}, false
	}
	return explained(natureAddress, "%s and %s are ports that the system picks (32768 to 60999)", w, g), true
}

var hostBefore = regexp.MustCompile(`(?:^|[^\d.])(?:\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}|localhost|\[::1?\]):$`)

// addresses explains two 0x… numbers that lie where a 64-bit program keeps its memory: the
// stack and mapped libraries (0x7…), a position-independent program's heap (0x55…, 0x56…),
// Go's heap (0xc0…); or anywhere, in what a language prints for an object.
func addresses(w, g string, p place) explanation {
	aw, errw := strconv.ParseUint(w[2:], 16, 64)
	ag, errg := strconv.ParseUint(g[2:], 16, 64)
	switch {
	case errw != nil || errg != nil:
	case inMemory(aw) && inMemory(ag):
		return explained(natureAddress, "%s and %s lie where a program's memory does", w, g)
	case atBefore(p.wantText[:p.want[p.i].at]) && aw < 1<<48 && ag < 1<<48:
		return explained(natureAddress, "%s and %s follow \"at\", as in an object's default representation", w, g)
	}
	if e, ok := randomToken(w[2:], g[2:]); ok {
		return e
	}
	return unexplained("%s and %s are no addresses of a program's memory", w, g)
}

func inMemory(a uint64) bool {
	return a>>40 >= 0x7e && a>>40 <= 0x7f || a>>40 == 0x55 || a>>40 == 0x56 || a>>32 == 0xc0
}

func atBefore(s string) bool { return strings.HasSuffix(s, " at ") }

// addressNumbers explains two integers that would be addresses in hexadecimal, such as
// Python's id(): aligned, and high enough that nothing else is likely.
func addressNumbers(w, g string) (explanation, bool) {
	aw, errw := strconv.ParseUint(w, 10, 64)
	ag, errg := strconv.ParseUint(g, 10, 64)
	if errw != nil || errg != nil || !inMemory(aw) || !inMemory(ag) || aw>>40 == 0 || ag>>40 == 0 || aw%16 != 0 || ag%16 != 0 {
		return explanation{}, false
	}
	return explained(natureAddress, "%s and %s are %#x and %#x, which lie where a program's memory does", w, g, aw, ag), true
}

// objects explains two class names with an identity hash, as Java prints them.
func objects(w, g string) explanation {
	cw, hw, _ := strings.Cut(w, "@")
	cg, hg, _ := strings.Cut(g, "@")
	if cw != cg {
		return unexplained("%q and %q name different classes", w, g)
	}
	return explained(natureAddress, "%s and %s are identity hashes of an object of class %s", hw, hg, cw)
}
