package golden

import (
	"crypto/sha256"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sample is a trace of every feature of the format, and its lines.
var sample = struct {
	header Header
	end    End
	lines  string
}{
	Header{Workflow: "orders", Seed: 1<<64 - 1, Output: OutputJSON, Command: []string{"python3", "flow.py", "{seed}"}},
	End{Status: StatusExit, Exit: 3, Error: "no\nstock", Signal: "SIGSEGV"},
	`{"canonical":"shadowrun-c14n/1","command":["python3","flow.py","{seed}"],"format":"shadowrun-trace/1","output":"json","seed":18446744073709551615,"workflow":"orders"}
{"kind":"step","name":"pric\"ing","value":{"a":1.0,"b":[9007199254740993]}}
{"kind":"out","value":"plain"}
{"kind":"artifact","name":"bad\\xff","value":{"base64":"/wA="}}
{"end":{"error":"no\nstock","events":3,"exit":3,"signal":"SIGSEGV","status":"exit"}}
`,
}

func buildSample(t *testing.T, o BuildOptions) *Trace {
	t.Helper()
	b := NewBuilder(sample.header, o)
	for _, err := range []error{
		b.Add(KindStep, `pric"ing`, []byte(`{ "b": [9007199254740993], "a": 1.0 }`)),
		b.AddText(KindOut, "", "plain"),
		b.AddText(KindArtifact, "bad\xff", "\xff\x00"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	trace, err := b.End(sample.end)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { trace.Close() })
	return trace
}

func TestBuilder(t *testing.T) {
	for _, test := range []struct {
		name      string
		maxMemory int
	}{
		{"in memory", 0},
		{"spooled, a write a line", 1},
		{"spooled, some lines still in hand", 260},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := BuildOptions{MaxMemory: test.maxMemory, SpoolDir: t.TempDir()}
			trace := buildSample(t, o)
			got, err := trace.Bytes()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(sample.lines, string(got)); diff != "" {
				t.Errorf("lines (-want +got)\n%s", diff)
			}
			if want := Digest(sha256.Sum256([]byte(sample.lines))); trace.Digest() != want {
				t.Errorf("digest %v: want %v", trace.Digest(), want)
			}
			if trace.Size() != int64(len(sample.lines)) || trace.Events() != 3 {
				t.Errorf("size %d, %d events: want %d, 3", trace.Size(), trace.Events(), len(sample.lines))
			}
			again, err := ReadTrace(trace.Reader(), trace.Digest(), o)
			if err != nil {
				t.Fatal(err)
			}
			defer again.Close()
			end := sample.end
			end.Events = 3
			if diff := cmp.Diff(sample.header, again.Header()); diff != "" {
				t.Errorf("header read back (-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(end, again.End()); diff != "" {
				t.Errorf("end read back (-want +got)\n%s", diff)
			}
		})
	}
}

// A refused event must leave no byte behind, in the lines or in the digest.
func TestBuilderIsUnchangedByARefusedEvent(t *testing.T) {
	b := NewBuilder(Header{Output: OutputSteps}, BuildOptions{MaxEvent: 200})
	var syntax *SyntaxError
	if err := b.Add(KindStep, "half", []byte(`{"b":1,"a":`)); !errors.As(err, &syntax) {
		t.Fatalf("half a document: error is %v: want a *SyntaxError", err)
	}
	if err := b.AddText(KindStep, "long", string(make([]byte, 100))); !errors.Is(err, ErrEventTooLarge) {
		t.Fatalf("a text whose escapes are too long: error is %v: want ErrEventTooLarge", err)
	}
	if err := b.Add(KindStep, "long", make([]byte, 201)); !errors.Is(err, ErrEventTooLarge) {
		t.Fatalf("a value that is too long: error is %v: want ErrEventTooLarge", err)
	}
	if err := b.Add(Kind("stpe"), "x", []byte(`1`)); err == nil {
		t.Fatal("an unknown kind was accepted")
	}
	if b.Events() != 0 {
		t.Errorf("%d events: want none", b.Events())
	}
	trace, err := b.End(End{Status: StatusOK})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ReadTrace(trace.Reader(), trace.Digest(), BuildOptions{}); err != nil {
		t.Error(err)
	}
	if err := b.Add(KindOut, "", []byte(`1`)); err == nil {
		t.Error("an event was added after the end")
	}
}

// One large event must not stay in memory for as long as the trace grows.
func TestLargeEventIsLetGo(t *testing.T) {
	b := NewBuilder(Header{Output: OutputText}, BuildOptions{MaxMemory: 1000, SpoolDir: t.TempDir()})
	defer b.Discard()
	for _, size := range []int{1 << 20, 10} {
		if err := b.AddText(KindOut, "", string(make([]byte, size))); err != nil {
			t.Fatal(err)
		}
	}
	if kept := cap(b.lines.buf); kept > 2000 {
		t.Errorf("%d bytes are kept", kept)
	}
}
