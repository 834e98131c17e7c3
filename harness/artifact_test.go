package harness

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/golden"
)

func TestArtifacts(t *testing.T) {
	for _, c := range []struct {
		name, script string
		want         seen
	}{
		{"none", "true", seen{Status: golden.StatusOK}},
		{"text", `printf 'a\nb' > t; : > empty`, seen{Status: golden.StatusOK, Trace: []string{`artifact "empty" {"text":[]}`, `artifact "t" {"text":["a\n","b"]}`}}},
		{"in folders", `mkdir -p b/c a; echo 1 > b/c/x; echo 2 > b.txt; echo 3 > a/z`, seen{Status: golden.StatusOK, Trace: []string{
			`artifact "a/z" {"text":["3\n"]}`, `artifact "b/c/x" {"text":["1\n"]}`, `artifact "b.txt" {"text":["2\n"]}`}}},
		{"JSON", `echo '{"b":1.0,"a":1}' > a.json; echo '{' > half.json`, seen{Status: golden.StatusOK, Trace: []string{
			`artifact "a.json" {"json":{"a":1,"b":1.0}}`, `artifact "half.json" {"text":["{\n"]}`}}},
		{"bytes", `printf '\377' > x`, seen{Status: golden.StatusOK, Trace: []string{
			`artifact "x" {"sha256":"a8100ae6aa1940d0b663bb31cd466142ebbdbd5187131b92d93818987832eb89","size":1}`}}},
		{"a link to outside", `ln -s /etc/passwd l; ln -s ../../.. up; ln -s . self; ln -s gone dangling`, seen{Status: golden.StatusOK, Trace: []string{
			`artifact "dangling" {"link":"gone"}`, `artifact "l" {"link":"/etc/passwd"}`, `artifact "self" {"link":"."}`, `artifact "up" {"link":"../../.."}`}}},
		{"a named pipe", `mkfifo p`, seen{Status: golden.StatusOK, Trace: []string{`artifact "p" {"type":"named pipe"}`}}},
		{"hostile names", `printf x > "$(printf 'new\nline')"; mkdir "$(printf 'bad\377')"; printf y > "$(printf 'bad\377/\200z')"; printf z > '\\a"b'; printf w > ' '`,
			seen{Status: golden.StatusOK, Trace: []string{`artifact " " {"text":["w"]}`, `artifact "\\\\a\"b" {"text":["z"]}`,
				`artifact "bad\\xff/\\x80z" {"text":["y"]}`, `artifact "new\nline" {"text":["x"]}`}}},
		{"no right to read", `echo 1 > f; chmod 0 f; mkdir d; chmod 0 d; chmod 0 .`, seen{Status: golden.StatusOK, Trace: []string{`artifact "f" {"text":["1\n"]}`}}},
		{"removed", `cd /; rmdir "$SHADOWRUN_OUT"`, seen{Status: golden.StatusOK}},
		{"replaced by a link", `cd /; rmdir "$SHADOWRUN_OUT"; ln -s /etc "$SHADOWRUN_OUT"`,
			seen{Status: golden.StatusFault, Message: "artifacts: SHADOWRUN_OUT was a folder and is a link now"}},
		{"replaced by a file", `cd /; rmdir "$SHADOWRUN_OUT"; echo > "$SHADOWRUN_OUT"`,
			seen{Status: golden.StatusFault, Message: "artifacts: SHADOWRUN_OUT was a folder and is a file now"}},
		{"too large", `truncate -s 1T sparse`, seen{Status: golden.StatusLimit, Message: "artifacts: more than 61 MiB (max_output)"}},
		{"large", `head -c 5000000 /dev/zero > zeros`, seen{Status: golden.StatusOK, Trace: []string{
			`artifact "zeros" {"sha256":"b39781589c4403fb82174c9647a010464cff38bad976547d339899b00053a545","size":5000000}`}}},
		{"control characters that grow", `head -c 4000000 /dev/zero | tr '\0' '\1' > c`, seen{Status: golden.StatusLimit,
			Message: `event 1: artifact "c": event is too large: over 9048576 bytes (max_output)`}},
		{"of a failure", `echo 1 > f; exit 4`, seen{Status: golden.StatusExit, Exit: 4, Message: "exit status 4", Trace: []string{`artifact "f" {"text":["1\n"]}`}}},
		{"too many", `seq 10001 | xargs touch`, seen{Status: golden.StatusLimit, Message: "artifacts: with them more than 10000 events (max_events)"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if strings.HasPrefix(c.name, "no right") && os.Geteuid() != 0 {
				c.want = seen{Status: golden.StatusFault, Message: "artifacts: openat .: permission denied"}
			}
			w := WorkflowConfig{Command: sh(`cd "$SHADOWRUN_OUT"; ` + c.script), MaxOutput: 64e6, MaxEvents: 10000}
			if strings.HasPrefix(c.name, "control") {
				w.MaxOutput = 4e6
			}
			if diff := cmp.Diff(c.want, see(t, commandOf(t, w), planned("hostile", 5))); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

// Ten thousand files are ten thousand events, in the order of their names.
func TestArtifactsMany(t *testing.T) {
	got := see(t, commandOf(t, WorkflowConfig{Command: sh(`cd "$SHADOWRUN_OUT"; seq -w 10000 | xargs touch`)}), planned("hostile", 5))
	if len(got.Trace) != 10000 || got.Status != golden.StatusOK {
		t.Fatalf("%d events, %s: %s", len(got.Trace), got.Status, got.Message)
	}
	for i, event := range got.Trace {
		if want := fmt.Sprintf(`artifact "%05d" {"text":[]}`, i+1); event != want {
			t.Fatalf("event %d: %s; want %s", i, event, want)
		}
	}
}

func TestArtifactsNotWanted(t *testing.T) {
	no := false
	x := commandOf(t, WorkflowConfig{Command: sh(`echo 1 > "$SHADOWRUN_OUT/f"`), Artifacts: &no})
	if diff := cmp.Diff(seen{Status: golden.StatusOK}, see(t, x, planned("hostile", 5))); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}
