package store

import (
	"fmt"
	"strings"
	"testing"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// TestHowMuchIsLost: lines that are cut off a log are counted, whether the state or the lines tell of them.
func TestHowMuchIsLost(t *testing.T) {
	for lines, want := range map[int]string{
		1: "transition 4, and what came of them: the project is as it was after 3",
		2: "transitions 3 to 4, and what came of them: the project is as it was after 2",
	} {
		t.Run(fmt.Sprint(lines), func(t *testing.T) {
			dir, p := created(t, quick())
			appended(t, p, project.Entry{Event: project.Notified}, project.Entry{Event: project.Notified}, project.Entry{Event: project.Notified})
			closed(t, p)
			all := strings.SplitAfter(files(t, dir)[logFile], "\n")
			write(t, dir, logFile, strings.Join(all[:4-lines], ""))
			damage, err := Check(dir)
			if err != nil || len(damage) == 0 {
				t.Fatalf("want damage, got %v, %v", damage, err)
			}
			if got := damage[0].Loses[reconstruct("project-1")]; got != want {
				t.Errorf("want %s, got %s", want, got)
			}
		})
	}
}
