//go:build linux

package proc

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// programs is a folder with all kinds of things that are called programs.
func programs(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, file := range map[string]struct {
		text string
		mode fs.FileMode
	}{
		"good":         {"#!/bin/sh\necho good\n", 0o755},
		"bin/deep":     {"#!/bin/sh\necho deep\n", 0o755},
		"plain":        {"#!/bin/sh\n", 0o644},
		"noline":       {"echo no line\n", 0o755},
		"empty":        {"", 0o755},
		"gone":         {"#!/usr/bin/pyton3 -u\n", 0o755},
		"windows":      {"#!/bin/sh\r\necho hi\r\n", 0o755},
		"toplain":      {"#!" + dir + "/plain\n", 0o755},
		"folder/x":     {"", 0o644},
		"bin/folder/x": {"", 0o644},
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(file.text), file.mode); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestRunNotStarted(t *testing.T) {
	dir := programs(t)
	for _, test := range []struct {
		name string
		spec Spec
		want string // DIR stands for the folder
		is   error
	}{
		{"no program", Spec{}, "no program given", nil},
		{"empty name", Spec{Argv: []string{""}}, "no program given", nil},
		{"not in PATH", Spec{Argv: []string{"nosuch"}, Env: []string{"PATH=/bin:DIR"}}, `program "nosuch" is not in PATH=/bin:DIR: file does not exist: install it, or write it with its folder`, fs.ErrNotExist},
		{"no PATH", Spec{Argv: []string{"sh"}, Env: []string{"HOME=/"}}, `program "sh": its environment has no PATH to look in: set PATH, or write the program with its folder`, nil},
		{"in PATH, not executable", Spec{Argv: []string{"plain"}, Env: []string{"PATH=DIR"}}, `program "plain": DIR/plain is not executable (mode 0644): chmod +x it`, nil},
		{"not there", Spec{Argv: []string{"./nosuch"}, Dir: "DIR"}, "program ./nosuch: no such file or directory", fs.ErrNotExist},
		{"a folder", Spec{Argv: []string{"./folder"}, Dir: "DIR"}, "program ./folder: is a folder: permission denied: name the program in it", fs.ErrPermission},
		{"not executable", Spec{Argv: []string{"DIR/plain"}}, "program DIR/plain: not executable (mode 0644): permission denied: chmod +x it, or put its interpreter before it", fs.ErrPermission},
		{"no #! line", Spec{Argv: []string{"./noline"}, Dir: "DIR"}, "program ./noline: exec format error: not a program of this machine: has it no #! line?", syscall.ENOEXEC},
		{"empty file", Spec{Argv: []string{"./empty"}, Dir: "DIR"}, "program ./empty: exec format error: not a program of this machine: has it no #! line?", syscall.ENOEXEC},
		{"no such interpreter", Spec{Argv: []string{"./gone"}, Dir: "DIR"}, `program ./gone: the interpreter on its first line does not exist: "#!/usr/bin/pyton3 -u": no such file or directory`, fs.ErrNotExist},
		{"carriage return in the #! line", Spec{Argv: []string{"./windows"}, Dir: "DIR"}, `program ./windows: the interpreter on its first line does not exist: "#!/bin/sh\r": no such file or directory`, fs.ErrNotExist},
		{"interpreter not executable", Spec{Argv: []string{"./toplain"}, Dir: "DIR"}, "program ./toplain: permission denied: is it another user's, its interpreter not executable, or its file system mounted noexec?", fs.ErrPermission},
		{"no such folder", Spec{Argv: []string{"/bin/true"}, Dir: "DIR/nosuch"}, "folder DIR/nosuch: no such file or directory", fs.ErrNotExist},
		{"folder is a file", Spec{Argv: []string{"/bin/true"}, Dir: "DIR/good"}, "folder DIR/good: is a file: not a directory", syscall.ENOTDIR},
		{"NUL in an argument", Spec{Argv: []string{"/bin/true", "a\x00b"}}, "program /bin/true: the path, an argument or a variable holds a NUL byte: invalid argument", syscall.EINVAL},
		{"too long", Spec{Argv: []string{"/bin/true", strings.Repeat("x", 1<<20)}}, "program /bin/true: arguments and environment are too long for this system: argument list too long", syscall.E2BIG},
	} {
		t.Run(test.name, func(t *testing.T) {
			here := strings.NewReplacer("DIR", dir)
			s := test.spec
			for _, words := range [][]string{s.Argv, s.Env} {
				for i := range words {
					words[i] = here.Replace(words[i])
				}
			}
			s.Dir = here.Replace(s.Dir)
			s.Stdout = func([]byte) error { return errors.New("it has output") }
			s.Started = func(int) { t.Error("was started") }
			r := Run(t.Context(), s)
			if diff := cmp.Diff("not started: "+here.Replace(test.want), r.String()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if r.Status != NotStarted || r.Exit != -1 || r.PIDs != nil || test.is != nil && !errors.Is(r.Err, test.is) {
				t.Errorf("%+v", r)
			}
		})
	}
}

func TestRunFinds(t *testing.T) {
	dir := programs(t)
	for _, test := range []struct {
		name string
		spec Spec
		want string
	}{
		{"with its folder", Spec{Argv: []string{dir + "/good"}}, "good\n"},
		{"from where it starts", Spec{Argv: []string{"./good"}, Dir: dir}, "good\n"},
		{"in PATH", Spec{Argv: []string{"deep"}, Env: []string{"PATH=/nosuch:" + dir + "/bin"}}, "deep\n"},
		{"in the last PATH", Spec{Argv: []string{"good"}, Env: []string{"PATH=/bin", "PATH=" + dir}}, "good\n"},
		{"in a PATH relative to where it starts", Spec{Argv: []string{"deep"}, Dir: dir, Env: []string{"PATH=bin"}}, "deep\n"},
		{"in an empty part of PATH", Spec{Argv: []string{"good"}, Dir: dir, Env: []string{"PATH=:/bin"}}, "good\n"},
		{"behind a folder of that name", Spec{Argv: []string{"good"}, Env: []string{"PATH=" + dir + "/folder:" + dir}}, "good\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := new(capture)
			s := c.spec(test.spec.Argv...)
			s.Dir, s.Env = test.spec.Dir, test.spec.Env
			if r := Run(t.Context(), s); r.Status != Exited || c.out.String() != test.want {
				t.Errorf("%s: %q", r, &c.out)
			}
		})
	}
}

// A workflow's program may have been written a moment ago, while another run was being forked: the
// child has it open for writing until its exec.
func TestRunWaitsForWriter(t *testing.T) {
	dir := programs(t)
	hold := func() *os.File {
		f, err := os.OpenFile(dir+"/good", os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	s := new(capture).spec(dir + "/good")
	f := hold()
	if r := Run(t.Context(), s); !errors.Is(r.Err, syscall.ETXTBSY) {
		t.Errorf("still open: %s", r)
	}
	f.Close()
	tried := hold()
	closed := make(chan error)
	go func() { closed <- tried.Close() }() // whenever: before, or while it tries
	if r := Run(t.Context(), s); r.Status != Exited {
		t.Errorf("closed soon: %s", r)
	}
	<-closed
}
