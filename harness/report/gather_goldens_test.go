package report

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/soak"
)

// Soaks share a store. What is damaged of one decides that one's verdict alone.
func TestDamageToAnotherSoaksGoldensIsANote(t *testing.T) {
	dir := t.TempDir()
	interval := harness.Duration(0)
	steady := []harness.Workflow{faulty[0]}
	config := harness.Config{Dir: dir, RunsPerCycle: 2, Interval: &interval, Workflows: []harness.WorkflowConfig{{Name: steady[0].Name()}}}.Defaults()
	for range 2 {
		if _, err := soak.Run(context.Background(), make(chan struct{}), soak.Options{Dir: dir, Config: config, Workflows: steady, Cycles: 3}); err != nil {
			t.Fatal(err)
		}
	}
	s, second := view(t, dir)
	first, err := s.Soak(1)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Gather(t.Context(), s, second, Options{At: noon})
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Store; got.Goldens != 6 || got.InStore != 12 || got.Wrong+got.Elsewhere != 0 {
		t.Errorf("%+v, want 6 of 12 goldens and no problem", got)
	}
	for g, err := range s.Ledger.Goldens(first.ID) {
		if err != nil {
			t.Fatal(err)
		}
		flip(t, dir, g.Place)
		break
	}
	for _, test := range []struct {
		name      string
		soak      int
		elsewhere bool
	}{{"the soak whose golden it is", 1, false}, {"the other", 2, true}} {
		t.Run(test.name, func(t *testing.T) {
			of := first
			if test.soak == 2 {
				of = second
			}
			r, err := Gather(t.Context(), s, of, Options{At: noon})
			if err != nil {
				t.Fatal(err)
			}
			gate, _ := goldensGate(r)
			noted := strings.Contains(strings.Join(r.Notes, "\n"), "goldens of other soaks, which decide nothing here")
			if gate.Met != test.elsewhere || noted != test.elsewhere || r.Store.Elsewhere > 0 != test.elsewhere {
				t.Errorf("met %v, noted %v, %+v", gate.Met, noted, r.Store)
			}
		})
	}
}

// flip changes a byte of the golden at a place of the store.
func flip(t *testing.T, dir, place string) {
	t.Helper()
	parts := strings.Split(place, ":")
	offset, err := strconv.Atoi(parts[1])
	files, globErr := filepath.Glob(filepath.Join(soak.GoldenDir(dir), "seg-*"+parts[0]+".srs"))
	if err != nil || globErr != nil || len(files) != 1 {
		t.Fatal(place, files, errors.Join(err, globErr))
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	text[offset+60] ^= 1
	if err := os.WriteFile(files[0], text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestWhoseAProblemIs(t *testing.T) {
	p := places{ours: map[string]bool{"1:40:0": true}, others: map[string]bool{"1:90:0": true, "2:40:0": true}, segments: map[string]bool{"1": true}}
	for _, test := range []struct {
		name, golden string
		want         bool
	}{
		{"a golden of ours", "1:40:0", true},
		{"one of another soak's, in the same segment", "1:90:0", false},
		{"one of another segment", "2:40:0", false},
		{"one that nobody names, in a segment of ours", "1:70:0", true},
		{"one that nobody names, elsewhere", "3:70:0", false},
		{"a segment of ours", "seg-000001.srs", true},
		{"its seal", "seg-000001.seal", true},
		{"another's", "seg-000010.srs", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := p.concern(golden.Problem{Golden: test.golden}); got != test.want {
				t.Errorf("%v, want %v", got, test.want)
			}
		})
	}
}
