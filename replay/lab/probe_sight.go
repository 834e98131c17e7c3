package lab

import (
	"encoding/json"
	"os"
	"runtime"
	"strings"
	"time"
)

// sight is what a probe program sees of the world. Each field is what some factor changes.
type sight struct {
	Clock     time.Time
	Elapsed   time.Duration // from one reading of the clock to the next
	Uptime    time.Duration // by the clock that counts from the machine's start
	Random    string        // hexadecimal, as all random bytes here
	Urandom   string
	AtRandom  string
	Address   string // of the stack
	PID       int
	Hostname  string
	Affinity  int    // how many CPUs
	Online    string // which CPUs, by the file
	Births    string // in which order three children got going
	Env       map[string]string
	Dir       string
	DirKept   bool // the file that lies in the working folder is there
	Umask     int
	UID, EUID int
	GID       int
	Listing   []string
	CPUTime   time.Duration
}

// stageProbe is the name of a probe program's order.
const stageProbe = "probe"

// keptFile lies in the folder that probe programs start in; listedDir, in it, holds files whose order is looked at.
const keptFile, listedDir = "kept", "listed"

// A probe program looks at the world with its first thread only, as a simple program does: randomness and births are a thread's
// own, and a goroutine may be on any. Only an init function can still be sure to be on the first.
func init() {
	stages[stageProbe] = probe
	if os.Getenv(variable) == probeOrder {
		runtime.LockOSThread()
	}
}

// probeOrder makes this binary, started again, a probe program.
const probeOrder = `{"Stage":"` + stageProbe + `"}`

// probe is the probe program: it prints what it sees.
func probe(order) int {
	if err := json.NewEncoder(os.Stdout).Encode(look()); err != nil {
		complain(err)
		return 1
	}
	return 0
}

// look looks at all that any system shows.
func look() sight {
	var s sight
	first := time.Now()
	s.Elapsed = time.Since(first)
	s.Clock = first.Round(0)
	s.PID, s.UID, s.EUID, s.GID = os.Getpid(), os.Getuid(), os.Geteuid(), os.Getgid()
	s.Hostname, _ = os.Hostname()
	s.Dir, _ = os.Getwd()
	_, err := os.Stat(keptFile)
	s.DirKept = err == nil
	if dir, err := os.Open(listedDir); err == nil {
		s.Listing, _ = dir.Readdirnames(-1) // as the system gives them: os.ReadDir would sort
		dir.Close()
	}
	s.Env = map[string]string{}
	for _, v := range os.Environ() {
		name, value, _ := strings.Cut(v, "=")
		s.Env[name] = value
	}
	s.lookCloser()
	return s
}
