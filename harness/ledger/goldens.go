package ledger

import (
	"context"
	"database/sql"
	"iter"

	"github.com/shadowrun/shadowrun/golden"
)

// Golden is where a run's or a replay's trace is.
type Golden struct {
	Run RunKey
	golden.Ref
}

// Goldens yields the goldens of a soak's runs that are still in the store, in the plan's
// order, and then the traces that its replays kept. Soak 0 stands for every soak.
func (r *Reader) Goldens(soak SoakID) iter.Seq2[Golden, error] {
	from, to := Filter{Soak: soak}.bounds()
	if soak == 0 {
		_, to = Filter{Soak: maxSoak}.bounds()
	}
	return each(r, scanGolden, `SELECT id, digest, place FROM runs WHERE id BETWEEN ?1 AND ?2 AND place IS NOT NULL
		UNION ALL SELECT run, got_digest, got_place FROM replays
		WHERE verdict <> 'match' AND run BETWEEN ?1 AND ?2 AND got_place IS NOT NULL`, from, to)
}

// FindingGoldens yields the goldens that findings of any soak refer to, and the traces of
// the replays of those runs: what pruning must keep.
func (r *Reader) FindingGoldens() iter.Seq2[Golden, error] {
	return each(r, scanGolden, `WITH named (run) AS (SELECT first_run FROM findings UNION SELECT last_run FROM findings
			UNION SELECT shortest_run FROM findings)
		SELECT id, digest, place FROM runs JOIN named ON run = id WHERE place IS NOT NULL
		UNION ALL SELECT p.run, got_digest, got_place FROM replays p JOIN named ON named.run = p.run WHERE got_place IS NOT NULL`)
}

func scanGolden(rows *sql.Rows) (g Golden, err error) {
	var run int64
	var digest []byte
	if err = rows.Scan(&run, &digest, &g.Place); err == nil {
		g.Run = runKey(run)
		g.Digest, err = scanDigest(digest)
	}
	return g, err
}

// MoveGoldens records that goldens are elsewhere, or were pruned, all in one transaction.
// It is what [golden.PruneOptions] calls Commit. Places that no run or replay names are
// passed over, so that it may be told the same twice. A soak that writes meanwhile waits
// for it: about half a second for a million runs.
func (a *Appender) MoveGoldens(moves []golden.Moved) error {
	return a.c.transact(func(ctx context.Context) error {
		if _, err := a.c.conn.ExecContext(ctx, "CREATE TEMP TABLE moves (old TEXT PRIMARY KEY, new TEXT) STRICT, WITHOUT ROWID"); err != nil {
			return err
		}
		in := a.c.insertInto("temp.moves", "old, new")
		for _, m := range moves {
			in.add(m.From.Place, text(m.To.Place))
		}
		if err := in.flush(ctx); err != nil {
			return err
		}
		_, err := a.c.conn.ExecContext(ctx, `
			UPDATE runs SET place = new FROM moves WHERE place IS NOT NULL AND old = place;
			UPDATE replays SET got_place = new FROM moves WHERE got_place IS NOT NULL AND old = got_place;
			DROP TABLE moves`)
		return err
	})
}
