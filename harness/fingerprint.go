package harness

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// fingerprinter tells one build of a workflow from another by the content of its files. A file
// is read again only when it looks to have changed.
type fingerprinter struct {
	known map[string]stamped // by path
}

type stamped struct {
	info   os.FileInfo
	digest [sha256.Size]byte
}

// build returns the fingerprint of a command: its program and those of its arguments that are
// files, what it is given as files: and stdin:, and what fingerprint: names. For a Go workflow it
// is this binary's.
func (f *fingerprinter) build(dir string, w WorkflowConfig) (string, error) {
	paths, err := buildFiles(dir, w)
	if err != nil {
		return "", fmt.Errorf("fingerprint: %w", err)
	}
	sum := sha256.New()
	for _, path := range paths {
		digest, err := f.file(path)
		if err != nil {
			return "", fmt.Errorf("fingerprint: %w", err)
		}
		sum.Write(digest[:])
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// buildFiles lists what may be the files of a build, in a fixed order.
func buildFiles(dir string, w WorkflowConfig) (paths []string, err error) {
	if w.Command == nil {
		self, err := os.Executable()
		return []string{self}, err
	}
	from := below(dir, w.Workdir) // nothing is there of a fresh one: all that it holds is in files:
	for i, word := range w.Command {
		if i == 0 && !strings.Contains(word, "/") {
			found, err := exec.LookPath(word)
			if err != nil {
				continue // the run will say so
			}
			word = found
		}
		paths = append(paths, below(from, word))
	}
	for _, name := range w.Files {
		found, err := filesBelow(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		paths = append(paths, found...)
	}
	if w.Stdin != "" {
		paths = append(paths, below(dir, w.Stdin))
	}
	for _, pattern := range w.Fingerprint {
		found, err := filepath.Glob(below(dir, pattern))
		if err != nil {
			return nil, fmt.Errorf("%q: %w", pattern, err)
		}
		paths = append(paths, found...)
	}
	return paths, nil
}

// filesBelow lists a folder's files, or a file itself. What is not there is left out: the run
// will say so.
func filesBelow(path string) (paths []string, err error) {
	err = filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			paths = append(paths, name)
		}
		return nil
	})
	return paths, err
}

// file returns a regular file's digest; what is not one counts as empty.
func (f *fingerprinter) file(path string) (digest [sha256.Size]byte, err error) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return digest, nil
	}
	if k, ok := f.known[path]; ok && os.SameFile(k.info, info) && k.info.Size() == info.Size() && k.info.ModTime().Equal(info.ModTime()) {
		return k.digest, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return digest, nil // executable, not readable: it can't be told
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return digest, err
	}
	digest = [sha256.Size]byte(sum.Sum(nil))
	if f.known == nil {
		f.known = map[string]stamped{}
	}
	f.known[path] = stamped{info, digest}
	return digest, nil
}

// Environment describes what runs find around them, as JSON whose equality is what counts.
func Environment() json.RawMessage {
	var uts unix.Utsname
	unix.Uname(&uts) // an empty release is no evidence
	text, err := json.Marshal(struct {
		OS     string `json:"os"`
		Arch   string `json:"arch"`
		Kernel string `json:"kernel"`
		CPUs   int    `json:"cpus"`
	}{runtime.GOOS, runtime.GOARCH, unix.ByteSliceToString(uts.Release[:]), runtime.NumCPU()})
	if err != nil {
		panic(err) // strings and numbers always marshal
	}
	return text
}
