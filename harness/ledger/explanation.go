package ledger

import (
	"database/sql"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/shadowrun/shadowrun/replay"
)

// Explanation is what experiments made of a finding.
type Explanation struct {
	Finding  string // its key
	Run      RunKey // the run that was explained
	At       time.Time
	Path     string       // of the field that Class, Cause and Proof are about
	Class    replay.Class // empty: the experiments did not come to one
	Cause    replay.Cause // likewise
	Proof    string       // in words, or why there is none
	Runs     int          // that it took
	Document jsontext.Value
}

// Explain records an explanation; it takes the place of an earlier one of the same finding.
func (a *Appender) Explain(x Explanation) error {
	return a.c.one(`INSERT OR REPLACE INTO explanations (soak, finding, run, at_ns, path, class, cause, proof, runs, document)
		VALUES (?,?,?,?,?,?,?,?,?,?)`, x.Run.Soak, x.Finding, x.Run.id(), nanos(x.At), x.Path, text(string(x.Class)), text(string(x.Cause)),
		x.Proof, x.Runs, text(string(x.Document)))
}

// Explanations returns a soak's explanations by the keys of their findings, without their documents.
func (r *Reader) Explanations(soak SoakID) (map[string]Explanation, error) {
	all, err := list(r, scanExplanation, `SELECT finding, run, at_ns, path, class, cause, proof, runs, NULL
		FROM explanations WHERE soak = ? ORDER BY finding`, soak)
	if err != nil {
		return nil, err
	}
	found := make(map[string]Explanation, len(all))
	for _, x := range all {
		found[x.Finding] = x
	}
	return found, nil
}

// Explanation returns the explanation of one finding, whole; [ErrNotFound] where there is none.
func (r *Reader) Explanation(soak SoakID, finding string) (Explanation, error) {
	all, err := list(r, scanExplanation, `SELECT finding, run, at_ns, path, class, cause, proof, runs, document
		FROM explanations WHERE soak = ? AND finding = ?`, soak, finding)
	if err != nil {
		return Explanation{}, err
	}
	if len(all) == 0 {
		return Explanation{}, ErrNotFound
	}
	return all[0], nil
}

func scanExplanation(rows *sql.Rows) (x Explanation, err error) {
	var run, at int64
	var class, cause, document sql.NullString
	err = rows.Scan(&x.Finding, &run, &at, &x.Path, &class, &cause, &x.Proof, &x.Runs, &document)
	x.Run, x.At = runKey(run), instant(at)
	x.Class, x.Cause, x.Document = replay.Class(class.String), replay.Cause(cause.String), nilIfNull(document)
	return x, err
}
