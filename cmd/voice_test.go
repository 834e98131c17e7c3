package cmd

import "testing"

// What a workflow wrote is shown as text, and does nothing to the terminal it is shown on.
func TestPrintable(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"letters of any script", "naïve Łódź 東京 שלום", "naïve Łódź 東京 שלום"},
		{"lines", "a\nb\tc\r", `a\nb\tc\r`},
		{"an escape sequence", "\x1b[2Jgone", `\x1b[2Jgone`},
		{"one of a single byte", "\u009b2Jgone\x7f", "\uFFFD2Jgone\uFFFD"},
		{"other ends of a line", "a\u2028b\u2029c", "a\uFFFDb\uFFFDc"},
		{"a turn of direction", "12\u202e00\u2066,\u200f.\u061c", "12\uFFFD00\uFFFD,\uFFFD.\uFFFD"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := printable(test.text); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}
