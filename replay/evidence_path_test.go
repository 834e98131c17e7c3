package replay

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNamesOfFilesThatTheRunMade(t *testing.T) {
	none := CauseUnattributed
	for _, test := range []struct {
		name, want, got string
		made, gotMade   string // its path
		class           Class
		cause           Cause
	}{
		{"mktemp's name", `"nightly.bQ3kfT9w"`, `"nightly.Xz81mPqa"`, "/runs/a/tmp/nightly.bQ3kfT9w", "/runs/b/tmp/nightly.Xz81mPqa", volatile, CausePath},
		{"within a text", `"wrote bQ3kfT, 12 rows"`, `"wrote Xz81mP, 12 rows"`, "/tmp/bQ3kfT", "/tmp/Xz81mP", volatile, CausePath},
		{"Java's name", `"run7340129.log"`, `"run12873409128734.log"`, "/runs/a/tmp/run7340129.log", "/runs/b/tmp/run12873409128734.log", volatile, CausePath},
		{"a folder's name alone", `"Xq81mP/part"`, `"bQ3kfT/part"`, "/tmp/Xq81mP", "/tmp/bQ3kfT", volatile, CausePath},
		{"a token that is no file", `"nightly.bQ3kfT9w"`, `"nightly.Xz81mPqa"`, "/tmp/nightly.aaaaaa", "/tmp/nightly.bbbbbb", violation, CauseRNG},
		{"a token that is one run's file", `"nightly.bQ3kfT9w"`, `"nightly.Xz81mPqa"`, "/tmp/nightly.bQ3kfT9w", "/tmp/nightly.bbbbbb", violation, none},
		{"a file in no folder for temporary ones", `"nightly.bQ3kfT9w"`, `"nightly.Xz81mPqa"`, "/data/nightly.bQ3kfT9w", "/data/nightly.Xz81mPqa", violation, CauseRNG},
		{"a choice of words", `"plan-alpha.txt"`, `"plan-gamma.txt"`, "/tmp/plan-alpha.txt", "/tmp/plan-gamma.txt", violation, none},
		{"a UUID", `"2f1e8a3c-94d7-4c1b-8f6e-0a1b2c3d4e5f"`, `"9c3d1b7a-12e4-4f6a-a9b8-7c6d5e4f3a2b"`,
			"/tmp/2f1e8a3c-94d7-4c1b-8f6e-0a1b2c3d4e5f", "/tmp/9c3d1b7a-12e4-4f6a-a9b8-7c6d5e4f3a2b", violation, CauseRNG},
		{"a score beside the name", `"nightly.bQ3kfT9w scored 17"`, `"nightly.Xz81mPqa scored 18"`, "/tmp/nightly.bQ3kfT9w", "/tmp/nightly.Xz81mPqa", violation, none},
	} {
		t.Run(test.name, func(t *testing.T) {
			want, got := *wantRun, *gotRun
			want.Made, got.Made = []string{"/tmp/steady", test.made}, []string{"/tmp/steady", test.gotMade}
			d := classifyOne("/x", test.want, test.got, Evidence{Want: &want, Got: &got})
			if diff := cmp.Diff([]any{test.class, test.cause}, []any{d.Class, d.Cause}); diff != "" {
				t.Errorf("(-want +got):\n%s%s", diff, d.Why)
			}
		})
	}
}

// One in twelve of Python's names has no digit: two of these at once made a leak a violation.
func TestTemporaryNamesOfLettersOnly(t *testing.T) {
	for _, c := range []struct {
		want, got string
		nature    nature
	}{
		{"chunks-qwhzbnld", "chunks-pyxcemao", naturePath},
		{"tmpqwhzbnld", "tmppyxcemao", naturePath},
		{"settings", "profiles", natureNothing},
		{"chunks-one", "chunks-two", natureNothing},
		{"chunks-qwhzbnldx", "chunks-pyxcemaoy", natureNothing},
	} {
		if got := temporary(c.want, c.got); got.nature != c.nature {
			t.Errorf("%s, %s: %s", c.want, c.got, got.why)
		}
	}
}
