package external

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestEnvStaysTheSame: of a run, of its replay, and of a replay by another process.
func TestEnvStaysTheSame(t *testing.T) {
	dir := t.TempDir()
	base := []string{"PATH=/bin", "HTTP_PROXY=http://old", "NODE_OPTIONS=--stack-size=2000", "JAVA_TOOL_OPTIONS=-Xmx64m"}
	var envs [][]string
	for range 2 {
		p, err := Start(Options{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		for _, mode := range []Mode{Record, Replay} {
			s, err := p.Session("c3r7", mode, nil)
			if err != nil {
				t.Fatal(err)
			}
			envs = append(envs, s.Env(base))
			end(t, s)
		}
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for _, env := range envs[1:] {
		if diff := cmp.Diff(envs[0], env); diff != "" {
			t.Error(diff)
		}
	}
	if got := valueOf(envs[0], "NODE_OPTIONS"); !strings.HasPrefix(got, "--stack-size=2000 --require ") {
		t.Errorf("NODE_OPTIONS lost what it had: %q", got)
	}
	if got := valueOf(envs[0], "JAVA_TOOL_OPTIONS"); !strings.HasPrefix(got, "-Xmx64m ") {
		t.Errorf("JAVA_TOOL_OPTIONS lost what it had: %q", got)
	}
	if got := valueOf(envs[0], "HTTP_PROXY"); !strings.HasPrefix(got, "http://c3r7:") {
		t.Errorf("want our proxy, got %q", got)
	}
}

// TestMasks: on two machines the environments differ by what the masks cover, and by nothing else.
func TestMasks(t *testing.T) {
	masked := make([]string, 2)
	for i := range masked {
		p, err := Start(Options{Dir: filepath.Join(t.TempDir(), fmt.Sprint(strings.Repeat("x", i+1)))})
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		s, err := p.Session("c3r7", Record, nil)
		if err != nil {
			t.Fatal(err)
		}
		masked[i] = strings.Join(s.Env(nil), "\n")
		for text, mask := range s.Masks() {
			masked[i] = strings.ReplaceAll(masked[i], text, mask)
		}
	}
	if diff := cmp.Diff(masked[0], masked[1]); diff != "" {
		t.Error(diff)
	}
}

func TestSessionNames(t *testing.T) {
	p, err := Start(Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if _, err := p.Session("c3r7", Record, nil); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"c3r7", "", "a:b", "a b", "a@b"} {
		if _, err := p.Session(name, Record, nil); err == nil {
			t.Errorf("%q was taken", name)
		}
	}
}

func TestListen(t *testing.T) {
	if _, err := Start(Options{Dir: t.TempDir(), Listen: "0.0.0.0:0"}); err == nil || !strings.Contains(err.Error(), "not a loopback address") {
		t.Errorf("all addresses: got %v", err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, portFile), []byte("nonsense"), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := Start(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	second, err := Start(Options{Dir: dir}) // while the first has the port
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	if p.port() == second.port() {
		t.Errorf("two proxies at port %d", p.port())
	}
}
