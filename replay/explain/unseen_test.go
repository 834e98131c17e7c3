package explain

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/replay"
)

func recorded(places ...string) []replay.Difference {
	var ds []replay.Difference
	for _, p := range places {
		path, cause, _ := strings.Cut(p, " ")
		d := replay.Difference{Path: path, Class: replay.ClassVolatile, Cause: replay.Cause(cause)}
		if cause == "derived" {
			d.Class = replay.ClassDerived
		}
		ds = append(ds, d)
	}
	return ds
}

func violations(places ...string) []replay.Difference {
	ds := recorded(places...)
	for i := range ds {
		ds[i].Class = replay.ClassViolation
	}
	return ds
}

func explanationOf(paths ...string) *Explanation {
	x := &Explanation{Workflow: "w", Runs: 68}
	for _, path := range paths {
		path, latent := strings.CutPrefix(path, "latent ")
		f := Field{Path: path, Class: replay.ClassVolatile, Cause: replay.CauseClock, Root: true}
		if latent {
			f.Class = replay.ClassLatent
		}
		x.Fields = append(x.Fields, f)
	}
	return x
}

// Lines of a text, and elements of a list, share a pattern, and may differ for reasons of their own.
func TestFieldOfAFinding(t *testing.T) {
	for _, test := range []struct {
		name     string
		fields   []string
		recorded []replay.Difference
		want     string // of the finding of /items/*, clock, a leak unless the recorded say otherwise
	}{
		{"at its place", []string{"/items/1", "/items/2"}, recorded("/items/2 clock", "/items/1 rng"), "/items/2"},
		{"at another's place", []string{"/items/1"}, recorded("/items/1 rng", "/items/2 clock"), ""},
		{"at a place of both", []string{"/items/1"}, recorded("/items/1 rng", "/items/1 clock"), "/items/1"},
		{"it moved", []string{"/items/7"}, recorded("/items/1 rng", "/items/2 clock"), "/items/7"},
		{"its place comes before its like", []string{"/items/7", "/items/2"}, recorded("/items/2 clock"), "/items/2"},
		{"a violation is not cleared by its like", []string{"/items/7"}, violations("/items/2 clock"), ""},
		{"a violation is cleared at its place", []string{"/items/2"}, violations("/items/2 clock"), "/items/2"},
		{"nothing was recorded", []string{"/total", "/items/3"}, nil, "/items/3"},
		{"another pattern", []string{"/total"}, recorded("/items/2 clock"), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := ""
			of := replay.Finding{Class: replay.ClassVolatile, Cause: replay.CauseClock, Pattern: "/items/*"}
			if len(test.recorded) > 0 {
				of.Class = test.recorded[0].Class
			}
			if f := explanationOf(test.fields...).Field(of, test.recorded); f != nil {
				got = f.Path
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestNotSeen(t *testing.T) {
	for _, test := range []struct {
		name     string
		fields   []string
		recorded []replay.Difference
		want     []string
	}{
		{"all is seen", []string{"/at", "/id"}, recorded("/at clock", "/id rng"), nil},
		{"one is not", []string{"/at"}, recorded("/at clock", "/id rng", "/id rng"), []string{"/id"}},
		{"a line beside one that is", []string{"/1"}, recorded("/1 clock", "/2 unattributed"), []string{"/2"}},
		{"a line that moved", []string{"/3"}, recorded("/2 clock"), nil},
		{"a line that has gone, and another's time stamp", []string{"/3"}, violations("/2 unattributed"), []string{"/2"}},
		{"a list of which an element differs", []string{"/items"}, recorded("/items/2 order"), nil},
		{"an element of a list that differs", []string{"/items/2"}, recorded("/items order"), nil},
		{"a name that begins alike", []string{"/item"}, recorded("/items order"), []string{"/items"}},
		{"what follows from another", nil, recorded("/sum derived"), nil},
		{"what differs elsewhere only", []string{"latent /at"}, recorded("/at clock"), []string{"/at"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, explanationOf(test.fields...).NotSeen(test.recorded)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestUnseenIsSaid(t *testing.T) {
	x := explanationOf()
	for range maxNamed + 2 {
		x.Unseen = append(x.Unseen, "/2")
	}
	var b strings.Builder
	if err := WriteText(&b, x, 100); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\nSeen in the soak, and not here\n  /2\n", "\n  and 2 more\n      the same in all of 68 runs, one after the other\n", "'workdir: fresh'"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("it lacks %q:\n%s", want, &b)
		}
	}
}
