package pipeline

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"
)

// TestOperationsAreEntered: what concerns no project alone is in the root's log, with when, who and why, in a chain.
func TestOperationsAreEntered(t *testing.T) {
	r := failed.rig(t)
	o := r.operator()
	for i, do := range []func() (Done, error){
		o.StopAll, o.StartAll, func() (Done, error) { return o.RestartFresh(id, nil) }, o.StopAll,
	} {
		r.at = rigStart.Add(time.Duration(i) * time.Hour)
		if _, err := do(); err != nil {
			t.Fatal(err)
		}
	}
	log, err := Operations(r.root)
	if err != nil {
		t.Fatal(err)
	}
	prev := ""
	var got []string
	for i, e := range log {
		if e.Prev != prev || e.Sum == "" {
			t.Errorf("entry %d: it does not follow from the one before: %+v", i+1, e)
		}
		prev = e.Sum
		got = append(got, fmt.Sprintf("%d %s %s by %s: %s", e.Seq, e.At.Format("15:04"), e.Event, e.Actor, e.Reason))
	}
	want := []string{"1 00:00 stop-all by ops: a test", "2 01:00 start-all by ops: a test", "3 02:00 restart --fresh by ops: a test", "4 03:00 stop-all by ops: a test"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	var fresh map[string]string
	if err := json.Unmarshal(log[2].Detail, &fresh); err != nil || fresh["project"] != id {
		t.Errorf("the restart's detail: %s", log[2].Detail)
	}
}

// TestAlteredOperationsAreRefused: any line that is not as it was written, or not where it was; but the torn end of the last one
// only until the next operation.
func TestAlteredOperationsAreRefused(t *testing.T) {
	r := failed.rig(t)
	for _, do := range []func() (Done, error){r.operator().StopAll, r.operator().StartAll, r.operator().StopAll} {
		if _, err := do(); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(r.root, ".somas", "operations.jsonl")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(whole), "\n")
	for _, c := range []struct{ name, text, says string }{
		{"no JSON", "x\n" + lines[1], ".somas/operations.jsonl:1: "},
		{"a line is missing", lines[0] + lines[2], ".somas/operations.jsonl:2: the line is not as it was written"},
		{"the first is missing", lines[1] + lines[2], ".somas/operations.jsonl:1: the line is not as it was written"},
		{"two changed places", lines[1] + lines[0] + lines[2], ".somas/operations.jsonl:1: the line is not as it was written"},
		{"another actor", lines[0] + strings.Replace(lines[1], `"ops"`, `"eve"`, 1), ".somas/operations.jsonl:2: the line is not as it was written"},
		{"another spelling", strings.Replace(lines[0], `{"seq"`, `{ "seq"`, 1), ".somas/operations.jsonl:1: the line is not as it was written"},
		{"a torn end", lines[0] + lines[1][:20], ".somas/operations.jsonl: its last line is torn: the next operation cuts it off"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := os.WriteFile(path, []byte(c.text), 0o644); err != nil {
				t.Fatal(err)
			}
			if _, err := Operations(r.root); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("want %q, got %v", c.says, err)
			}
			_, err := r.operator().StartAll()
			if torn := c.name == "a torn end"; (err == nil) != torn {
				t.Errorf("an operation after it: got %v", err)
			}
		})
	}
	if log, err := Operations(r.root); err != nil || len(log) != 2 || log[1].Event != "start-all" {
		t.Errorf("the torn end was not cut off: %+v, %v", log, err)
	}
}

// TestOperationsWaitForEachOther: what is entered by many at once is in one chain, all of it.
func TestOperationsWaitForEachOther(t *testing.T) {
	root := t.TempDir()
	var group errgroup.Group
	for range 8 {
		group.Go(func() error {
			for range 10 {
				if err := enter(root, Operation{At: rigStart, Event: "stop-all", Actor: "ops", Reason: "a test"}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	if log := must(Operations(root))(t); len(log) != 80 {
		t.Errorf("%d operations, not 80", len(log))
	}
}
