package report

import (
	"context"
	"time"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/soak"
	"github.com/shadowrun/shadowrun/runbook"
)

// Options say what a report is made of beside a soak's state folder.
type Options struct {
	At       time.Time
	Versions []Named         // of what makes the report
	Journals []Journal       // of drills; the last is judged
	Required []string        // steps without which no drill is certified
	Books    []*runbook.Book // of which Extent says how far they are known to work
	Extent   *runbook.Extent
	Rejudge  *Today // nil: the configuration that the soak began with
}

// Journal is a drill's, and the file it was read from.
type Journal struct {
	File string
	*runbook.Journal
}

// Today is a configuration by which stored evidence is judged again.
type Today struct {
	File   string
	Config harness.Config
}

// Gather reads all that a report says of a soak, but for its verdict: see [Judge]. A soak that runs meanwhile is not held up.
func Gather(ctx context.Context, s *soak.State, of ledger.Soak, o Options) (*Report, error) {
	r := &Report{Header: Header{Version: Version, MadeAt: o.At.UTC(), Soak: int64(of.ID), Folder: s.Dir}}
	return r, ctx.Err()
}
