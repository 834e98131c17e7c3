package ledger

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Every query that a running soak's tools ask again and again is a search of an index: none
// gets slower with the number of runs.
func TestHotQueriesScanNothing(t *testing.T) {
	l, _ := openLedger(t)
	queries := map[string]string{
		"Totals":        checkpointColumns + " ORDER BY n DESC LIMIT 1",
		"Run":           runColumns + " WHERE r.id = ?",
		"Replays":       replayColumns + " WHERE p.run = ? ORDER BY p.id",
		"WithoutGolden": runColumns + " WHERE r.digest IS NULL AND r.id BETWEEN ? AND 2 AND '' IN ('', w.name) ORDER BY r.id",
		"NotMatching":   replayColumns + " WHERE p.verdict <> 'match' AND p.run BETWEEN ? AND 2 ORDER BY p.run, p.id",
		"Events":        "SELECT id FROM events WHERE soak IS nullif(?, 0) ORDER BY id",
	}
	for name, query := range queries {
		rows, err := l.Reader.db.Query("EXPLAIN QUERY PLAN "+query, 1)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var id, parent, unused int
			var step string
			if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(step, "SCAN") || strings.Contains(step, "TEMP B-TREE") && name != "NotMatching" {
				t.Errorf("%s: %s", name, step)
			}
			if name == "WithoutGolden" && strings.Contains(step, " r ") && !strings.Contains(step, "runs_without_golden") {
				t.Errorf("%s: %s", name, step)
			}
			if name == "NotMatching" && strings.Contains(step, " p ") && !strings.Contains(step, "replays_not_matching") {
				t.Errorf("%s: %s", name, step)
			}
		}
		rows.Close()
	}
}

func TestReadersBesideWriters(t *testing.T) {
	l, path := openLedger(t)
	soak := startSoak(t, l)
	const cycles, appended = 60, 40
	var wg sync.WaitGroup
	stop := make(chan struct{})
	for range 2 {
		wg.Go(func() {
			r, err := View(path)
			if err != nil {
				t.Error(err)
				return
			}
			defer r.Close()
			for {
				if c, err := r.Totals(soak); err != nil || c.Runs != 9*c.Cycles || c.Match != c.Runs {
					t.Errorf("saw part of a commit: %+v, %v", c, err)
				}
				for range r.Runs(Filter{Soak: soak, LastCycle: 3}) { // others may be asked in the loop
					if _, err := r.Latest(); err != nil {
						t.Error(err)
					}
					break
				}
				select {
				case <-stop:
					return
				default:
				}
			}
		})
	}
	var appenders sync.WaitGroup
	for who := range 2 {
		appenders.Go(func() {
			a, err := Append(path)
			if err != nil {
				t.Error(err)
				return
			}
			defer a.Close()
			for n := range appended {
				if err := a.AppendAction(Action{At: noon, Who: fmt.Sprint(who), What: fmt.Sprint(n)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for n := 1; n <= cycles; n++ {
		commit(t, l, soak, cycleOf(soak, n, 9))
	}
	appenders.Wait()
	close(stop)
	wg.Wait()
	if c, err := l.Totals(soak); c.Runs != 9*cycles || err != nil {
		t.Errorf("%+v, %v", c, err)
	}
	actions := 0
	for range l.Actions() {
		actions++
	}
	if actions != 2*appended {
		t.Errorf("%d actions, want %d", actions, 2*appended)
	}
}

func TestClosedLedgerIsOneFile(t *testing.T) {
	l, path := openLedger(t)
	commit(t, l, startSoak(t, l), cycleOf(1, 1, 9))
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(files) != 1 {
		t.Errorf("%v, %v; want ledger.db alone", files, err)
	}
	header, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// https://www.sqlite.org/fileformat2.html: 1 is a rollback journal, 2 a write-ahead log.
	if header[18] != 1 || header[19] != 1 {
		t.Errorf("write and read version %d and %d, want 1: not in write-ahead mode", header[18], header[19])
	}
}
