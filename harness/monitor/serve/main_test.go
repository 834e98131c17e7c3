package serve

import (
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/shadowrun/shadowrun/harness/monitor"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// noon is when the tests' soaks start.
var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// plain are forms that show where a document came from.
var plain = Forms{
	Status:   func(s monitor.Status) any { return map[string]any{"status": s.State} },
	Findings: func(s monitor.Status) any { return map[string]any{"findings": len(s.Findings)} },
	Finding:  func(f Finding) any { return map[string]any{"finding": f.Key} },
	Progress: func(p Progress) any { return map[string]any{"points": len(p.Course)} },
}

// skip skips, loudly; where CI is set, nothing may be skipped.
func skip(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal("cannot be skipped in CI: " + why)
	}
	t.Skip("SKIPPED: " + why)
}
