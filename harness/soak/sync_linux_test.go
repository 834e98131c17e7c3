package soak_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/shadowrun/shadowrun/harness/soak"
)

const inProcess = `
runs_per_cycle: 4
workers: 2
interval: 200ms
variants: [again]
workflows:
  - name: compute
  - name: llm
`

// The kernel's word for it: before a cycle is acknowledged its goldens are synced, then its rows
// are written to the ledger's log, and that is synced. (What follows the last write of all does
// not matter for that.)
func TestSyncedBeforeAcknowledged(t *testing.T) {
	need(t, "strace", "that goldens and ledger are synced before a cycle is acknowledged is NOT TESTED")
	const cycles = 4
	flows := writeFiles(t, map[string]string{"shadowrun.yaml": inProcess})
	config, state := filepath.Join(flows, "shadowrun.yaml"), t.TempDir()
	log := filepath.Join(flows, "strace")
	s := command(t, config, state, "--cycles", fmt.Sprint(cycles), "--progress", "json")
	s.Args = append([]string{"strace", "-f", "-y", "-s", "160", "-o", log,
		"-e", "trace=write,pwrite64,writev,pwritev,pwritev2,fsync,fdatasync", s.Path}, s.Args[1:]...)
	var err error
	if s.Path, err = exec.LookPath("strace"); err != nil {
		t.Fatal(err)
	}
	s.mustExit(t, 0)

	f, err := os.Open(log)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	order := newSyncOrder(soak.LedgerPath(state)+"-wal", soak.GoldenDir(state))
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		if wrong := order.line(lines.Text()); wrong != "" {
			t.Errorf("line %d: %s\n%s", n, wrong, lines.Text())
		}
	}
	if lines.Err() != nil || order.acknowledged != cycles {
		t.Errorf("%d cycles were acknowledged, %v; want %d", order.acknowledged, lines.Err(), cycles)
	}
}

var (
	call    = regexp.MustCompile(`^(\d+) +(\w+)\(\d+<([^>]*)>(.*)$`)
	resumed = regexp.MustCompile(`^(\d+) +<\.\.\. f(?:data)?sync resumed>\) += 0`)
)

// syncOrder follows which files have been written to since they were last synced.
type syncOrder struct {
	wal, goldens string
	writes       map[string]int    // to a file, since the soak began
	synced       map[string]int    // how many of them are
	underway     map[string]syncOf // by thread
	sinceLast    map[string]bool   // synced since the last acknowledgement: wal, goldens
	acknowledged int
}

type syncOf struct {
	file   string
	writes int // to it before the sync began
}

func newSyncOrder(wal, goldens string) *syncOrder {
	return &syncOrder{wal: wal, goldens: goldens, writes: map[string]int{}, synced: map[string]int{},
		underway: map[string]syncOf{}, sinceLast: map[string]bool{}}
}

// line takes a line of strace's, and says what is wrong about it.
func (o *syncOrder) line(text string) (wrong string) {
	if m := resumed.FindStringSubmatch(text); m != nil {
		o.end(m[1])
		return ""
	}
	m := call.FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	thread, name, file, rest := m[1], m[2], m[3], m[4]
	switch {
	case strings.HasSuffix(name, "sync"):
		o.underway[thread] = syncOf{file, o.writes[file]}
		if strings.HasSuffix(rest, "= 0") {
			o.end(thread)
		}
		return ""
	case strings.Contains(rest, `\"kind\":\"cycle\"`):
		o.acknowledged++
		defer clear(o.sinceLast)
		if file := o.unsynced(func(string) bool { return true }); file != "" {
			return "acknowledged before " + file + " was synced"
		}
		if !o.sinceLast[o.wal] || !o.sinceLast[o.goldens] {
			return "acknowledged, and golden or ledger was not synced since the last"
		}
		return ""
	case file == o.wal:
		if segment := o.unsynced(func(f string) bool { return filepath.Dir(f) == o.goldens }); segment != "" {
			wrong = "the ledger is written before " + segment + " was synced"
		}
	}
	if file == o.wal || filepath.Dir(file) == o.goldens {
		o.writes[file]++
	}
	return wrong
}

func (o *syncOrder) end(thread string) {
	s := o.underway[thread]
	o.synced[s.file] = s.writes
	if filepath.Dir(s.file) == o.goldens {
		o.sinceLast[o.goldens] = true
	}
	o.sinceLast[s.file] = true
}

// unsynced returns a file of those that has not been synced since it was written to.
func (o *syncOrder) unsynced(of func(string) bool) string {
	for file, n := range o.writes {
		if of(file) && o.synced[file] < n {
			return file
		}
	}
	return ""
}
