package golden

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const (
	childEnv    = "SHADOWRUN_TEST_STORE_CHILD" // what the child does
	childDirEnv = "SHADOWRUN_TEST_STORE_DIR"
)

// TestStoreChild is no test: the tests below run it in a process of its own, and kill that.
func TestStoreChild(t *testing.T) {
	do := map[string]func(*testing.T, string, *Ring){"add": childAdd, "rotate": childRotate, "prune": childPrune}[os.Getenv(childEnv)]
	if do == nil {
		t.Skip("not a child")
	}
	dir := os.Getenv(childDirEnv)
	ring, err := OpenRing(filepath.Join(dir, "keys"), RingOptions{})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("ready")
	do(t, filepath.Join(dir, "golden"), ring)
}

// childAdd adds groups until it is killed, and says where they are once they are durable.
func childAdd(t *testing.T, dir string, ring *Ring) {
	s := openStore(t, dir, ring, SegmentOptions{MaxSize: 16 << 10})
	for seed := uint64(0); ; seed += 10 {
		refs := mustAdd(t, s, sampleTraces(t, seed, 1+int(seed/10)%9, 400)...)
		if seed%70 == 0 {
			refs = append(refs, mustAdd(t, s, sampleTrace(t, seed, 2*chunkSize))...)
		}
		var lines bytes.Buffer
		for _, ref := range refs {
			fmt.Fprintln(&lines, ref.Place, ref.Digest)
		}
		os.Stdout.Write(lines.Bytes())
	}
}

func childRotate(t *testing.T, dir string, ring *Ring) {
	if _, err := RotateKey(dir, ring); err != nil {
		t.Fatal(err)
	}
	fmt.Println("done")
}

// childPrune drops what the ledger does not mark as kept.
func childPrune(t *testing.T, dir string, ring *Ring) {
	ledger := testLedger{path: filepath.Join(filepath.Dir(dir), "ledger")}
	live := ledger.live(t)
	_, err := Prune(dir, ring, PruneOptions{
		Keep:   func(ref Ref) bool { return live[ref] },
		Commit: ledger.commit,
	})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("done")
}

// testLedger is a file that names goldens to keep and where they moved.
type testLedger struct{ path string }

func (l testLedger) append(text string) error {
	f, err := os.OpenFile(l.path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.WriteString(text); err != nil {
		return err
	}
	return f.Sync()
}

func (l testLedger) commit(moved []Moved) error {
	var text strings.Builder
	for _, m := range moved {
		fmt.Fprintln(&text, "moved", m.From.Place, m.From.Digest, m.To.Place)
	}
	return l.append(text.String() + "commit\n")
}

// live returns what is to be kept, where it is now. Lines behind the last commit don't count.
func (l testLedger) live(t testing.TB) map[Ref]bool {
	t.Helper()
	text, err := os.ReadFile(l.path)
	if err != nil {
		t.Fatal(err)
	}
	text = text[:bytes.LastIndex(text, []byte("commit\n"))]
	live := map[Ref]bool{}
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		switch words[0] {
		case "keep":
			live[parseRef(t, words[1:])] = true
		case "moved":
			from := parseRef(t, words[1:])
			if live[from] != (len(words) == 4) {
				t.Fatalf("%s was moved, kept is %v", from.Place, live[from])
			}
			delete(live, from)
			if len(words) == 4 {
				live[Ref{from.Digest, words[3]}] = true
			}
		}
	}
	return live
}

func parseRef(t testing.TB, words []string) Ref {
	t.Helper()
	if len(words) < 2 {
		t.Fatalf("%q is no ref", words)
	}
	digest, err := ParseDigest(words[1])
	if err != nil {
		t.Fatal(err)
	}
	return Ref{digest, words[0]}
}

// child is a process that is killed.
type child struct {
	cmd *exec.Cmd
	out *bufio.Scanner
}

func startChild(t *testing.T, do, dir string) *child {
	t.Helper()
	c := &child{cmd: exec.Command(os.Args[0], "-test.run=^TestStoreChild$")}
	c.cmd.Env = append(os.Environ(), childEnv+"="+do, childDirEnv+"="+dir)
	c.cmd.Stderr = os.Stderr
	out, err := c.cmd.StdoutPipe()
	if err == nil {
		err = c.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	c.out = bufio.NewScanner(out)
	if !c.out.Scan() || c.out.Text() != "ready" {
		c.rest()
		t.Fatalf("the child says %q", c.out.Text())
	}
	return c
}

func (c *child) kill() { c.cmd.Process.Kill() }

// rest returns the lines that the child wrote until it ended.
func (c *child) rest() (lines []string) {
	for c.out.Scan() {
		lines = append(lines, c.out.Text())
	}
	c.cmd.Wait() // how it ended is plain from its lines
	return lines
}
