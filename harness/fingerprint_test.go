package harness

import (
	"os"
	"path/filepath"
	"testing"
)

// A build's fingerprint changes with what the build is made of, and with nothing else.
func TestFingerprint(t *testing.T) {
	fresh := WorkflowConfig{Command: []string{"sh", "flow.sh"}, Workdir: "fresh", Files: []string{"flow.sh", "lib"}}
	for _, c := range []struct {
		name    string
		w       WorkflowConfig
		changed string // the file that changes
		want    bool   // the fingerprint does, too
	}{
		{"the script", WorkflowConfig{Command: []string{"sh", "flow.sh", "{seed}"}}, "flow.sh", true},
		{"the program", WorkflowConfig{Command: []string{"./flow.sh"}}, "flow.sh", true},
		{"another file", WorkflowConfig{Command: []string{"sh", "flow.sh"}}, "other.txt", false},
		{"a script in a workdir", WorkflowConfig{Command: []string{"sh", "a.sh"}, Workdir: "lib"}, "lib/a.sh", true},
		{"a script of a fresh workdir", fresh, "flow.sh", true},
		{"a folder of a fresh workdir", fresh, "lib/a.sh", true},
		{"a file not copied to it", fresh, "other.txt", false},
		{"what is named", WorkflowConfig{Command: []string{"true"}, Fingerprint: []string{"lib/*.sh"}}, "lib/a.sh", true},
		{"standard input", WorkflowConfig{Command: []string{"cat"}, Stdin: "other.txt"}, "other.txt", true},
		{"nothing of a Go workflow", WorkflowConfig{}, "flow.sh", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			write := func(name, text string) {
				t.Helper()
				path := filepath.Join(dir, name)
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			for _, name := range []string{"flow.sh", "other.txt", "lib/a.sh"} {
				write(name, "one")
			}
			var f fingerprinter
			print := func() string {
				t.Helper()
				build, err := f.build(dir, c.w)
				if err != nil {
					t.Fatal(err)
				}
				return build
			}
			before := print()
			if again := print(); again != before {
				t.Error("it changed while nothing else did")
			}
			write(c.changed, "another")
			if changed := print() != before; changed != c.want {
				t.Errorf("it changed: %v; want %v", changed, c.want)
			}
			write(c.changed, "one")
			if print() != before {
				t.Error("it did not change back with the file")
			}
		})
	}
}

// What is not there, is a folder, or can't be read is no error: the run will say so.
func TestFingerprintOfWhatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "secret"), []byte("x"), 0); err != nil {
		t.Fatal(err)
	}
	var f fingerprinter
	for _, w := range []WorkflowConfig{
		{Command: []string{"no-such-program"}},
		{Command: []string{"./gone.sh", ".", "{seed}", ""}},
		{Command: []string{"./secret"}},
		{Command: []string{"true"}, Workdir: "fresh", Files: []string{"gone"}},
		{Command: []string{"true"}, Fingerprint: []string{"gone*"}},
	} {
		if _, err := f.build(dir, w); err != nil {
			t.Errorf("%q: %v", w.Command, err)
		}
	}
	if _, err := f.build(dir, WorkflowConfig{Command: []string{"true"}, Fingerprint: []string{"[bad"}}); err == nil {
		t.Error("a bad pattern is no error")
	}
}
