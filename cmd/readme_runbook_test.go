package cmd_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/shadowrun/shadowrun/runbook"
)

var (
	namedBlock   = regexp.MustCompile("(?ms)^(```+)(?:markdown|text) (\\S+)\n(.*?)^(```+)\n")
	consoleBlock = regexp.MustCompile("(?ms)^```console\n(.*?)^```\n")
)

// The README's recipe for somebody's own Markdown is carried out word for word, in an empty folder.
func TestReadmeRunbook(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, recipe, found := strings.Cut(string(text), "\n## Carry your own runbook out\n")
	if !found {
		t.Fatal("the README has no such recipe")
	}
	dir, plain := t.TempDir(), "" // what is left beside the files, whose headings are none of the README's
	for rest := recipe; ; {
		at := namedBlock.FindStringSubmatchIndex(rest)
		if at == nil {
			recipe, _, _ = strings.Cut(plain+rest, "\n## ")
			break
		}
		plain += rest[:at[0]]
		fence, name := rest[at[2]:at[3]], filepath.Join(dir, rest[at[4]:at[5]])
		content, after, _ := strings.Cut(rest[at[6]:], "\n"+fence+"\n")
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content+"\n"), 0o666); err != nil {
			t.Fatal(err)
		}
		rest = after
	}
	ran := 0
	for _, block := range consoleBlock.FindAllStringSubmatch(recipe, -1) {
		for _, one := range strings.Split("\n"+block[1], "\n$ ")[1:] {
			command, want, _ := strings.Cut(one, "\n")
			c := exec.Command("sh", "-c", command)
			c.Dir, c.Stderr = dir, t.Output()
			c.Env = append(os.Environ(), "XDG_STATE_HOME="+filepath.Join(dir, "state"))
			got, err := c.Output()
			if err != nil {
				t.Errorf("%s: %v", command, err)
			}
			if err := runbook.Match(strings.TrimSuffix(want, "\n")+"\n", string(got)); err != nil {
				t.Errorf("%s: %v\n%s", command, err, got)
			}
			ran++
		}
	}
	if ran != 3 {
		t.Errorf("%d commands of the recipe ran, want 3", ran)
	}
}
