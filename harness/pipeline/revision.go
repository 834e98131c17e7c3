package pipeline

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Revision is a commit that a file was changed by.
type Revision struct {
	ID      string `json:"id"`
	Date    string `json:"date"` // the committer's, RFC 3339
	Subject string `json:"subject"`
}

// revisions returns the commits that changed a path below root, newest first.
func revisions(ctx context.Context, root, path string) ([]Revision, error) {
	out, err := git(ctx, root, "log", "--format=%H%x1f%cI%x1f%s", "--", path)
	if err != nil {
		return nil, err
	}
	revisions := []Revision{}
	for line := range strings.Lines(string(out)) {
		if f := strings.SplitN(strings.TrimSuffix(line, "\n"), "\x1f", 3); len(f) == 3 {
			revisions = append(revisions, Revision{f[0], f[1], f[2]})
		}
	}
	return revisions, nil
}

// atRevision returns a path's content as it was at a revision, such as HEAD~1.
func atRevision(ctx context.Context, root, revision, path string) ([]byte, error) {
	if revision == "" || strings.HasPrefix(revision, "-") || strings.ContainsAny(revision, ":\x00") {
		return nil, fmt.Errorf("revision %q: expected a commit, such as HEAD~1", revision)
	}
	return git(ctx, root, "show", revision+":./"+filepath.ToSlash(path))
}

// git runs git in a folder. Its own environment variables could point elsewhere: they are left out.
func git(ctx context.Context, dir string, args ...string) ([]byte, error) {
	c := exec.CommandContext(ctx, "git", args...)
	c.Dir = dir
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "GIT_") {
			c.Env = append(c.Env, v)
		}
	}
	var talk bytes.Buffer
	c.Stderr = &talk
	out, err := c.Output()
	if errors.Is(err, exec.ErrNotFound) {
		return nil, errors.New("git is not installed: what was committed can't be looked up")
	}
	if err != nil {
		return nil, fmt.Errorf("git %s in %s: %s (%w)", args[0], dir, strings.TrimSpace(talk.String()), err)
	}
	return out, nil
}
