package golden

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

const (
	headerLine = `{"canonical":"shadowrun-c14n/1","format":"shadowrun-trace/1","output":"json","seed":7,"workflow":"orders"}` + "\n"
	eventLine  = `{"kind":"out","value":1}` + "\n"
	endLine    = `{"end":{"events":1,"status":"ok"}}` + "\n"
)

func TestReadTraceRefuses(t *testing.T) {
	valid := headerLine + eventLine + endLine
	replaced := func(old, new string) string {
		if !strings.Contains(valid, old) {
			t.Fatalf("no %q", old)
		}
		return strings.Replace(valid, old, new, 1)
	}
	tests := []struct{ name, lines, want string }{
		{"nothing", "", "trace is cut short: it ends in line 1"},
		{"no event line", headerLine, "trace is cut short: it ends in line 2"},
		{"no end", headerLine + eventLine, "trace is cut short: it ends in line 3"},
		{"no last line feed", strings.TrimSuffix(valid, "\n"), "trace is cut short: it ends in line 3"},
		{"no header", eventLine + endLine, "line 1: header: column 1"},
		{"two headers", headerLine + headerLine + endLine, "line 2: event: column 1"},
		{"two ends", valid + endLine, "line 4: more data after the end"},
		{"a byte too many", valid + "\n", "line 4: more data after the end"},
		{"wrong number of events", headerLine + eventLine + eventLine + endLine, "line 4: end: says 1 events, after 2"},
		{"empty line", headerLine + "\n" + endLine, "line 2: event: column 1"},
		{"carriage return", replaced("\n", "\r\n"), "line 1: header: column"},
		{"byte order mark", "\ufeff" + valid, "line 1: header: column 1"},
		{"white space", replaced(`"seed":7`, `"seed": 7`), "line 1: header: column"},
		{"another format", replaced("shadowrun-trace/1", "shadowrun-trace/2"), `format "shadowrun-trace/2": this build reads "shadowrun-trace/1" only`},
		{"another canonical form", replaced("c14n/1", "c14n/2"), `canonical form "shadowrun-c14n/2": this build reads`},
		{"unknown output", replaced(`"json"`, `"yaml"`), `unknown output "yaml"`},
		{"key in another case", replaced(`"seed"`, `"Seed"`), `line 1: header: column 77: want ,"seed":`},
		{"key written with an escape", replaced(`"seed"`, `"s\u0065ed"`), `want ,"seed":`},
		{"unknown field in the header", replaced(`,"seed"`, `,"pid":1,"seed"`), `want ,"seed":`},
		{"repeated field in the header", replaced(`"seed":7`, `"seed":7,"seed":7`), `want ,"workflow":`},
		{"unknown field after the header's last", replaced(`"orders"}`, `"orders","x":1}`), "want }"},
		{"seed with a leading zero", replaced(`"seed":7`, `"seed":07`), "want an integer from 0"},
		{"negative seed", replaced(`"seed":7`, `"seed":-7`), "want an integer from 0"},
		{"seed as a float", replaced(`"seed":7`, `"seed":7.0`), `want ,"workflow":`},
		{"seed beyond 64 bits", replaced(`"seed":7`, `"seed":18446744073709551616`), "want an integer from 0"},
		{"needless escape in the header", replaced(`"orders"`, `"\u006frders"`), "want a string in canonical form"},
		{"unknown kind", replaced(`"out"`, `"outt"`), `unknown kind "outt"`},
		{"empty name", replaced(`"out"`, `"out","name":""`), "an empty name, which is left out"},
		{"value that is not JSON", replaced(`"value":1`, `"value":01`), "line 2: event: column"},
		{"value that is not canonical", replaced(`"value":1`, `"value":{"b":1,"a":2}`), "line 2: event: column 33: a value that is not in canonical form"},
		{"unknown field in an event", replaced(`"value":1}`, `"value":1,"x":2}`), "line 2: event: column 24: want }"},
		{"two values in a line", replaced(`"value":1}`, `"value":1}{}`), "line 2: event: column 25: more than one value"},
		{"unknown status", replaced(`"ok"`, `"OK"`), `unknown status "OK"`},
		{"a zero that is left out", replaced(`"events":1`, `"events":1,"exit":0`), "a zero or empty field, which is left out"},
		{"an empty text that is left out", replaced(`"status"`, `"signal":"","status"`), "a zero or empty field, which is left out"},
		{"a value that is too deep", replaced(`"value":1`, `"value":`+strings.Repeat("[", maxDepth+1)+strings.Repeat("]", maxDepth+1)), "not in canonical form"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			trace, err := ReadTrace(strings.NewReader(test.lines), Digest{}, BuildOptions{})
			if err == nil {
				trace.Close()
				t.Fatal("accepted")
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("error is %q: want it to say %q", err, test.want)
			}
			var format *FormatError
			if cut := strings.HasPrefix(test.want, "trace is cut"); cut != errors.Is(err, ErrCut) || cut == errors.As(err, &format) {
				t.Errorf("error %v is of the wrong kind", err)
			}
		})
	}
}

func TestReadTraceChecksTheDigest(t *testing.T) {
	trace := buildSample(t, BuildOptions{})
	other := trace.Digest()
	other[31] ^= 1
	_, err := ReadTrace(trace.Reader(), other, BuildOptions{})
	var digest *DigestError
	if !errors.As(err, &digest) {
		t.Fatalf("error is %v: want a *DigestError", err)
	}
	if diff := cmp.Diff(DigestError{Want: other, Got: trace.Digest()}, *digest); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// Cut a trace anywhere, or flip any of its bytes, and reading it says so.
func TestReadTraceSeesEveryByte(t *testing.T) {
	trace := buildSample(t, BuildOptions{})
	for i := range sample.lines {
		if _, err := ReadTrace(strings.NewReader(sample.lines[:i]), trace.Digest(), BuildOptions{}); !errors.Is(err, ErrCut) {
			t.Errorf("cut at %d: error is %v: want ErrCut", i, err)
		}
		flipped := []byte(sample.lines)
		flipped[i] ^= 0x20
		if _, err := ReadTrace(bytes.NewReader(flipped), trace.Digest(), BuildOptions{}); err == nil {
			t.Errorf("flipped at %d: accepted", i)
		}
	}
}

func TestReadTraceReportsItsReadersErrors(t *testing.T) {
	broken := errors.New("disk on fire")
	for _, lines := range []string{"", headerLine, headerLine + eventLine, headerLine + eventLine + endLine} {
		r := io.MultiReader(strings.NewReader(lines), iotest.ErrReader(broken))
		if _, err := ReadTrace(r, Digest{}, BuildOptions{}); !errors.Is(err, broken) {
			t.Errorf("after %d bytes: error is %v", len(lines), err)
		}
	}
}

func TestLimitOnALine(t *testing.T) {
	long := headerLine + `{"kind":"out","value":"` + strings.Repeat("x", 300) + `"}` + "\n" + endLine
	if _, err := ReadTrace(strings.NewReader(long), Digest{}, BuildOptions{MaxEvent: 200}); !errors.Is(err, ErrEventTooLarge) {
		t.Errorf("error is %v: want ErrEventTooLarge", err)
	}
	if _, err := ReadTrace(strings.NewReader(long), Digest{}, BuildOptions{MaxMemory: 100, SpoolDir: t.TempDir()}); err != nil {
		t.Error(err)
	}
}

// What can be built can be read, down to the deepest value.
func TestDeepestValueIsReadAgain(t *testing.T) {
	b := NewBuilder(Header{Output: OutputJSON}, BuildOptions{})
	if err := b.Add(KindOut, "", []byte(strings.Repeat("[", maxDepth)+strings.Repeat("]", maxDepth))); err != nil {
		t.Fatal(err)
	}
	trace, err := b.End(End{Status: StatusOK})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ReadTrace(trace.Reader(), trace.Digest(), BuildOptions{}); err != nil {
		t.Error(err)
	}
}

func TestHeaderErrorsShowAtTheFirstUse(t *testing.T) {
	for name, h := range map[string]Header{
		"unknown output":        {Output: "yaml"},
		"workflow is not UTF-8": {Output: OutputJSON, Workflow: "a\xff"},
		"command is not UTF-8":  {Output: OutputJSON, Command: []string{"\xff"}},
		"longer than an event":  {Output: OutputJSON, Workflow: strings.Repeat("x", 1000)},
		"no output at all":      {},
	} {
		t.Run(name, func(t *testing.T) {
			b := NewBuilder(h, BuildOptions{MaxEvent: 500})
			if err := b.Add(KindOut, "", []byte("1")); err == nil {
				t.Error("Add: no error")
			}
			if _, err := b.End(End{Status: StatusOK}); err == nil {
				t.Error("End: no error")
			}
		})
	}
}

func TestFullSpoolIsReported(t *testing.T) {
	o := BuildOptions{SpoolDir: "/nowhere", MaxMemory: 500}
	b := NewBuilder(Header{Output: OutputJSON}, o)
	err := b.AddText(KindOut, "", strings.Repeat("x", 1000))
	if !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("error is %v: want fs.ErrNotExist", err)
	}
	if _, end := b.End(End{Status: StatusOK}); !errors.Is(end, os.ErrNotExist) {
		t.Errorf("End: error is %v: want that of Add", end)
	}
	b.Discard()
}

func TestLines(t *testing.T) {
	for _, most := range []int{1, 1 << 20} {
		trace := buildSample(t, BuildOptions{MaxMemory: most, SpoolDir: t.TempDir()})
		var got []string
		for line, err := range trace.Lines() {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, string(line))
		}
		want := strings.Split(strings.TrimSuffix(sample.lines, "\n"), "\n")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("memory of %d bytes: (-want +got)\n%s", most, diff)
		}
	}
}

// A trace of 200 MB, built and read again, takes the memory of its largest event.
func TestMemoryIsBoundedByTheLargestEvent(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 400 MB")
	}
	const size, most = 200 << 20, 32 << 20
	o := BuildOptions{SpoolDir: t.TempDir()}
	value := fmt.Appendf(nil, `{"text":"%s"}`, bytes.Repeat([]byte("0123456789abcdef"), 1<<16))
	before := heapInUse()
	b := NewBuilder(Header{Output: OutputJSONL, Workflow: "large"}, o)
	peak := uint64(0)
	for i := 0; i < size/len(value); i++ {
		if err := b.Add(KindOut, "", value); err != nil {
			t.Fatal(err)
		}
		peak = max(peak, heapInUse())
	}
	trace, err := b.End(End{Status: StatusOK})
	if err != nil {
		t.Fatal(err)
	}
	defer trace.Close()
	again, err := ReadTrace(&heapWatcher{Reader: trace.Reader(), peak: &peak}, trace.Digest(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if trace.Size() < size-int64(len(value)) {
		t.Fatalf("only %d bytes", trace.Size())
	}
	grown := int64(peak) - int64(before)
	t.Logf("a trace of %d MiB took %d KiB", trace.Size()>>20, grown>>10)
	if grown > most {
		t.Errorf("heap grew by %d bytes: want at most %d", grown, most)
	}
}

// heapWatcher notes the heap's size once in 64 MB that are read through it.
type heapWatcher struct {
	io.Reader
	peak *uint64
	read int
}

func (w *heapWatcher) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	if before := w.read; before>>26 != (before+n)>>26 {
		*w.peak = max(*w.peak, heapInUse())
	}
	w.read += n
	return n, err
}

// heapInUse returns the heap's size in bytes, garbage included: what a process takes.
func heapInUse() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse
}

func FuzzReadTrace(f *testing.F) {
	f.Add([]byte(sample.lines))
	f.Add([]byte(headerLine + eventLine + endLine))
	f.Add([]byte(headerLine + endLine))
	f.Add([]byte(headerLine + eventLine))
	f.Add([]byte(strings.Replace(headerLine, `,"format"`, `,"command":[],"format"`, 1) + `{"end":{"events":0,"status":"ok"}}` + "\n"))
	f.Fuzz(func(t *testing.T, lines []byte) {
		trace, err := ReadTrace(bytes.NewReader(lines), Digest{}, BuildOptions{})
		if err != nil {
			return
		}
		// What is accepted can be built, to the byte, from what was read.
		b := NewBuilder(trace.Header(), BuildOptions{})
		n := 0
		for line, err := range trace.Lines() {
			if err != nil {
				t.Fatal(err)
			}
			if n++; n == 1 || n == trace.Events()+2 {
				continue
			}
			e, err := ParseEvent(line)
			if err != nil {
				t.Fatal(err)
			}
			if err := b.Add(e.Kind, e.Name, e.Value); err != nil {
				t.Fatal(err)
			}
		}
		again, err := b.End(trace.End())
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := again.Bytes(); !bytes.Equal(got, lines) || again.Digest() != trace.Digest() {
			t.Errorf("got  %q\nwant %q", got, lines)
		}
	})
}
