package golden

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// putFolderVariable makes the test's binary put goldens into the folder that it names, until it
// is killed.
const putFolderVariable = "SHADOWRUN_TEST_PUT_FOLDER"

// putUntilKilled puts one golden after the other and prints the seed of each once Put has returned.
func putUntilKilled(dir string) error {
	f, err := OpenFolder(dir)
	if err != nil {
		return err
	}
	entries, err := f.List()
	if err != nil {
		return err
	}
	for seed := uint64(len(entries)); ; seed++ {
		b := NewBuilder(Header{Workflow: "kill", Seed: seed, Output: OutputText}, BuildOptions{})
		if err := b.AddText(KindOut, "", strings.Repeat("x", 20_000)); err != nil {
			return err
		}
		trace, err := b.End(End{Status: StatusOK})
		if err != nil {
			return err
		}
		if err := f.Put(trace); err != nil {
			return err
		}
		fmt.Println(seed)
	}
}

// Kill a process that puts goldens, again and again: what it said was put is there and whole, and
// nothing but the golden that it was at is less than that.
func TestPutCanBeKilled(t *testing.T) {
	_, dir := openFolder(t)
	acknowledged := map[uint64]bool{}
	for round := range 10 {
		for _, seed := range putAndKill(t, dir, 1+round%3) {
			acknowledged[seed] = true
		}
		f, _ := OpenFolder(dir)
		for seed := range acknowledged {
			if trace, err := f.Get("kill", seed); err != nil {
				t.Errorf("seed %d was put, but: %v", seed, err)
			} else {
				trace.Close()
			}
		}
		for _, p := range verified(t, f, nil) {
			if p.Kind != ProblemOrphan {
				t.Errorf("round %d: %v", round, p)
			}
		}
		files, _ := filepath.Glob(filepath.Join(dir, "kill", "*"+goldenSuffix))
		for _, name := range files {
			file, err := os.Open(name)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := readRendered(file); err != nil {
				t.Errorf("%s has its name but is not whole: %v", name, err)
			}
			file.Close()
		}
	}
	if len(acknowledged) < 10 {
		t.Errorf("only %d goldens were put: nothing was tested", len(acknowledged))
	}
}

// putAndKill kills a process that puts goldens once it has said so n times. It returns the seeds.
func putAndKill(t *testing.T, dir string, n int) []uint64 {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), putFolderVariable+"="+dir)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var seeds []uint64
	for lines := bufio.NewScanner(out); lines.Scan(); {
		seed, err := strconv.ParseUint(lines.Text(), 10, 64)
		if err != nil {
			t.Error(err)
			break
		}
		if seeds = append(seeds, seed); len(seeds) == n {
			child.Process.Kill()
		}
	}
	var exit *exec.ExitError
	if err := child.Wait(); !errors.As(err, &exit) || exit.Exited() {
		t.Errorf("the child ended by itself: %v", err)
	}
	return seeds
}
