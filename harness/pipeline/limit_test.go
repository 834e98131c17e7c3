package pipeline

import (
	"fmt"
	"strings"
	"testing"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// TestLimitsOfAgents: an answer of 16 MiB is taken and a byte more is not; of standard error 8 KiB are kept.
func TestLimitsOfAgents(t *testing.T) {
	spaces := func(n int) string { return fmt.Sprintf(`head -c %d /dev/zero | tr '\0' ' '; printf '{}'`, n-len("{}")) }
	if _, err := shell(t, spaces(16<<20)).Invoke(t.Context(), Task{}); err != nil {
		t.Errorf("16 MiB: %v", err)
	}
	_, err := shell(t, spaces(16<<20+1)).Invoke(t.Context(), Task{})
	if f := failureOf(err); f == nil || f.Kind != project.Permanent || !strings.Contains(f.Message, "over its limit") {
		t.Errorf("a byte more: %v", err)
	}
	_, err = shell(t, `head -c 9000 /dev/zero | tr '\0' x >&2; exit 1`).Invoke(t.Context(), Task{})
	if f := failureOf(err); f == nil || strings.Count(f.Message, "x") != 8<<10+strings.Count("exit status 1", "x") {
		t.Errorf("9000 bytes of standard error: %d are kept", strings.Count(f.Message, "x"))
	}
}
