//go:build linux && amd64

package lab

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// pinnedLanguage is a program that shows sources of what varies, one a run.
type pinnedLanguage struct {
	name    string
	version []string // prints it
	program func(t *testing.T) []string
	sources []pinnedSource
}

// pinnedSource is one of them: its key in the program, its name in the table, and why it can't be pinned, or
// why nothing holds it where it should look pinned.
type pinnedSource struct{ key, what, remains string }

const (
	realTime  = "it stays real: programs wait by it"
	fileTime  = "the kernel's own clock"
	procFile  = "/proc is not treated"
	goThreads = "drawn from a state of its thread, which goes on with each thread that Go starts"
	fromNano  = "seeded by nanoTime"
	fromGlibc = "glibc makes them of the monotonic clock"
)

// script is a program of testdata/pinned that an interpreter reads.
func script(interpreter, file string) func(*testing.T) []string {
	return func(t *testing.T) []string {
		need(t, interpreter)
		path, err := filepath.Abs(filepath.Join("testdata", "pinned", file))
		if err != nil {
			t.Fatal(err)
		}
		if interpreter == "python3" {
			interpreter = python()
		}
		return []string{interpreter, path}
	}
}

func compiled(name string) func(*testing.T) []string {
	return func(t *testing.T) []string { return []string{compile(t, filepath.Join("pinned", name))} }
}

func java(t *testing.T) []string {
	need(t, "javac")
	dir := t.TempDir()
	if out, err := exec.Command("javac", "-d", dir, filepath.Join("testdata", "pinned", "Pinned.java")).CombinedOutput(); err != nil {
		t.Fatalf("javac: %v\n%s", err, out)
	}
	return []string{"java", "-cp", dir, "Pinned"}
}

var pinnedLanguages = []pinnedLanguage{
	{"Python", []string{"python3", "--version"}, script("python3", "pinned.py"), []pinnedSource{
		{"clock", "time.time, time.ctime", ""},
		{"usual", "random, uuid4", ""},
		{"secure", "secrets, os.urandom", ""},
		{"device", "/dev/urandom", ""},
		{"hashes", "hash of a string, order of a set", ""},
		{"addresses", "id, repr of an object, order of a set of types", ""},
		{"pids", "process ids", ""},
		{"births", "threads that do one thing", ""},
		{"work", "threads that work side by side", ""},
		{"pool", "as_completed of a thread pool", ""},
		{"processes", "processes that do one thing", ""},
		{"monotonic", "time.monotonic, perf_counter", realTime},
		{"cputime", "process_time, os.times", ""},
		{"temporary", "names by tempfile", ""},
		{"listing", "os.listdir", ""},
		{"filetime", "st_mtime of a new file", fileTime},
	}},
	{"Node", []string{"node", "--version"}, script("node", "pinned.js"), []pinnedSource{
		{"clock", "Date.now, performance.timeOrigin", ""},
		{"usual", "Math.random", ""},
		{"secure", "crypto.randomUUID, getRandomValues", ""},
		{"device", "/dev/urandom", ""},
		{"pids", "process ids", ""},
		{"births", "worker_threads, by their first message", "a worker that starts on a busy machine takes more than a slice of CPU time, and another goes on"},
		{"pool", "pbkdf2 in libuv's pool", ""},
		{"files", "fs.stat in libuv's pool", ""},
		{"processes", "processes, by their ends", ""},
		{"timers", "setTimeout against setImmediate", "timers go by the monotonic clock"},
		{"monotonic", "process.hrtime, performance.now", realTime},
		{"cputime", "process.cpuUsage", ""},
		{"memory", "process.memoryUsage", "how much is resident is the kernel's affair"},
		{"temporary", "names by mkdtemp", fromGlibc},
		{"listing", "fs.opendir", ""},
		{"filetime", "mtime of a new file", fileTime},
	}},
	{"Go, static", []string{"go", "version"}, compiled("pinned.go"), []pinnedSource{
		{"clock", "time.Now", ""},
		{"usual", "math/rand/v2", goThreads},
		{"secure", "crypto/rand", "each thread has a stream, and Go moves goroutines between threads"},
		{"device", "/dev/urandom", ""},
		{"hashes", "order of a map", goThreads},
		{"maphash", "hash/maphash", goThreads},
		{"addresses", "addresses", ""},
		{"pids", "process ids", "Go's threads, as many as there are by then, take numbers too"},
		{"births", "goroutines that do one thing", ""},
		{"work", "goroutines that work side by side", ""},
		{"selects", "select between two that are ready", goThreads},
		{"processes", "processes that do one thing", ""},
		{"monotonic", "time.Since", realTime},
		{"cputime", "getrusage", ""},
		{"temporary", "names by os.MkdirTemp", goThreads},
		{"listing", "File.Readdirnames", ""},
		{"filetime", "ModTime of a new file", fileTime},
	}},
	{"C", []string{"gcc", "--version"}, compiled("pinned"), []pinnedSource{
		{"clock", "time, gettimeofday, clock_gettime", ""},
		{"usual", "rand, random, seeded by clock and pid", ""},
		{"secure", "getrandom, getentropy", ""},
		{"device", "/dev/urandom", ""},
		{"vector", "AT_RANDOM", ""},
		{"addresses", "addresses of code, heap, stack, library", ""},
		{"pids", "process ids", ""},
		{"births", "threads that do one thing", ""},
		{"work", "threads that work side by side", ""},
		{"spin", "how often a thread gets round while another counts", ""},
		{"processes", "processes that do one thing", ""},
		{"monotonic", "CLOCK_MONOTONIC, CLOCK_BOOTTIME", realTime},
		{"cputime", "clock, times, getrusage", ""},
		{"rdrand", "RDRAND", "an instruction, nobody's call"},
		{"rdtsc", "RDTSC", "an instruction, nobody's call"},
		{"temporary", "names by mkstemp", fromGlibc},
		{"listing", "readdir", ""},
		{"filetime", "st_mtim of a new file", fileTime},
	}},
	{"Java", []string{"java", "--version"}, java, []pinnedSource{
		{"clock", "currentTimeMillis, Instant.now", ""},
		{"usual", "new Random, Math.random", fromNano},
		{"local", "ThreadLocalRandom, SplittableRandom", fromNano},
		{"secure", "SecureRandom, UUID", ""},
		{"device", "/dev/urandom", ""},
		{"hashes", "order of a HashSet of strings", ""},
		{"immutable", "order of Set.of", fromNano},
		{"addresses", "identity hashes", ""},
		{"pids", "process ids", ""},
		{"births", "threads that do one thing", ""},
		{"work", "threads that work side by side", ""},
		{"pool", "forEach of a parallel stream", ""},
		{"processes", "processes that do one thing", ""},
		{"monotonic", "nanoTime", realTime},
		{"cputime", "CPU time by ThreadMXBean, ProcessHandle", procFile},
		{"memory", "Runtime.freeMemory", "what the machine's own threads have allocated by then"},
		{"temporary", "names by createTempFile", ""},
		{"listing", "File.list", ""},
		{"filetime", "time of a new file", fileTime},
	}},
	{"Perl", []string{"perl", "--version"}, script("perl", "pinned.pl"), []pinnedSource{
		{"clock", "time, Time::HiRes", ""},
		{"usual", "rand", ""},
		{"device", "/dev/urandom", ""},
		{"hashes", "keys of a hash", ""},
		{"addresses", "references", ""},
		{"pids", "process ids", ""},
		{"births", "threads that do one thing", ""},
		{"processes", "processes that do one thing", ""},
		{"monotonic", "CLOCK_MONOTONIC", realTime},
		{"cputime", "times", ""},
		{"temporary", "names by File::Temp", ""},
		{"listing", "readdir", ""},
		{"filetime", "mtime of a new file", fileTime},
	}},
	{"sh (dash)", nil, script("sh", "pinned.sh"), shellSources},
	{"bash", []string{"bash", "--version"}, script("bash", "pinned.sh"), append([]pinnedSource{
		{"fields", "EPOCHREALTIME, printf %()T", ""},
		{"usual", "RANDOM", ""},
		{"secure", "SRANDOM", ""},
	}, shellSources...)},
}

var shellSources = []pinnedSource{
	{"clock", "date", ""},
	{"tools", "shuf, awk's srand, the kernel's uuid", ""},
	{"device", "od of /dev/urandom", ""},
	{"pids", "process ids", ""},
	{"births", "jobs that do one thing", ""},
	{"pipeline", "who is first in a pipeline", ""},
	{"monotonic", "/proc/uptime", procFile},
	{"cputime", "times", ""},
	{"temporary", "names by mktemp", fromGlibc},
	{"listing", "ls -U", ""},
	{"filetime", "time of a new file", fileTime},
}
