package runbook

import (
	"strings"
	"testing"
)

// What would take the parser many seconds is refused by its line, before it is parsed.
func TestLargeInputs(t *testing.T) {
	table := func(columns int) string {
		return strings.Repeat("|a", columns) + "|\n" + strings.Repeat("|-", columns) + "|\n" + strings.Repeat("|a|\n", 10)
	}
	for _, test := range []struct{ name, src, want string }{
		{"30,000 links in each other", "# A\n" + strings.Repeat("[a](", 30_000), "ops.md:2: more than 3000 stars, underscores and brackets stand here without an empty line between them; put some in"},
		{"images", strings.Repeat("![a](", 30_000), "ops.md:1: more than 3000 "},
		{"emphasis over many lines", strings.Repeat(strings.Repeat("*a_", 100)+"\n", 600), "ops.md:16: more than 3000 "},
		{"of one mark too many", strings.Repeat("a*", 3001) + "\n", "ops.md:1: more than 3000 "},
		{"of the most", strings.Repeat("a*", 3000) + "\n\n" + strings.Repeat("_a", 3000), ""},
		{"a picture within", "![x](data:image/png;base64," + strings.Repeat("QUJD+/=0", 25_000) + ")\n", ""},
		{"a table of 1,500 columns", "# A\n\n" + table(1500), "ops.md:4: the table has more than 50 columns; make several of it"},
		{"of one too many", table(51), "ops.md:2: the table has more than 50 columns"},
		{"without the outer bars", "a" + strings.Repeat("|a", 50) + "\n-" + strings.Repeat("|:-:", 50) + "\n", "ops.md:2: the table has more than 50 columns"},
		{"in a quote", "> " + strings.ReplaceAll(table(51), "\n", "\n> "), "ops.md:2: the table has more than 50 columns"},
		{"of the most columns", table(50), ""},
		{"bars that are no table", "a\n\n" + strings.Repeat("|", 200) + "\n\n" + strings.Repeat("a|", 200) + "\n", ""},
		{"a file too large by one", strings.Repeat("aaaaaaa\n", 1<<20/8) + "\n", "ops.md:131073: the file is larger than 1024 KiB; make several runbooks of it"},
		{"a file of the most", strings.Repeat("aaaaaa\n\n", 1<<20/8), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Parse("ops", []byte(test.src))
			switch {
			case test.want == "" && err != nil:
				t.Error(err)
			case test.want != "" && (err == nil || !strings.HasPrefix(err.Error(), test.want)):
				t.Errorf("want %q, got %v", test.want, err)
			}
		})
	}
}

// Our own part of the work grows with the file, not with its square: that took minutes.
func TestManyPlaceholders(t *testing.T) {
	line := strings.Repeat("<(<a>)<b>", 400) + "\n"
	b, err := Parse("ops", []byte("# A\n```sh\n"+strings.Repeat(line, 250<<10/len(line))+"```\n"))
	if err != nil {
		t.Fatal(err)
	}
	if names := strings.Join(b.Step("a.1").Placeholders, " "); names != "b" {
		t.Errorf("placeholders are %q, want b: what is in <(…) is a command's input", names)
	}
}
