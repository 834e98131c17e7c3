package golden

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// putTrace stores a trace of one event and returns its digest.
func putTrace(t *testing.T, f *Folder, workflow string, seed uint64, value string) Digest {
	t.Helper()
	trace := oneEvent(t, workflow, seed, value)
	if err := f.Put(trace); err != nil {
		t.Fatal(err)
	}
	return trace.Digest()
}

func oneEvent(t *testing.T, workflow string, seed uint64, value string) *Trace {
	t.Helper()
	b := NewBuilder(Header{Workflow: workflow, Seed: seed, Output: OutputJSON}, BuildOptions{})
	if err := b.Add(KindOut, "", []byte(value)); err != nil {
		t.Fatal(err)
	}
	trace, err := b.End(End{Status: StatusOK})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { trace.Close() })
	return trace
}

func openFolder(t *testing.T) (*Folder, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "goldens")
	f, err := OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	return f, dir
}

func verified(t *testing.T, f *Folder, ring *Ring) []Problem {
	t.Helper()
	problems, err := f.Verify(ring)
	if err != nil {
		t.Fatal(err)
	}
	return problems
}

func TestFolderRoundTrip(t *testing.T) {
	f, dir := openFolder(t)
	if _, err := f.Get("orders", 1); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Get from no folder: error is %v: want fs.ErrNotExist", err)
	}
	if entries, err := f.List(); err != nil || len(entries) != 0 {
		t.Errorf("List of no folder: %v, %v", entries, err)
	}
	if problems := verified(t, f, nil); len(problems) != 0 {
		t.Errorf("Verify of no folder: %v", problems)
	}
	first := putTrace(t, f, "orders", 10, `1`)
	second := putTrace(t, f, "orders", 9, `{"b":1.0,"a":[{},[],{"c":"x: y"}]}`)
	third := putTrace(t, f, "Orders", 9, `2`)
	putTrace(t, f, "gone", 1, `3`)
	if err := f.Remove("gone", 1); err != nil {
		t.Error(err)
	}
	if err := f.Remove("gone", 1); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Remove again: error is %v: want fs.ErrNotExist", err)
	}
	entries, err := f.List()
	if err != nil {
		t.Fatal(err)
	}
	want := []FolderEntry{{"Orders", 9, third}, {"orders", 9, second}, {"orders", 10, first}}
	if diff := cmp.Diff(want, entries); diff != "" {
		t.Errorf("List (-want +got)\n%s", diff)
	}
	got, err := f.Get("orders", 9)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Close()
	if got.Digest() != second || got.Header().Seed != 9 {
		t.Errorf("Get: digest %v of %v: want %v", got.Digest(), got.Header(), second)
	}
	if _, err := f.Get("orders", 11); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Get of what is missing: error is %v: want fs.ErrNotExist", err)
	}
	if problems := verified(t, f, nil); len(problems) != 0 {
		t.Errorf("Verify: %v", problems)
	}
	sums, err := os.ReadFile(filepath.Join(dir, sumFile))
	if err != nil {
		t.Fatal(err)
	}
	wantSums := fmt.Sprintf("sha256:%v  !orders/9.golden\nsha256:%v  orders/10.golden\nsha256:%v  orders/9.golden\n", third, first, second)
	if diff := cmp.Diff(wantSums, string(sums)); diff != "" {
		t.Errorf("goldens.sum (-want +got)\n%s", diff)
	}
}

func TestFolderFileIsReadableInADiff(t *testing.T) {
	f, dir := openFolder(t)
	putTrace(t, f, "orders", 9, `{"b":1.0,"a":[{},[],{"c":"x: y"}],"\"d\": ":null}`)
	got, err := os.ReadFile(filepath.Join(dir, "orders", "9.golden"))
	if err != nil {
		t.Fatal(err)
	}
	want := `{
  "canonical": "shadowrun-c14n/1",
  "format": "shadowrun-trace/1",
  "output": "json",
  "seed": 9,
  "workflow": "orders"
}
{
  "kind": "out",
  "value": {
    "\"d\": ": null,
    "a": [
      {},
      [],
      {
        "c": "x: y"
      }
    ],
    "b": 1.0
  }
}
{
  "end": {
    "events": 1,
    "status": "ok"
  }
}
`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// The deepest value that a trace takes must neither fill the disk with spaces nor get lost.
func TestFolderTakesTheDeepestValue(t *testing.T) {
	f, dir := openFolder(t)
	digest := putTrace(t, f, "deep", 1, strings.Repeat(`[1,{"a":`, maxDepth/2)+"1"+strings.Repeat("}]", maxDepth/2))
	got, err := f.Get("deep", 1)
	if err != nil {
		t.Fatal(err)
	}
	if got.Digest() != digest {
		t.Error("came back as another")
	}
	info, err := os.Stat(filepath.Join(dir, "deep", "1.golden"))
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > 4<<20 {
		t.Errorf("%d bytes", info.Size())
	}
}

func TestFolderPutReplaces(t *testing.T) {
	f, _ := openFolder(t)
	putTrace(t, f, "orders", 1, `"before"`)
	digest := putTrace(t, f, "orders", 1, `"after"`)
	got, err := f.Get("orders", 1)
	if err != nil || got.Digest() != digest {
		t.Errorf("digest %v, error %v: want %v", got.Digest(), err, digest)
	}
	if entries, _ := f.List(); len(entries) != 1 {
		t.Errorf("%d entries: want 1", len(entries))
	}
}

// Tests of several packages put goldens into one folder at once, each from its own process.
func TestFolderWritersDoNotLoseEachOthersGoldens(t *testing.T) {
	_, dir := openFolder(t)
	var wait sync.WaitGroup
	for i := range 8 {
		trace := oneEvent(t, "orders", uint64(i), `1`)
		wait.Go(func() {
			f, err := OpenFolder(dir)
			if err == nil {
				err = f.Put(trace)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	f, _ := OpenFolder(dir)
	if entries, err := f.List(); err != nil || len(entries) != 8 {
		t.Errorf("%d entries, error %v: want 8", len(entries), err)
	}
	if problems := verified(t, f, nil); len(problems) != 0 {
		t.Errorf("Verify: %v", problems)
	}
}

func TestOpenFolderRefusesAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenFolder(file); err == nil || !strings.Contains(err.Error(), "not a folder") {
		t.Errorf("error is %v", err)
	}
}

// hostileNames are names of workflows that a careless store writes outside its folder, on top of
// its own files, twice to one file, or not at all.
var hostileNames = []string{
	"", ".", "..", "../up", "../../etc/passwd", "/", "/etc/passwd", "a/b", "a\\b", "a//b", "./a", "a/../b",
	"a\nb", "a\x00b", "\r", "\x7f", "a b", " a", "a ", "a.", "a..", ".hidden", "-rf", "--help", "~", "$HOME", "`x`", "*", "?",
	"CON", "con", "con.txt", "aux", "nul", "com1", "LPT9", "prn.golden", "keys", "KEYS", "goldens.sum", "goldens.sum.sig",
	"1.golden", "a:b", "a|b", "<a>", `"a"`, "%", "%%", "%41", "%+a", "%-", "!", "!a", "A", "aA", "é", "e\u0301", "日本", "😀",
	"A\u0300", strings.Repeat("a", 200), strings.Repeat("a", 201), strings.Repeat("a", 200) + "/x", strings.Repeat("Ü", 500),
	strings.Repeat(".", 300), strings.Repeat("x.", 150), strings.Repeat("a", 198) + "/con", strings.Repeat("/", 1024),
}

func TestFolderTakesHostileNames(t *testing.T) {
	f, dir := openFolder(t)
	paths := map[string]string{}
	var traces []*Trace
	for _, name := range hostileNames {
		e := FolderEntry{Workflow: name, Seed: 7}
		if other, ok := paths[strings.ToLower(e.Path())]; ok {
			t.Errorf("%q and %q are one file: %s", other, name, e.Path())
		}
		paths[strings.ToLower(e.Path())] = name
		if !filepath.IsLocal(e.Path()) {
			t.Errorf("%q leaves the folder: %s", name, e.Path())
		}
		for part := range strings.SplitSeq(e.Path(), "/") {
			if len(part) > 255 || strings.Trim(part, ".") == "" || strings.HasSuffix(part, ".") || strings.HasPrefix(part, "-") {
				t.Errorf("%q has a part %q", name, part)
			}
		}
		if back, err := parsePath(e.Path()); err != nil || back != e {
			t.Errorf("%q came back from %s as %q, error %v", name, e.Path(), back.Workflow, err)
		}
		traces = append(traces, oneEvent(t, name, 7, fmt.Sprintf("%q", e.Path())))
	}
	if err := f.Put(traces...); err != nil {
		t.Fatal(err)
	}
	for i, name := range hostileNames {
		got, err := f.Get(name, 7)
		if err != nil || got.Digest() != traces[i].Digest() {
			t.Errorf("%q: error %v", name, err)
		}
	}
	if problems := verified(t, f, nil); len(problems) != 0 {
		t.Errorf("Verify: %v", problems)
	}
	if entries, err := f.List(); err != nil || len(entries) != len(hostileNames) {
		t.Errorf("List: %d, error %v: want %d", len(entries), err, len(hostileNames))
	}
	outside, err := os.ReadDir(filepath.Dir(dir))
	if err != nil || len(outside) != 1 {
		t.Errorf("beside the folder: %v, error %v", outside, err)
	}
	for _, name := range hostileNames {
		if err := f.Remove(name, 7); err != nil {
			t.Error(err)
		}
	}
	if err := f.Put(oneEvent(t, strings.Repeat("a", maxWorkflow+1), 1, "1")); err == nil {
		t.Error("a name that is too long was accepted")
	}
}

// A symbolic link out of the folder is followed neither for writing nor for reading.
func TestFolderRefusesLinksOutOfIt(t *testing.T) {
	f, dir := openFolder(t)
	putTrace(t, f, "orders", 1, `1`)
	outside := t.TempDir()
	stolen := filepath.Join(outside, "1.golden")
	if err := os.Rename(filepath.Join(dir, "orders", "1.golden"), stolen); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(stolen, filepath.Join(dir, "orders", "1.golden")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "linked")); err != nil {
		t.Fatal(err)
	}
	var problem Problem
	if _, err := f.Get("orders", 1); !errors.As(err, &problem) || problem.Kind != ProblemChanged {
		t.Errorf("Get through a link: error is %v: want a Problem, changed", err)
	}
	if err := f.Put(oneEvent(t, "linked", 2, `1`)); err == nil {
		t.Error("Put through a link: no error")
	}
	if files, _ := filepath.Glob(filepath.Join(outside, "*")); !slices.Equal(files, []string{stolen}) {
		t.Errorf("outside: %v", files)
	}
	if err := f.Remove("orders", 1); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(stolen); err != nil {
		t.Errorf("Remove went through the link: %v", err)
	}
}

func FuzzFolderFile(f *testing.F) {
	for _, lines := range []string{sample.lines, headerLine + eventLine + endLine} {
		trace, err := ReadTrace(strings.NewReader(lines), Digest{}, BuildOptions{})
		if err != nil {
			f.Fatal(err)
		}
		var file bytes.Buffer
		if err := renderTrace(&file, trace); err != nil {
			f.Fatal(err)
		}
		f.Add(file.Bytes())
		f.Add(bytes.ReplaceAll(file.Bytes(), []byte("\n"), []byte("\r\n")))
		f.Add(bytes.ReplaceAll(file.Bytes(), []byte("  "), nil))
		f.Add(file.Bytes()[:file.Len()-1])
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		trace, err := readRendered(bytes.NewReader(file))
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := renderTrace(&again, trace); err != nil || !bytes.Equal(again.Bytes(), file) {
			t.Fatalf("got %q, error %v", again.Bytes(), err)
		}
		if other, err := ReadTrace(trace.Reader(), trace.Digest(), BuildOptions{}); err != nil {
			t.Fatalf("%v from %v", err, other)
		}
	})
}

func FuzzFolderSum(f *testing.F) {
	zero := strings.Repeat("0", 64)
	f.Add([]byte(""))
	f.Add([]byte("sha256:" + zero + "  orders/7.golden\n"))
	f.Add([]byte("sha256:" + zero + "  !a%2f/%+b/18446744073709551615.golden\nsha256:" + zero + "  %/0.golden\n"))
	f.Add([]byte("sha256:" + zero + "  ../7.golden\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := parseSum(text)
		if err != nil {
			return
		}
		if got := s.appendText(nil); !bytes.Equal(got, text) {
			t.Fatalf("got %q: want %q", got, text)
		}
		for _, e := range s {
			if !filepath.IsLocal(e.Path()) {
				t.Errorf("%q leaves the folder", e.Path())
			}
		}
	})
}
