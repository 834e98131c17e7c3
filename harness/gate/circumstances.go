package gate

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/replay"
)

// circumstancesFile lies beside the goldens. No workflow's folder has a name that begins with a dot.
const circumstancesFile = ".circumstances.jsonl"

// circumstance is what surrounded the run that became a golden: a line of the file, sorted by golden.
type circumstance struct {
	Golden      string    `json:"golden"`
	Digest      string    `json:"digest"` // of the golden that it is about: of another, nothing is known
	Start       time.Time `json:"start"`
	End         time.Time `json:"end"`
	PIDs        []int     `json:"pids"`
	Host        string    `json:"host,omitempty"`
	Dirs        []string  `json:"dirs,omitempty"`
	Home        string    `json:"home,omitempty"`
	User        string    `json:"user,omitempty"`
	Build       string    `json:"build"`
	Environment string    `json:"environment"`
}

// circumstances are those of a folder. After a merge that kept both sides there are two of a golden, and the digest
// says which is its own.
type circumstances map[ofGolden]circumstance

type ofGolden struct{ golden, digest string }

func pathIn(c Case) string { return golden.FolderEntry{Workflow: c.Workflow, Seed: c.Seed}.Path() }

// readCircumstances reads a folder's; where there is no file, nothing is known.
func readCircumstances(dir string) (circumstances, error) {
	all := circumstances{}
	path := filepath.Join(dir, circumstancesFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return all, nil
	}
	if err != nil {
		return nil, fmt.Errorf("goldens: %w", err)
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, len(text)+1)
	for n := 1; lines.Scan(); n++ {
		if golden.Conflict(lines.Bytes()) {
			return nil, fmt.Errorf("%s:%d: a merge left git's marks here: keep both sides, and remove only the lines "+
				"that begin with <<<<<<<, ======= and >>>>>>>", path, n)
		}
		var c circumstance
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			return nil, fmt.Errorf("%s:%d: %w: remove the line, and what is not known of its golden is not used", path, n, err)
		}
		all[ofGolden{c.Golden, c.Digest}] = c
	}
	return all, lines.Err()
}

// of returns what surrounded the run that became a golden; nil where that is not known.
func (all circumstances) of(c Case, digest golden.Digest) *replay.Circumstances {
	found, ok := all[ofGolden{pathIn(c), digest.String()}]
	if !ok {
		return nil
	}
	return &replay.Circumstances{Start: found.Start, End: found.End, PIDs: found.PIDs, Host: found.Host, Dirs: found.Dirs,
		Home: found.Home, User: found.User, Build: found.Build, Environment: found.Environment}
}

// set notes what surrounded a run. Who ran it, where and on which host is nobody's business in a repository, unless
// the golden says it anyway.
func (all circumstances) set(c Case, t *golden.Trace, around replay.Circumstances) error {
	text, err := t.Bytes()
	if err != nil {
		return err
	}
	said := func(what string) bool { return what != "" && bytes.Contains(text, []byte(what)) }
	kept := circumstance{Golden: pathIn(c), Digest: t.Digest().String(), Start: around.Start, End: around.End, PIDs: around.PIDs,
		Build: around.Build, Environment: around.Environment}
	if short, _, _ := strings.Cut(around.Host, "."); said(short) {
		kept.Host = around.Host
	}
	if said(around.Home) {
		kept.Home = around.Home
	}
	if said(around.User) {
		kept.User = around.User
	}
	if slices.ContainsFunc(around.Dirs, said) {
		kept.Dirs = around.Dirs
	}
	all.forget(c)
	all[ofGolden{kept.Golden, kept.Digest}] = kept
	return nil
}

// forget drops what is known of a golden.
func (all circumstances) forget(c Case) {
	maps.DeleteFunc(all, func(of ofGolden, _ circumstance) bool { return of.golden == pathIn(c) })
}

// write replaces a folder's file, whole when its name appears. What is lost of it by a kill is only not known then.
func (all circumstances) write(dir string) error {
	var text bytes.Buffer
	for _, of := range sortedKeys(all) {
		line, err := json.Marshal(all[of])
		if err != nil {
			return err
		}
		text.Write(append(line, '\n'))
	}
	path := filepath.Join(dir, circumstancesFile)
	err := os.WriteFile(path+".tmp", text.Bytes(), 0o666)
	if err == nil {
		err = os.Rename(path+".tmp", path)
	}
	if err != nil {
		return fmt.Errorf("goldens: %w", errors.Join(err, os.Remove(path+".tmp")))
	}
	return nil
}

func sortedKeys(all circumstances) []ofGolden {
	return slices.SortedFunc(maps.Keys(all), func(a, b ofGolden) int {
		return cmp.Or(cmp.Compare(a.golden, b.golden), cmp.Compare(a.digest, b.digest))
	})
}
