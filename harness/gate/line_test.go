package gate

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/replay"
)

// A difference is at the line of the golden's file that holds it.
func TestLineOf(t *testing.T) {
	builder := golden.NewBuilder(golden.Header{Workflow: "w", Seed: 1, Output: golden.OutputSteps}, golden.BuildOptions{})
	for _, e := range []struct{ name, value string }{
		{"quote", `{"bid":1,"deep":{"a/b":[10,{"x":11}]}}`},
		{"quote", `{"bid":2}`},
		{"quotes", `"alone"`},
	} {
		if err := builder.Add(golden.KindStep, e.name, []byte(e.value)); err != nil {
			t.Fatal(err)
		}
	}
	trace, err := builder.End(golden.End{Status: golden.StatusOK})
	if err != nil {
		t.Fatal(err)
	}
	defer trace.Close()
	dir := t.TempDir()
	folder, err := golden.OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := folder.Put(trace); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(filepath.Join(dir, "w/1.golden"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := trace.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	steps, err := replay.Steps(text)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(file), "\n")
	tests := []struct{ path, want string }{
		{"/quote/bid", `"bid": 1,`},
		{"/quote/deep/a~1b/0", `10,`},
		{"/quote/deep/a~1b/1/x", `"x": 11`},
		{"/quote/deep/a~1b/7", `"a/b": [`}, // of an element that is added, what it is added to
		{"/quote#2/bid", `"bid": 2`},
		{"/quote#2", `"value": {`},
		{"/quotes", `"value": "alone"`},
		{"/quotes/gone", `"value": "alone"`},
		{"/@header/seed", `"seed": 1,`},
		{"/@end/status", `"status": "ok"`},
		{"/unknown", `{`},
		{"", `{`},
	}
	for _, test := range tests {
		n := lineOf(file, steps, test.path)
		if n < 1 || n > len(lines) || strings.TrimSpace(lines[n-1]) != test.want {
			t.Errorf("%q: line %d of %d, want the one that is %q", test.path, n, len(lines), test.want)
		}
	}
	if n := lineOf(file[:len(file)/2], steps, "/@end/status"); n != 0 {
		t.Errorf("line %d of a file that was cut, want 0", n)
	}
}
