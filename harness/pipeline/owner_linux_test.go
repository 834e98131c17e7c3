package pipeline

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// TestProcessesAreTheirRoots: what a killed engine leaves running is found by its root, so that agents and receivers of two roots
// bear other marks, and those of one the same.
func TestProcessesAreTheirRoots(t *testing.T) {
	// The mark is a limit that limits nothing; its last 24 bits tell runs of one owner apart.
	const script = `mark=$(sed -n 's/^Max realtime timeout *\([0-9]*\).*/\1/p' /proc/self/limits); echo $((mark >> 24)) > mark; echo '{}'`
	marks := func(root string) (of []string) {
		agent := &command{argv: []string{"sh", "-c", script}, root: root}
		if _, err := agent.Invoke(t.Context(), Task{}); err != nil {
			t.Fatal(err)
		}
		of = append(of, strings.TrimSpace(files(t, root)["mark"]))
		if err := receivers(root, project.NotificationsConfig{Command: []string{"sh", "-c", script}})[0].tell(t.Context(), someNotice); err != nil {
			t.Fatal(err)
		}
		return append(of, strings.TrimSpace(files(t, root)["mark"]))
	}
	one, other := t.TempDir(), t.TempDir()
	of := marks(one)
	if of[0] == "" || of[0] == "0" || of[0] != of[1] {
		t.Errorf("an agent and a receiver of one root have marks %q", of)
	}
	if d := cmp.Diff(of, marks(one)); d != "" {
		t.Errorf("of the same root again (-want +got)\n%s", d)
	}
	if its := marks(other); its[0] == of[0] || its[1] == of[1] {
		t.Errorf("two roots have marks %q and %q", of, its)
	}
}
