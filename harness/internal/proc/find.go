package proc

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// find returns the path of the program, to be executed from dir. As execvp does, it takes what
// has a slash as it is, and goes through the PATH of env, the last one given, for what has none.
func find(program, dir string, env []string) (string, error) {
	if strings.Contains(program, "/") {
		return program, nil
	}
	path, ok := lookup(env, "PATH")
	if !ok {
		return "", fmt.Errorf("program %q: its environment has no PATH to look in: set PATH, or write the program with its folder", program)
	}
	var denied error
	for _, folder := range filepath.SplitList(path) {
		if folder == "" {
			folder = "."
		}
		at := filepath.Join(folder, program)
		if !filepath.IsAbs(at) {
			at = "./" + at // from dir, and never looked up again
		}
		info, err := os.Stat(from(dir, at))
		switch {
		case err != nil || info.IsDir():
		case info.Mode()&0o111 == 0:
			denied = fmt.Errorf("program %q: %s is not executable (mode %#o): chmod +x it", program, at, info.Mode().Perm())
		default:
			return at, nil
		}
	}
	if denied != nil {
		return "", denied
	}
	return "", fmt.Errorf("program %q is not in PATH=%s: %w: install it, or write it with its folder", program, path, fs.ErrNotExist)
}

// lookup returns the value of a variable; the last one counts.
func lookup(env []string, key string) (value string, ok bool) {
	for _, entry := range env {
		if k, v, found := strings.Cut(entry, "="); found && k == key {
			value, ok = v, true
		}
	}
	return value, ok
}

// from resolves path as a process that starts in dir does.
func from(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// diagnose says what was wrong when path could not be executed from dir. The system gives one number
// for a missing folder, program and interpreter alike, so it looks at each.
func diagnose(cause error, path, dir string) error {
	if err := folder(dir); err != nil {
		return err
	}
	at := from(dir, path)
	info, err := os.Stat(at)
	switch {
	case errors.Is(cause, syscall.E2BIG):
		return fmt.Errorf("program %s: arguments and environment are too long for this system: %w", path, cause)
	case errors.Is(cause, syscall.EAGAIN), errors.Is(cause, syscall.ENOMEM):
		return fmt.Errorf("program %s: no more processes can be started now: %w: see ulimit -u, or lower the number of workers", path, cause)
	case errors.Is(cause, syscall.ETXTBSY):
		return fmt.Errorf("program %s: is being written by somebody: %w: close it first", path, cause)
	case errors.Is(cause, syscall.EINVAL):
		return fmt.Errorf("program %s: the path, an argument or a variable holds a NUL byte: %w", path, cause)
	case err != nil:
		return fmt.Errorf("program %s: %w", path, bare(err))
	case info.IsDir():
		return fmt.Errorf("program %s: is a folder: %w: name the program in it", path, cause)
	case info.Mode()&0o111 == 0:
		return fmt.Errorf("program %s: not executable (mode %#o): %w: chmod +x it, or put its interpreter before it", path, info.Mode().Perm(), cause)
	case errors.Is(cause, syscall.EACCES):
		return fmt.Errorf("program %s: %w: is it another user's, its interpreter not executable, or its file system mounted noexec?", path, cause)
	case errors.Is(cause, syscall.ENOEXEC):
		return fmt.Errorf("program %s: %w: not a program of this machine: has it no #! line?", path, cause)
	case errors.Is(cause, syscall.ENOENT):
		if line := interpreter(at); line != "" {
			return fmt.Errorf("program %s: the interpreter on its first line does not exist: %q: %w", path, line, cause)
		}
		return fmt.Errorf("program %s: is there, but the loader that it asks for is not (see file %s): %w", path, path, cause)
	}
	return fmt.Errorf("program %s: %w", path, cause)
}

// folder says what is wrong with dir as a place to start in.
func folder(dir string) error {
	if dir == "" {
		return nil
	}
	info, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("folder %s: %w", dir, bare(err))
	}
	if !info.IsDir() {
		return fmt.Errorf("folder %s: is a file: %w", dir, syscall.ENOTDIR)
	}
	return nil
}

// bare strips an error of the path, which the text around it has already.
func bare(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

// interpreter returns the #! line of a script, at most as much of it as Linux reads; quoted, it shows
// the carriage return that an editor left there.
func interpreter(path string) string {
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer file.Close()
	line, err := bufio.NewReader(io.LimitReader(file, 256)).ReadString('\n')
	if (err != nil && err != io.EOF) || !strings.HasPrefix(line, "#!") {
		return ""
	}
	return strings.TrimSuffix(line, "\n")
}
