package replay

import "testing"

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
