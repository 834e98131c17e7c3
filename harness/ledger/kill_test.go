package ledger

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// writeUntilKilled is the test binary as a soak: it resumes the ledger's soak and commits
// cycle after cycle, and says on standard output which it has been promised is on disk.
func writeUntilKilled(path string) int {
	err := func() error {
		l, err := Open(path)
		if err != nil {
			return err
		}
		soak, err := l.Latest()
		if errors.Is(err, ErrNotFound) {
			soak.ID, err = l.StartSoak(Soak{Started: noon})
		}
		if err != nil {
			return err
		}
		if _, err := l.StartSession(soak.ID, Session{Started: noon}); err != nil {
			return err
		}
		last, err := l.LastCheckpoint(soak.ID)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		for n := last.Cycle + 1; ; n += 3 {
			if err := l.Commit(soak.ID, noon, cycleOf(soak.ID, n, 9), cycleOf(soak.ID, n+1, 9), cycleOf(soak.ID, n+2, 9)); err != nil {
				return err
			}
			fmt.Println("committed", n+2)
		}
	}()
	fmt.Fprintln(os.Stderr, err)
	return 1
}

func writer(path string, command ...string) *exec.Cmd {
	command = append(command, os.Args[0])
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = append(os.Environ(), "LEDGER_TEST_WRITER="+path)
	cmd.Stderr = os.Stderr
	return cmd
}

// A writer is killed thirty times, at moments of no choice of its own; what it was told is
// on disk is there each time, once, and the next one goes on from it.
func TestKilledWriterLosesNothing(t *testing.T) {
	kills := 30
	if testing.Short() {
		kills = 3
	}
	path := filepath.Join(t.TempDir(), "ledger.db")
	random := rand.New(rand.NewPCG(1, 2))
	acknowledged := 0
	for kill := range kills {
		// Some are killed after so many commits and a little, some while they start.
		commits, pause := random.IntN(10), time.Duration(random.IntN(3000))*time.Microsecond
		acknowledged = max(acknowledged, killWriter(t, path, commits, pause))
		r, err := View(path)
		if err != nil {
			if acknowledged == 0 {
				continue // it had not come to making the file
			}
			t.Fatalf("kill %d: %v", kill, err)
		}
		checkWhole(t, r, acknowledged)
		r.Close()
		if t.Failed() {
			t.Fatalf("kill %d, after %d commits and %s", kill, commits, pause)
		}
	}
	if acknowledged < kills {
		t.Errorf("only %d cycles were acknowledged in %d kills: killed too early to show anything", acknowledged, kills)
	}
}

// killWriter returns the last cycle that the writer was told is on disk.
func killWriter(t *testing.T, path string, commits int, pause time.Duration) (acknowledged int) {
	t.Helper()
	cmd := writer(path)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	note := func() {
		n, err := strconv.Atoi(strings.TrimPrefix(lines.Text(), "committed "))
		if err != nil {
			t.Errorf("the writer said %q", lines.Text())
		}
		acknowledged = n
	}
	for range commits {
		if !lines.Scan() {
			break
		}
		note()
	}
	time.AfterFunc(pause, func() { cmd.Process.Kill() })
	for lines.Scan() {
		note()
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.Success() || exit.Exited() {
		t.Errorf("the writer ended by itself: %v", err)
	}
	return acknowledged
}

// checkWhole checks that the first soak has every cycle up to the acknowledged one at
// least, and each whole.
func checkWhole(t *testing.T, r *Reader, acknowledged int) {
	t.Helper()
	var integrity string
	if err := r.db.QueryRow("PRAGMA integrity_check").Scan(&integrity); err != nil || integrity != "ok" {
		t.Errorf("integrity: %s, %v", integrity, err)
	}
	sums, err := r.Totals(1)
	if err != nil {
		t.Error(err)
	}
	if sums.Cycles < int64(acknowledged) {
		t.Errorf("%d cycles, but %d were acknowledged", sums.Cycles, acknowledged)
	}
	var cycles, last, runs, replays int64
	if err := r.db.QueryRow(`SELECT count(*), ifnull(max(n), 0), (SELECT count(*) FROM runs), (SELECT count(*) FROM replays) FROM cycles`).
		Scan(&cycles, &last, &runs, &replays); err != nil {
		t.Error(err)
	}
	if cycles%3 != 0 {
		t.Errorf("%d cycles: a commit of three left a part of itself", cycles)
	}
	if want := sums.Cycles; cycles != want || last != want || runs != 9*want || replays != 9*want || sums.Runs != runs || sums.Match != replays {
		t.Errorf("%d cycles up to %d, %d runs, %d replays; want %d whole cycles; sums %+v", cycles, last, runs, replays, want, sums)
	}
}
