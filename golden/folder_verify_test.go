package golden

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// signedFolder is a folder of three goldens, with a key that it trusts and a signature.
func signedFolder(t *testing.T) (*Folder, string, *Ring) {
	t.Helper()
	f, dir := openFolder(t)
	putTrace(t, f, "orders", 1, `{"a":[1,2,{"b":"x y"}]}`)
	putTrace(t, f, "orders", 2, `"two"`)
	putTrace(t, f, "Billing", 1, `{}`)
	ring := newRing(t, 1)
	trust(t, dir, ring)
	if err := f.Sign(ring); err != nil {
		t.Fatal(err)
	}
	return f, dir, ring
}

func newRing(t *testing.T, seed int64) *Ring {
	t.Helper()
	ring, err := OpenRing(t.TempDir(), RingOptions{Random: rand.New(rand.NewSource(seed))})
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

// trust commits the ring's public key.
func trust(t *testing.T, dir string, ring *Ring) {
	t.Helper()
	text, err := publicText(ring.current)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, keysFolder, ring.Current()+".pub"), text)
}

func write(t *testing.T, name string, text []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, text, 0o666); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// goldenFiles are the files of signedFolder whose every byte counts.
var goldenFiles = []string{"!billing/1.golden", sumFile, signatureFile, "orders/1.golden", "orders/2.golden"}

// Flip any byte of any golden, of goldens.sum or of its signature, or cut any of them, and
// Verify names the file, with a ring and with the keys that are committed.
func TestVerifySeesEveryByte(t *testing.T) {
	f, dir, ring := signedFolder(t)
	if problems := verified(t, f, ring); len(problems) != 0 {
		t.Fatalf("untouched: %v", problems)
	}
	if problems := verified(t, f, nil); len(problems) != 0 {
		t.Fatalf("untouched, with the keys that are committed: %v", problems)
	}
	for _, name := range goldenFiles {
		file := filepath.Join(dir, name)
		whole := read(t, file)
		for i := 0; i < len(whole); i += step() {
			flipped, flip := bytes.Clone(whole), byte(1)<<(i%8)
			flipped[i] ^= flip
			write(t, file, flipped)
			wantNamed(t, f, ring, name, fmt.Sprintf("byte %d flipped by %#x", i, flip))
			if i%5 == 0 || i == len(whole)-1 {
				write(t, file, whole[:i])
				wantNamed(t, f, ring, name, fmt.Sprintf("cut at %d", i))
			}
		}
		for _, more := range []string{"\n", " ", "{}\n"} {
			write(t, file, append(bytes.Clone(whole), more...))
			wantNamed(t, f, ring, name, fmt.Sprintf("%q at its end", more))
		}
		write(t, file, whole)
	}
	if problems := verified(t, f, ring); len(problems) != 0 {
		t.Fatalf("restored: %v", problems)
	}
}

func wantNamed(t *testing.T, f *Folder, ring *Ring, name, what string) {
	t.Helper()
	problems := verified(t, f, ring)
	for _, p := range problems {
		if p.Golden == name {
			return
		}
	}
	t.Errorf("%s: %s: not named among %v", name, what, problems)
}

func TestVerifyNames(t *testing.T) {
	rename := func(t *testing.T, from, to string) {
		t.Helper()
		if err := os.Rename(from, to); err != nil {
			t.Fatal(err)
		}
	}
	remove := func(t *testing.T, name string) {
		t.Helper()
		if err := os.RemoveAll(name); err != nil {
			t.Fatal(err)
		}
	}
	edit := func(t *testing.T, name, old, new string) {
		t.Helper()
		text := string(read(t, name))
		if !strings.Contains(text, old) {
			t.Fatalf("no %q in %s", old, name)
		}
		write(t, name, []byte(strings.Replace(text, old, new, 1)))
	}
	tests := []struct {
		name   string
		damage func(t *testing.T, dir string)
		want   []string // each problem's golden and kind
		detail string   // in one of them
	}{
		{"nothing", func(*testing.T, string) {}, nil, ""},
		{"a value", func(t *testing.T, dir string) { edit(t, dir+"/orders/2.golden", "two", "too") },
			[]string{"orders/2.golden changed"}, "goldens.sum wants sha256:"},
		{"a space", func(t *testing.T, dir string) { edit(t, dir+"/orders/2.golden", `: "two"`, `:  "two"`) },
			[]string{"orders/2.golden changed"}, "line 8: "},
		{"a space at the end of a line", func(t *testing.T, dir string) { edit(t, dir+"/orders/2.golden", `"two"`, `"two" `) },
			[]string{"orders/2.golden changed"}, "line 8: "},
		{"JSON that is not", func(t *testing.T, dir string) { edit(t, dir+"/orders/2.golden", `"two"`, `two`) },
			[]string{"orders/2.golden changed"}, "line 8: the value that begins here"},
		{"line ends of Windows", func(t *testing.T, dir string) {
			name := dir + "/orders/2.golden"
			write(t, name, bytes.ReplaceAll(read(t, name), []byte("\n"), []byte("\r\n")))
		}, []string{"orders/2.golden changed"}, `"*.golden -text" in .gitattributes`},
		{"what git could not merge", func(t *testing.T, dir string) {
			edit(t, dir+"/orders/2.golden", `"two"`, "\"two\"\n<<<<<<< HEAD")
		}, []string{"orders/2.golden changed"}, "a merge left git's marks here: take either side, by 'git checkout --ours orders/2.golden'"},
		{"what git could not merge, from its first line on", func(t *testing.T, dir string) {
			name := dir + "/orders/2.golden"
			write(t, name, append([]byte("<<<<<<< HEAD\n"), read(t, name)...))
		}, []string{"orders/2.golden changed"}, "line 1: a merge left git's marks here"},
		{"half a file", func(t *testing.T, dir string) {
			name := dir + "/orders/1.golden"
			write(t, name, read(t, name)[:200])
		}, []string{"orders/1.golden cut"}, ""},
		{"an empty file", func(t *testing.T, dir string) { write(t, dir+"/orders/1.golden", nil) }, []string{"orders/1.golden cut"}, ""},
		{"a file that is gone", func(t *testing.T, dir string) { remove(t, dir+"/orders/1.golden") },
			[]string{"orders/1.golden removed"}, ""},
		{"two files swapped", func(t *testing.T, dir string) {
			rename(t, dir+"/orders/1.golden", dir+"/x")
			rename(t, dir+"/orders/2.golden", dir+"/orders/1.golden")
			rename(t, dir+"/x", dir+"/orders/2.golden")
		}, []string{"orders/1.golden swapped", "orders/2.golden swapped"}, "it holds the golden of orders/2.golden"},
		{"a file of another name", func(t *testing.T, dir string) {
			write(t, dir+"/orders/3.golden", read(t, dir+"/orders/2.golden"))
		}, []string{"orders/3.golden orphan"}, ""},
		{"a folder in a golden's place", func(t *testing.T, dir string) {
			remove(t, dir+"/orders/1.golden")
			if err := os.Mkdir(dir+"/orders/1.golden", 0o777); err != nil {
				t.Fatal(err)
			}
		}, []string{"orders/1.golden changed"}, "not a regular file"},
		{"a golden and its line, both gone", func(t *testing.T, dir string) {
			remove(t, dir+"/orders/2.golden")
			lines := strings.SplitAfter(string(read(t, dir+"/"+sumFile)), "\n")
			write(t, dir+"/"+sumFile, []byte(lines[0]+lines[1]))
		}, []string{"goldens.sum changed"}, "not what goldens.sum.sig signs"},
		{"goldens.sum gone", func(t *testing.T, dir string) { remove(t, dir+"/"+sumFile) },
			[]string{"!billing/1.golden orphan", "goldens.sum removed", "goldens.sum removed", "orders/1.golden orphan", "orders/2.golden orphan"}, ""},
		{"a line twice", func(t *testing.T, dir string) {
			name := dir + "/" + sumFile
			lines := strings.SplitAfter(string(read(t, name)), "\n")
			write(t, name, []byte(lines[0]+lines[0]+lines[1]+lines[2]))
		}, []string{"goldens.sum changed", "goldens.sum changed"}, "line 2: "},
		{"signature gone", func(t *testing.T, dir string) { remove(t, dir+"/"+signatureFile) },
			[]string{"goldens.sum unsigned"}, ""},
		{"signature by a stranger", func(t *testing.T, dir string) {
			envelope, err := newRing(t, 2).Seal(sumPayload, read(t, dir+"/"+sumFile))
			if err != nil {
				t.Fatal(err)
			}
			write(t, dir+"/"+signatureFile, envelope)
		}, []string{"goldens.sum.sig unknown-key"}, ""},
		{"keys gone", func(t *testing.T, dir string) { remove(t, dir+"/"+keysFolder) },
			[]string{"goldens.sum.sig unknown-key"}, ""},
		{"a key that is none", func(t *testing.T, dir string) {
			keys, _ := filepath.Glob(dir + "/keys/*.pub")
			edit(t, keys[0], "PUBLIC", "PUBLIK")
		}, []string{"keys changed"}, ""},
		{"files that are nobody's", func(t *testing.T, dir string) {
			write(t, dir+"/README.md", nil)
			write(t, dir+"/orders/.3.golden.tmp", nil)
		}, nil, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f, dir, _ := signedFolder(t)
			test.damage(t, dir)
			var got []string
			details := ""
			for _, p := range verified(t, f, nil) {
				got = append(got, p.Golden+" "+string(p.Kind))
				details += p.Detail + "\n"
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s%s", diff, details)
			}
			if !strings.Contains(details, test.detail) {
				t.Errorf("details %q: want %q among them", details, test.detail)
			}
		})
	}
}

// A golden that should be there and isn't must never look like one that was never stored.
func TestGetTellsDamageFromAbsence(t *testing.T) {
	for _, test := range []struct {
		name   string
		damage func(dir string) error
		want   ProblemKind
	}{
		{"removed", func(dir string) error { return os.Remove(dir + "/orders/1.golden") }, ProblemRemoved},
		{"cut", func(dir string) error { return os.Truncate(dir+"/orders/1.golden", 100) }, ProblemCut},
		{"swapped", func(dir string) error { return os.Rename(dir+"/orders/2.golden", dir+"/orders/1.golden") }, ProblemSwapped},
		{"not named", func(dir string) error { return os.Remove(dir + "/" + sumFile) }, ProblemOrphan},
	} {
		t.Run(test.name, func(t *testing.T) {
			f, dir, _ := signedFolder(t)
			if err := test.damage(dir); err != nil {
				t.Fatal(err)
			}
			_, err := f.Get("orders", 1)
			var problem Problem
			if !errors.As(err, &problem) || problem.Kind != test.want || errors.Is(err, fs.ErrNotExist) {
				t.Errorf("error is %v: want a Problem, %s", err, test.want)
			}
		})
	}
}

// A file that the system does not let us read was not changed, for all that is known.
func TestUnopened(t *testing.T) {
	refused := &fs.PathError{Op: "openat", Path: "orders/1.golden", Err: fs.ErrPermission}
	tests := []struct {
		name string
		err  error
		want Problem
	}{
		{"refused by the system", refused, Problem{"x", ProblemUnreadable, "it can't be read: permission denied: see who may read it"}},
		{"something else", errors.New("not a regular file"), Problem{"x", ProblemChanged, "not a regular file"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, unopened("x", test.err)); diff != "" {
				t.Errorf("(want -, got +)\n%s", diff)
			}
		})
	}
}

func TestSignNeedsATrustedKey(t *testing.T) {
	f, dir := openFolder(t)
	putTrace(t, f, "orders", 1, `1`)
	ring := newRing(t, 1)
	if err := f.Sign(ring); err == nil || !strings.Contains(err.Error(), filepath.Join(dir, keysFolder, ring.Current()+".pub")) {
		t.Errorf("error is %v: want it to say where the key goes", err)
	}
	if _, err := os.Stat(filepath.Join(dir, signatureFile)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a signature is there: %v", err)
	}
}

// Putting a golden leaves the signature behind, and Verify says so until it is signed again.
func TestPutNeedsSigningAgain(t *testing.T) {
	f, _, ring := signedFolder(t)
	putTrace(t, f, "orders", 3, `3`)
	if problems := verified(t, f, ring); len(problems) != 1 || problems[0].Golden != sumFile || problems[0].Kind != ProblemChanged {
		t.Errorf("after Put: %v: want %s changed", problems, sumFile)
	}
	if err := f.Sign(ring); err != nil {
		t.Fatal(err)
	}
	if problems := verified(t, f, ring); len(problems) != 0 {
		t.Errorf("signed again: %v", problems)
	}
}
