package lab

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// find returns the path of the task's program, to be executed from Dir. As execvp does, it takes what has a slash as it
// is, and goes through the PATH of Env, the last one given, for what has none.
func (t *Task) find() (string, error) {
	program := t.Argv[0]
	if strings.Contains(program, "/") {
		return program, nil
	}
	path, ok := "", false
	for _, entry := range t.Env {
		if value, found := strings.CutPrefix(entry, "PATH="); found {
			path, ok = value, true
		}
	}
	if !ok {
		return "", fmt.Errorf("program %q: its environment has no PATH to look in: set PATH, or write the program with its folder: %w", program, fs.ErrNotExist)
	}
	var denied error
	for _, folder := range filepath.SplitList(path) {
		if folder == "" {
			folder = "."
		}
		at := filepath.Join(folder, program)
		if !filepath.IsAbs(at) {
			at = "./" + at
		}
		info, err := os.Stat(t.from(at))
		switch {
		case err != nil || info.IsDir():
		case info.Mode()&0o111 == 0:
			denied = fmt.Errorf("program %q: %s: %w (mode %#o): chmod +x it", program, at, fs.ErrPermission, info.Mode().Perm())
		default:
			return at, nil
		}
	}
	if denied != nil {
		return "", denied
	}
	return "", fmt.Errorf("program %q is not in PATH=%s: %w: install it, or write it with its folder", program, path, fs.ErrNotExist)
}

// from resolves path as a process that starts in Dir does.
func (t *Task) from(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(t.Dir, path)
}

// diagnose says why path could not be executed, and with which status that ends. The system has one number for a missing
// folder, program and interpreter.
func (t *Task) diagnose(cause error, path string) (status int, err error) {
	status = exitNotExecutable
	if errors.Is(cause, fs.ErrNotExist) || errors.Is(cause, syscall.ENOTDIR) {
		status = exitNotFound
	}
	if t.Dir != "" {
		if info, err := os.Stat(t.Dir); err != nil || !info.IsDir() {
			return exitLab, fmt.Errorf("folder %s: can't start there: %w", t.Dir, cause)
		}
	}
	switch _, err := os.Stat(t.from(path)); {
	case errors.Is(cause, syscall.E2BIG), errors.Is(cause, syscall.EAGAIN), errors.Is(cause, syscall.ENOMEM), errors.Is(cause, syscall.EINVAL):
		return exitLab, fmt.Errorf("program %s: %w", path, cause)
	case errors.Is(cause, syscall.ENOENT) && err == nil:
		return status, fmt.Errorf("program %s: the interpreter on its first line, or the loader that it asks for, does not exist: %w", path, cause)
	case errors.Is(cause, syscall.ENOEXEC):
		return status, fmt.Errorf("program %s: %w: not a program of this machine: has it no #! line?", path, cause)
	}
	return status, fmt.Errorf("program %s: %w", path, cause)
}
