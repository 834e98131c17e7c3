//go:build linux && amd64

package lab

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The same seed gives the same, another seed another, and without one each run is another.
func TestEntropyFollowsTheSeed(t *testing.T) {
	for _, test := range []struct {
		name    string
		program func(t *testing.T) []string
	}{
		{"Python", argv("python3", "-c", "import os, random, uuid, secrets; print(os.urandom(300).hex(), random.random(), uuid.uuid4(), secrets.token_hex(), hash('a'))")},
		{"Node", argv("node", "-e", "console.log(crypto.randomUUID(), require('crypto').randomBytes(300).toString('hex'), Math.random())")},
		{"Perl", argv("perl", "-e", "print rand, ' ', join ',', keys %{{map {$_ => 1} 1..50}}")},
		{"shell", argv("sh", "-c", "head -c 300 /dev/urandom | od -An -tx1; head -c 16 </dev/random | od -An -tx1")},
		{"bash", argv("bash", "-c", "mktemp -u XXXXXXXXXXXX; cat /proc/sys/kernel/random/uuid")},
		{"a lot of a device", argv("sh", "-c", "head -c 3000000 /dev/urandom | cksum; dd if=/dev/urandom bs=65536 count=1 2>/dev/null | cksum")},
		{"Java", argv("java", "-XX:TieredStopAtLevel=1", "testdata/Random.java")},
		{"C", func(t *testing.T) []string { return []string{compile(t, "random")} }},
		{"C, static", func(t *testing.T) []string { return []string{compile(t, "random", "-static")} }},
		{"Go", func(t *testing.T) []string { return []string{compile(t, "random.go")} }},
		{"threads", argv("python3", "-c", `
import os, threading
out = {}
def work(i): out[i] = os.urandom(8).hex()
for i in range(8):
    t = threading.Thread(target=work, args=(i,)); t.start()
    if i % 2: t.join()
for t in threading.enumerate():
    if t is not threading.current_thread(): t.join()
print(sorted(out.items()))`)},
		{"processes side by side", argv("sh", "-c", "for i in 1 2 3 4 5 6; do (head -c 8 /dev/urandom | od -An -tx1 >$TMPDIR/$i) & done; wait; cat $TMPDIR/*")},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			program := test.program(t)
			saw := func(treatment Treatment) string {
				task := task(t, treatment, program...)
				task.Env = append(task.Env, "TMPDIR="+t.TempDir())
				r := finish(t, command(t, task), task)
				if !r.state.Success() || r.out == "" {
					t.Fatalf("%v: %s", r.state, r.err)
				}
				left, err := os.ReadDir(task.Scratch)
				if err != nil || len(left) != 1 {
					t.Errorf("left in the scratch folder: %v, %v", left, err)
				}
				return r.out
			}
			seeded := func(seed string) Treatment {
				treatment := Treatment{"entropy": seed}
				if test.name == "Node" { // whose OpenSSL mixes the clock and an address into what the kernel gives it
					treatment["clock"], treatment["address"] = DefaultInstant, "fixed"
				}
				return treatment
			}
			one, again, two, none := saw(seeded("1")), saw(seeded("1")), saw(seeded("2")), saw(nil)
			if diff := cmp.Diff(one, again); diff != "" {
				t.Errorf("the same seed (-first +second)\n%s", diff)
			}
			if one == two || one == none || two == none {
				t.Errorf("another seed makes no difference:\n%s\n%s\n%s", one, two, none)
			}
		})
	}
}

func argv(argv ...string) func(*testing.T) []string {
	return func(t *testing.T) []string {
		need(t, argv[0])
		return argv
	}
}

// What a program sees of getrandom is what the kernel does, but for the bytes.
func TestGetrandomAtItsEdges(t *testing.T) {
	program := compile(t, "random")
	sums := regexp.MustCompile(` [0-9a-f]{8} `)
	bare := func(s string) string { return sums.ReplaceAllString(s, " ") }
	want, got := bare(says(t, nil, program)), bare(says(t, Treatment{"entropy": "1"}, program))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-kernel +lab)\n%s", diff)
	}
	if n := strings.Count(got, "\n"); n != 10 {
		t.Errorf("%d lines", n+1)
	}
}

// Each purpose, thread and process has its own stream.
func TestStreamsAreApart(t *testing.T) {
	need(t, "python3")
	const script = `
import os, threading
seen = [os.urandom(8)]
def look():
    seen.append(os.urandom(8)); seen.append(open("/dev/urandom", "rb").read(8)); seen.append(open("/dev/urandom", "rb").read(8))
look()
for _ in range(3):
    t = threading.Thread(target=look); t.start(); t.join()
r, w = os.pipe()
for _ in range(3):
    if os.fork() == 0:
        os.write(w, os.urandom(8)); os._exit(0)
    os.wait(); seen.append(os.read(r, 8))
for _ in range(2):
    seen.append(open("/proc/sys/kernel/random/uuid", "rb").read())
print(len(seen), len(set(seen)), open("/proc/sys/kernel/random/boot_id").read() == open("/proc/sys/kernel/random/boot_id").read())`
	if got := says(t, Treatment{"entropy": "1"}, "python3", "-c", script); got != "18 18 True" {
		t.Error(got)
	}
}

// at-random alone leaves the rest as random as it was, and beside entropy has a seed of its own.
func TestAtRandomAlone(t *testing.T) {
	program := compile(t, "start")
	see := func(treatment Treatment) (start, random string) {
		start, random, _ = strings.Cut(says(t, treatment, program), " ")
		return start, random
	}
	one, oneRandom := see(Treatment{"at-random": "1"})
	again, againRandom := see(Treatment{"at-random": "1"})
	two, _ := see(Treatment{"at-random": "2"})
	if one != again || one == two || oneRandom == againRandom {
		t.Errorf("\n%s %s\n%s %s\n%s", one, oneRandom, again, againRandom, two)
	}
	with, withRandom := see(Treatment{"at-random": "1", "entropy": "5"})
	other, otherRandom := see(Treatment{"at-random": "2", "entropy": "5"})
	entropy, entropyRandom := see(Treatment{"entropy": "5"})
	if with != one || other != two || entropy == one || entropy == two || withRandom != otherRandom || withRandom != entropyRandom {
		t.Errorf("beside entropy:\n%s %s\n%s %s\n%s %s", with, withRandom, other, otherRandom, entropy, entropyRandom)
	}
}

// A device that is opened for writing, or by who can't reach the private folder, is the real one.
func TestDevicesThatAreLeftAlone(t *testing.T) {
	if got := says(t, Treatment{"entropy": "1"}, "sh", "-c", "echo x >/dev/urandom && echo y >>/dev/random && echo written"); got != "written" {
		t.Error(got)
	}
	needRoot(t)
	need(t, "setpriv")
	r := try(t, Treatment{"entropy": "1"}, "setpriv", "--reuid", "65534", "--clear-groups", "sh", "-c", "head -c 8 /dev/urandom | wc -c")
	want := []string{"/dev/urandom, where the private folder can't be reached: permission denied"}
	if diff := cmp.Diff(want, r.Uncovered); diff != "" || r.out != "8\n" {
		t.Errorf("%q (-want +got)\n%s", r.out, diff)
	}
}
