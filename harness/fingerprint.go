package harness

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
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
// files, and what fingerprint: names. For a Go workflow it is this binary's.
func (f *fingerprinter) build(dir string, w WorkflowConfig) (string, error) {
	var files []string
	if w.Command == nil {
		self, err := os.Executable()
		if err != nil {
			return "", err
		}
		files = append(files, self)
	}
	for i, word := range w.Command {
		path := word
		if i == 0 && !strings.Contains(word, "/") {
			found, err := exec.LookPath(word)
			if err != nil {
				continue // the run will say so
			}
			path = found
		}
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, w.Workdir, path)
		}
		files = append(files, path)
	}
	for _, pattern := range w.Fingerprint {
		if !filepath.IsAbs(pattern) {
			pattern = filepath.Join(dir, pattern)
		}
		found, err := filepath.Glob(pattern)
		if err != nil {
			return "", fmt.Errorf("fingerprint: %q: %w", pattern, err)
		}
		files = append(files, found...)
	}
	sum := sha256.New()
	for _, path := range files {
		digest, err := f.file(path)
		if err != nil {
			return "", fmt.Errorf("fingerprint: %w", err)
		}
		sum.Write(digest[:])
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
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
