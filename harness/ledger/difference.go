package ledger

import (
	"database/sql"
	"fmt"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/shadowrun/shadowrun/replay"
)

const (
	// MaxDifferences is how many of a replay's differences are kept.
	MaxDifferences = 1000
	// MaxValue is how much of a differing value is kept, in bytes.
	MaxValue = 4 << 10
)

// Difference is a replay's difference as it is kept.
//
// A value longer than [MaxValue] is kept as a JSON string: the beginning of its text and a
// note of its length. WantCut and GotCut are then that length in bytes, and else 0.
type Difference struct {
	replay.Difference
	Rule    string // that covers it; empty: none does
	WantCut int
	GotCut  int
}

// cut returns v as it is kept, and its whole length where that is not as it is.
func cut(v jsontext.Value) (kept any, whole any, err error) {
	if v == nil {
		return nil, nil, nil
	}
	if len(v) <= MaxValue {
		return string(v), nil, nil
	}
	head := v[:MaxValue]
	for len(head) > 0 && !utf8.RuneStart(v[len(head)]) {
		head = head[:len(head)-1]
	}
	note := fmt.Sprintf("%s… (cut: %d bytes in all)", head, len(v))
	quoted, err := jsontext.AppendQuote(nil, note)
	return string(quoted), len(v), err
}

// Differences returns what was recorded under a replay, in order.
func (r *Reader) Differences(replayID int64) ([]Difference, error) {
	return list(r, scanDifference, `SELECT path, got_path, kind, want, want_cut, got, got_cut, class, cause, suspected,
		why, derived_from, rule FROM differences WHERE replay = ? ORDER BY n`, replayID)
}

func scanDifference(rows *sql.Rows) (d Difference, err error) {
	var want, got, why, from, rule sql.NullString
	var wantCut, gotCut sql.NullInt64
	err = rows.Scan(&d.Path, &d.GotPath, &d.Kind, &want, &wantCut, &got, &gotCut, &d.Class, &d.Cause,
		&d.Suspected, &why, &from, &rule)
	d.Want, d.Got = nilIfNull(want), nilIfNull(got)
	d.WantCut, d.GotCut = int(wantCut.Int64), int(gotCut.Int64)
	d.Why, d.DerivedFrom, d.Rule = why.String, from.String, rule.String
	return d, err
}
