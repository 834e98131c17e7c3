package store

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// limits sets a limit of this process, and returns what takes it back.
func limits(resource int, limit uint64) (func() error, error) {
	var was unix.Rlimit
	if err := unix.Getrlimit(resource, &was); err != nil {
		return nil, err
	}
	back := func() error { return unix.Setrlimit(resource, &was) }
	return back, unix.Setrlimit(resource, &unix.Rlimit{Cur: limit, Max: was.Max})
}

// firstFree is the number that the next file gets.
func firstFree(t testing.TB) int {
	t.Helper()
	first, err := unix.Dup(0)
	if err == nil {
		err = unix.Close(first)
	}
	if err != nil {
		t.Fatal(err)
	}
	return first
}

// TestTooManyOpenFiles undertakes everything with few that may be opened still: the kernel refuses, in the midst of
// things. It is told; nothing has happened, or the next to open the project finishes it.
func TestTooManyOpenFiles(t *testing.T) {
	first := firstFree(t)
	for _, u := range undertakings {
		t.Run(u.name, func(t *testing.T) {
			template := u.before(t)
			whole := copied(t, template)
			if err := u.do(whole, quick()); err != nil {
				t.Fatal(err)
			}
			want, refused := files(t, rootOf(whole)), 0
			for may := range 5 {
				dir := copied(t, template)
				back, err := limits(unix.RLIMIT_NOFILE, uint64(first+may))
				if err != nil {
					t.Fatal(err)
				}
				did := u.do(dir, quick())
				if err := back(); err != nil {
					t.Fatal(err)
				}
				if did == nil {
					continue
				}
				refused++
				what := fmt.Sprintf("with %d files: %v", may, did)
				if !errors.Is(did, unix.EMFILE) || !strings.Contains(did.Error(), "project-1") {
					t.Errorf("%s: want to be told of project-1 and of too many", what)
				}
				u.onceMore(t, what, dir, did, whole, want)
			}
			if refused < 2 {
				t.Errorf("want it refused twice at least, got %d", refused)
			}
		})
	}
}

// TestTooManyOpenFilesToLook: nothing is taken for damage, or for its absence.
func TestTooManyOpenFilesToLook(t *testing.T) {
	first, dir := firstFree(t), early(t)
	all := looks(backupFile)
	all["check"] = func(dir string) error { _, err := Check(dir); return err }
	all["backups"] = func(dir string) error { _, err := Backups(dir); return err }
	for _, what := range []string{"read", "stuck", "reconstruct, dry", "restore, dry", "check", "backups"} {
		refused := 0
		for may := range 5 {
			back, err := limits(unix.RLIMIT_NOFILE, uint64(first+may))
			if err != nil {
				t.Fatal(err)
			}
			looked := all[what](dir)
			if err := back(); err != nil {
				t.Fatal(err)
			}
			if looked == nil {
				continue
			}
			refused++
			if !errors.Is(looked, unix.EMFILE) || !strings.HasPrefix(looked.Error(), "project-1: ") {
				t.Errorf("%s with %d files: got %v", what, may, looked)
			}
		}
		if refused < 2 {
			t.Errorf("%s: want it refused twice at least, got %d", what, refused)
		}
	}
}

// limitVariable makes a child of the test binary undertake something with files that must not grow above a size:
// "NAME:SIZE:FOLDER". This process can't limit itself so: it may have a log to write.
const limitVariable = "STORE_TEST_LIMIT"

// How such a child ends.
const (
	itDid = iota
	itHappened
	itWasRefused
	itFailed
)

func childWithALimit(order string) int {
	of := strings.SplitN(order, ":", 3)
	size, err := strconv.ParseUint(of[1], 10, 64)
	if err != nil {
		return itFailed
	}
	i := slices.IndexFunc(undertakings, func(u undertaking) bool { return u.name == of[0] })
	if _, err := limits(unix.RLIMIT_FSIZE, size); err != nil {
		return itFailed
	}
	err = undertakings[i].do(of[2], quick())
	switch {
	case err == nil:
		return itDid
	case errors.Is(err, ErrHappened):
		return itHappened
	case errors.Is(err, unix.EFBIG) && strings.Contains(err.Error(), "project-1"):
		return itWasRefused
	}
	fmt.Println(err)
	return itFailed
}

// TestFilesThatCanNotGrow: as on a disk that is full, the kernel writes a part. What is written next is not spoiled by it.
func TestFilesThatCanNotGrow(t *testing.T) {
	if testing.Short() {
		t.Skip("in other processes")
	}
	for _, name := range []string{"create", "complete a stage", "restart", "open a torn log beside what was prepared", "reconstruct", "begin afresh"} {
		u := undertakings[slices.IndexFunc(undertakings, func(u undertaking) bool { return u.name == name })]
		t.Run(u.name, func(t *testing.T) {
			template := u.before(t)
			whole := copied(t, template)
			if err := u.do(whole, quick()); err != nil {
				t.Fatal(err)
			}
			want, refused := files(t, rootOf(whole)), 0
			for _, size := range []int{0, 50, 900, 2600} {
				dir := copied(t, template)
				child := exec.Command(os.Args[0])
				child.Env = append(os.Environ(), fmt.Sprintf("%s=%s:%d:%s", limitVariable, u.name, size, dir))
				out, _ := child.CombinedOutput()
				how := error(unix.EFBIG)
				switch child.ProcessState.ExitCode() {
				case itDid:
					continue
				case itHappened:
					how = ErrHappened
				case itWasRefused:
					refused++
				default:
					t.Fatalf("%d bytes: %s", size, out)
				}
				if u.repairs && how == ErrHappened {
					how = fmt.Errorf("%w: where opening finds damage: %s", ErrHappened, reconstruct("project-1"))
				}
				u.onceMore(t, fmt.Sprintf("files of %d bytes at most", size), dir, how, whole, want)
			}
			if refused == 0 {
				t.Error("want it refused")
			}
		})
	}
}
