package runbook

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func write(t *testing.T, r *Recorder, entries ...Entry) {
	t.Helper()
	for _, e := range entries {
		if err := r.Append(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
}

// record writes a journal of all kinds of records, and returns what it should be read as.
func record(t *testing.T, path string) *Journal {
	t.Helper()
	j := sound()
	j.Header.Before = []Preparation{{What: "backup", Done: true, By: "bob"}}
	j.Header.Books = map[string]string{"b": "0123456789ab"}
	j.Observations = []Observation{{At: noon, Who: "ada", Step: "look", Text: "loud && <clear>\n\u2028"}}
	j.FollowUps = []FollowUp{{At: noon, What: "oil it", Owner: "bob", Due: "2026-12-01"}}
	j.SignOffs = []SignOff{{At: noon, Who: "eve", Issues: []string{"#3"}, Changes: []string{"oil first"}}}
	r, err := CreateJournal(path, j.Header)
	if err != nil {
		t.Fatal(err)
	}
	write(t, r, j.Steps[0], j.Steps[1], j.Scenarios[0], j.Observations[0], *j.End)
	if r, err = AppendJournal(path); err != nil {
		t.Fatal(err)
	}
	write(t, r, j.FollowUps[0], j.SignOffs[0])
	return j
}

func TestJournalIsReadAsItWasWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "drills", "d1.jsonl")
	want := record(t, path)
	got, err := ReadJournal(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if text, err := os.ReadFile(path); err != nil || !strings.Contains(string(text), `"text":"loud && <clear>\n`) {
		t.Errorf("people can't read it: %v\n%s", err, text)
	}
	if _, err := CreateJournal(path, Header{}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second drill over the first: %v", err)
	}
}

// TestJournalOfAKilledDrill: wherever its writer was killed, all that was acknowledged before is
// read, what was not is named, and nothing is certified.
func TestJournalOfAKilledDrill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "d1.jsonl")
	record(t, path)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	header := strings.IndexByte(string(whole), '\n') + 1
	end := strings.Index(string(whole), `{"record":"end"`)
	for cut := header; cut < end; cut++ {
		j, err := ParseJournal(whole[:cut])
		if err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		if torn := whole[cut-1] != '\n'; torn != (len(j.Damaged) == 1 && j.Damaged[0].Torn) {
			t.Fatalf("cut at %d: torn is %v, damaged %v", cut, torn, j.Damaged)
		}
		if verdict, _ := Judge(j, []string{"look", "turn"}); verdict == Certified {
			t.Fatalf("cut at %d, it is certified", cut)
		}
	}
	if err := os.Truncate(path, int64(end+5)); err != nil {
		t.Fatal(err)
	}
	r, err := AppendJournal(path)
	if err != nil {
		t.Fatal(err)
	}
	write(t, r, Observation{At: noon, Who: "ada", Text: "the power failed"})
	j, err := ReadJournal(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int{1, 1, 2}, []int{len(j.Damaged), len(j.FollowUps) + 1, len(j.Observations)}); diff != "" {
		t.Errorf("damaged lines, follow-ups + 1 and observations (-want +got)\n%s", diff)
	}
}

func TestParseJournalRefuses(t *testing.T) {
	for name, src := range map[string]string{
		"nothing":         "",
		"an empty line":   "\n",
		"another file":    "# A\n",
		"no header":       `{"record":"step"}` + "\n",
		"another version": `{"record":"header","version":2}` + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := ParseJournal([]byte(src)); !errors.Is(err, ErrNoJournal) {
				t.Errorf("got %v; want %v", err, ErrNoJournal)
			}
		})
	}
}

// TestDamagedLinesAreNamed: what has no place in a journal keeps it from being certified.
func TestDamagedLinesAreNamed(t *testing.T) {
	const header, end = `{"record":"header","version":1}` + "\n", `{"record":"end"}` + "\n"
	for _, test := range []struct{ name, src, want string }{
		{"a line that is none of JSON", header + "x\n", "invalid character 'x' looking for beginning of value"},
		{"a second header", header + header, `it is a record of the kind "header"; a header is the first and only there`},
		{"a step after the end", header + end + `{"record":"step"}` + "\n", `a record of the kind "step" after the drill's end`},
		{"a second end", header + end + end, `a record of the kind "end" after the drill's end`},
		{"a field of another kind", header + `{"record":"step","line":"x"}` + "\n", "json: cannot unmarshal string into Go struct field CarriedOut.line of type int"},
	} {
		t.Run(test.name, func(t *testing.T) {
			j, err := ParseJournal([]byte(test.src))
			if err != nil {
				t.Fatal(err)
			}
			if len(j.Damaged) != 1 {
				t.Fatalf("damaged: %v; want one line", j.Damaged)
			}
			if diff := cmp.Diff(test.want, j.Damaged[0].Why); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
	if j, err := ParseJournal([]byte(header + `{"record":"weather","rain":true}` + "\n")); err != nil || len(j.Damaged) > 0 {
		t.Errorf("a kind of a later version: %v, %v", j, err)
	}
}

func TestLimited(t *testing.T) {
	kept, cut := Limited(strings.Repeat("é", longestOutput/2) + "é!")
	if len(kept) != longestOutput-1 || cut != 4 || !strings.HasPrefix(kept, "é") {
		t.Errorf("%d bytes are kept and %d cut, beginning %q", len(kept), cut, kept[:2])
	}
	if kept, cut := Limited("short"); kept != "short" || cut != 0 {
		t.Errorf("got %q, %d", kept, cut)
	}
}
