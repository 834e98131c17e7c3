package gate

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/replay"
)

// What is accepted is what this build does; what is not is left as it was, and only what differs is written.
func TestAccept(t *testing.T) {
	r := newRepository(t, oneFlow, steady)
	r.accept()
	before := r.goldens()
	stamp := func(name string) fs.FileInfo {
		info, err := os.Stat(filepath.Join(r.dir, "testdata/goldens", name))
		if err != nil {
			t.Fatal(err)
		}
		return info
	}
	untouched := stamp("flow/1.golden")

	r.write("flow.sh", `[ $1 = 2 ] && set 3`+"\n"+steady)
	if got := r.accept(); len(got) != 1 || got[0].Err != nil || got[0].Case != (Case{"flow", 2}) {
		t.Errorf("accepted %+v, want flow's seed 2 alone", got)
	}
	after := r.goldens()
	if before[Case{"flow", 1}] != after[Case{"flow", 1}] || before[Case{"flow", 2}] == after[Case{"flow", 2}] || len(after) != 2 {
		t.Errorf("%v became %v, want another golden of seed 2 alone", before, after)
	}
	if !os.SameFile(untouched, stamp("flow/1.golden")) {
		t.Error("the golden that is as it was was written again")
	}
	if report := r.check(Scope{}); report.Count(replay.VerdictMatch) != 2 {
		t.Errorf("%+v, want 2 matches", report.Results)
	}

	r.write("shadowrun.yaml", strings.Replace(oneFlow, "[1, 2]", "[1]", 1))
	if got := r.accept(); len(got) != 1 || !got[0].Removed {
		t.Errorf("accepted %+v, want the removal of an orphan", got)
	}
	if diff := cmp.Diff([]string{"flow/1.golden"}, described(t, r)); diff != "" || len(r.goldens()) != 1 {
		t.Errorf("%v (want -, got +)\n%s", r.goldens(), diff)
	}
}

// described returns the goldens whose circumstances are kept.
func described(t *testing.T, r repository) []string {
	all, err := readCircumstances(filepath.Join(r.dir, "testdata/goldens"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, of := range sortedKeys(all) {
		names = append(names, of.golden)
	}
	return names
}

// A merge that keeps both sides of the circumstances loses nothing: each golden has its own, and the next one that is accepted
// leaves those only.
func TestCircumstancesOfBothSides(t *testing.T) {
	r := newRepository(t, oneFlow, steady)
	path := filepath.Join(r.dir, "testdata/goldens", circumstancesFile)
	read := func() string {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	r.accept()
	theirs := read()
	r.write("flow.sh", "set 9\n"+steady)
	r.accept()
	r.write("testdata/goldens/"+circumstancesFile, read()+theirs)
	r.write("flow.sh", "set 8\n"+steady)
	if report := r.check(Scope{}); report.Count(replay.VerdictDrift) != 2 {
		t.Errorf("%+v, want 2 drifts: what surrounded the goldens is known", report.Results)
	}
	r.accept()
	if diff := cmp.Diff([]string{"flow/1.golden", "flow/2.golden"}, described(t, r)); diff != "" {
		t.Errorf("(want -, got +)\n%s", diff)
	}
}

// A build that changes its mind only after the check is not accepted either.
func TestAcceptRefusesWhatDisagreesWithItself(t *testing.T) {
	tests := []struct {
		name   string
		result Result
		script string
	}{
		{"as the check found", Result{Case: Case{"flow", 1}, Verdict: replay.VerdictViolation}, steady},
		{"as it turns out", Result{Case: Case{"flow", 1}, Verdict: Missing}, `echo '{"price": '$(od -An -tu4 -N4 /dev/urandom)'}'`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := newRepository(t, oneFlow, test.script)
			accepted, err := r.open(Scope{}).Accept(t.Context(), []Result{test.result})
			if err != nil {
				t.Fatal(err)
			}
			if len(accepted) != 1 || accepted[0].Err == nil || !strings.Contains(accepted[0].Err.Error(), "this build disagrees with itself") {
				t.Errorf("%+v, want a refusal", accepted)
			}
			if _, err := os.Stat(filepath.Join(r.dir, "testdata")); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%v, want nothing written", err)
			}
		})
	}
}

// A change of one field is a change of one line in the golden, of its line in goldens.sum, and of its own in the circumstances.
func TestOneFieldIsOneLine(t *testing.T) {
	r := newRepository(t, oneFlow, steady)
	r.accept()
	read := func(name string) []string {
		text, err := os.ReadFile(filepath.Join(r.dir, "testdata/goldens", name))
		if err != nil {
			t.Fatal(err)
		}
		return strings.SplitAfter(string(text), "\n")
	}
	files := []string{"flow/2.golden", "goldens.sum", circumstancesFile}
	before := map[string][]string{}
	for _, name := range files {
		before[name] = read(name)
	}
	r.write("flow.sh", `[ $1 = 2 ] && set 3`+"\n"+steady)
	r.accept()
	for _, name := range files {
		changed := 0
		after := read(name)
		for i := range min(len(after), len(before[name])) {
			if after[i] != before[name][i] {
				changed++
			}
		}
		if changed != 1 || len(after) != len(before[name]) {
			t.Errorf("%s: %d lines changed, %d became %d; want one changed", name, changed, len(before[name]), len(after))
		}
	}
}

// Who ran it, where and on which host is in a repository only if a golden says it anyway.
func TestCircumstancesSayNothingOfTheHost(t *testing.T) {
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, script string
		want         []string // fields that are kept
	}{
		{"a golden that names nothing", steady, nil},
		{"a golden with the host", `echo '{"host": "'$(hostname)'"}'`, []string{"host"}},
		{"a golden with its folder", `echo '{"tmp": "'$TMPDIR'"}'`, []string{"dirs"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := newRepository(t, oneFlow, test.script)
			r.accept()
			all, err := readCircumstances(filepath.Join(r.dir, "testdata/goldens"))
			if err != nil {
				t.Fatal(err)
			}
			c := all[sortedKeys(all)[0]] // of flow/1.golden
			var kept []string
			for name, there := range map[string]bool{"host": c.Host != "", "home": c.Home != "", "user": c.User != "", "dirs": c.Dirs != nil} {
				if there {
					kept = append(kept, name)
				}
			}
			slices.Sort(kept)
			if diff := cmp.Diff(test.want, kept); diff != "" || c.Build == "" || c.Environment == "" || c.Start.IsZero() || len(c.PIDs) == 0 {
				t.Errorf("host %s: %+v (want -, got +)\n%s", host, c, diff)
			}
		})
	}
}
