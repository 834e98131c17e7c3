package store

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

func TestRenew(t *testing.T) {
	dir, _ := grown(t)
	write(t, dir, stateFile, "{}") // a corrupted one too
	before := files(t, dir)
	to, err := Renew(dir, 9, quick(), "it is past mending")
	if err != nil || filepath.Base(to) != "project-1.8" || filepath.Base(filepath.Dir(to)) != "archive" {
		t.Errorf("want archive/project-1.8, got %s, %v", to, err)
	}
	if diff := cmp.Diff(before, files(t, to)); diff != "" {
		t.Errorf("archive (-want +got):\n%s", diff)
	}
	begunAfresh(t, dir, "it is past mending")
}

// begunAfresh says that a project is whole, and new.
func begunAfresh(t *testing.T, dir, reason string) {
	t.Helper()
	p := opened(t, dir)
	defer intact(t, dir)
	defer closed(t, p)
	if s, why := p.State(), p.Entries()[0].Reason; s.Sequence != 1 || s.Seed != 9 || s.Status != project.Pending || why != "begun afresh: "+reason+"; what was there is project-1.8" {
		t.Errorf("want it begun with seed 9, got %+v, because %q", s, why)
	}
}

// A beginning that is killed anywhere has not happened, or the next to open the project finishes it.
func TestRenewKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("in other processes")
	}
	for step, happened := range map[string]bool{"made": false, "archived": true, "named": true} {
		t.Run(step, func(t *testing.T) {
			dir, state := grown(t)
			child := exec.Command(os.Args[0])
			child.Env = append(os.Environ(), renewVariable+"="+step+":"+dir)
			err := child.Run()
			if status, is := child.ProcessState.Sys().(syscall.WaitStatus); !is || status.Signal() != syscall.SIGKILL {
				t.Fatalf("want it killed, got %v", err)
			}
			root := filepath.Dir(filepath.Dir(filepath.Dir(dir)))
			if ids, err := Projects(root); len(ids) != 1 || err != nil {
				t.Errorf("want the project listed, got %q, %v", ids, err)
			}
			if cut := CutOff(dir); cut != (step == "archived") {
				t.Errorf("it is cut off: %t", cut)
			} else if cut {
				var d *Damage
				if _, err := OpenRead(dir); !errors.As(err, &d) || !d.Heals || !strings.Contains(d.Error(), "shadowrun pipeline run project-1") {
					t.Errorf("want who reads it to be told what finishes it, got %v", err)
				}
				if found, err := Check(dir); err != nil || len(found) != 1 || !found[0].Heals {
					t.Errorf("want it to heal, got %+v, %v", found, err)
				}
				if _, err := Create(root, "project-1", 7, quick()); err == nil {
					t.Error("another project has taken its place")
				}
			}
			if happened {
				begunAfresh(t, dir, "the log is lost")
				return
			}
			intact(t, dir)
			p := opened(t, dir)
			same(t, state, p.State())
			closed(t, p)
			if _, err := Renew(dir, 9, quick(), "again"); err != nil {
				t.Fatal(err)
			}
			begunAfresh(t, dir, "again")
		})
	}
}
