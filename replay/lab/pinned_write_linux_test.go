//go:build linux && amd64

package lab

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// documentedRows reads what remains, by language and source.
func documentedRows(text string) map[string]string {
	rows := map[string]string{}
	for line := range strings.Lines(text) {
		cells := strings.Split(strings.Trim(line, "|\n"), " | ")
		if len(cells) == 5 && !strings.HasPrefix(strings.TrimSpace(cells[0]), "language") {
			rows[strings.TrimSpace(cells[0])+", "+cells[1]] = strings.TrimSpace(cells[4])
		}
	}
	return rows
}

// remaining says what is left of a source that was pinned.
func remaining(source pinnedSource, pinned outputs) (string, error) {
	runs := 0
	for _, n := range pinned {
		runs += n
	}
	switch {
	case len(pinned) > 1 && source.remains == "":
		return fmt.Sprintf("%d of %d: not explained", pinned.others(), runs), fmt.Errorf("%s: nothing says why it prints\n%s", source.what, pinned)
	case len(pinned) > 1:
		return fmt.Sprintf("%d of %d: %s", pinned.others(), runs, source.remains), nil
	case source.remains == "":
		return identical, nil
	}
	return "not seen, but possible: " + source.remains, nil
}

// writePinned measures the languages that -run selects, and the costs if it does, and keeps the rest of the file.
func writePinned(t *testing.T) {
	text, err := os.ReadFile(pinnedFile)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	table, costs, _ := strings.Cut(string(text), costTitle)
	rows := map[string]string{}
	for line := range strings.Lines(table) {
		if name, _, ok := strings.Cut(strings.TrimPrefix(line, "| "), " | "); ok && name != "language" {
			rows[name] += line
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, pinnedHead, strings.Join(versions(t), ", "), untreatedRuns, pinnedRuns)
	for _, language := range pinnedLanguages {
		t.Run(language.name, func(t *testing.T) { rows[language.name] = strings.Join(measurePinned(t, language), "") })
		b.WriteString(rows[language.name])
	}
	b.WriteString(pinnedNotes)
	t.Run("costs", func(t *testing.T) { costs = measureCosts(t) })
	b.WriteString(costTitle + costs)
	if err := os.WriteFile(pinnedFile, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// measurePinned returns the rows of a language.
func measurePinned(t *testing.T, language pinnedLanguage) []string {
	r := newPinnedRunner(t, language)
	rows, at := make([]string, len(language.sources)), map[string]int{}
	for i, source := range language.sources {
		at[source.key] = i
	}
	r.each(language.sources, func(name string, source pinnedSource) error {
		untreated, failed := r.outputs(name, source, nil, untreatedRuns)
		pinned, err := r.outputs(name, source, pinnedTreatment(), pinnedRuns)
		if err := errors.Join(failed, err); err != nil {
			return err
		}
		remains, err := remaining(source, pinned)
		row := fmt.Sprintf("| %s | %s | %d | %d | %s |\n", language.name, source.what, len(untreated), len(pinned), remains)
		t.Log(strings.TrimSpace(row))
		rows[at[source.key]] = row
		return err
	})
	return rows
}

var versionForm = regexp.MustCompile(`\d+(\.\d+)+`)

func versions(t *testing.T) (all []string) {
	for _, language := range pinnedLanguages {
		if language.version == nil {
			continue
		}
		out, err := exec.Command(language.version[0], language.version[1:]...).Output()
		if err != nil {
			t.Fatalf("%q: %v", language.version, err)
		}
		name := strings.ReplaceAll(strings.TrimSuffix(language.name, ", static"), "C", "GCC")
		all = append(all, name+" "+versionForm.FindString(string(out)))
	}
	return all
}

const pinnedHead = `# Programs with everything pinned

Made by ` + "`go test ./replay/lab -run '^TestPinned$' -update -timeout 60m`" + `; do not edit. Without ` + "`-update`" + ` that test holds what
is called identical here to it, in fewer runs. The programs are beside this file, in pinned/.

Each source was run in 10 runs by itself and in 50 with every factor of the lab's pinned, at one path, in folders that are
new each time, beside five other programs' runs. "Identical" is to the byte. Elsewhere it says how many runs printed something other than most did, and why.
"Not seen, but possible" came out the same in all runs here, though nothing that the lab does makes it.

Measured with %s.

| language | source | untreated, distinct of %d | pinned, distinct of %d | what remains |
|---|---|--:|--:|---|
`

const pinnedNotes = `
What can't be pinned, and why:

- The monotonic clock, by which programs wait: if it stood still, they would wait for ever. So whatever is made of it varies: durations,
  the seeds of java.util.Random and Set.of, the names that glibc's mkstemp and mkdtemp try first, Node's timers that are due about now.
- Instructions that ask nobody, RDTSC and RDRAND: no call is made that could be answered.
- Times of files, sizes of memory and most of /proc: the kernel's own.
- When something comes from outside, or a time is over, while others work. One thread at a time works, until it has to wait, so what threads
  do to each other is the same each time, unless one of them works for half a second without waiting: then it is the next one's turn.
- What a runtime does by itself beside the program, by the clock. Go starts threads when it is busy, each of which takes a number from its maker's
  generator, so a map's order follows from when it did. With one thread at a time it was the same in 250 runs; nothing makes sure of that.
`

const costTitle = "\n# What it costs\n"

const costHead = `
On a virtual machine of %d cores, with a load of %s as it began; medians of %d rounds (of %d for calls) in
which the ways took turns. In ms, start to end:

| program | by itself | lab alone | clock, entropy, CPU time | all but scheduling | everything |
|---|--:|--:|--:|--:|--:|
`

const callHead = `
Scheduling stops threads at the calls that may take long, from the first birth on. Most of the rest is
the namespace of process ids. With so much load the figures are upper ones: ` + "`-run '^TestPinned$/^costs'`" + ` measures these tables alone. A call, in µs:

| call | by itself | lab alone | clock, entropy, CPU time |
|---|--:|--:|--:|
`
