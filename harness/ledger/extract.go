package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// ExtractOptions say what is extracted.
type ExtractOptions struct {
	Soak     SoakID
	LastRuns int64               // about so many, in whole cycles, of a soak with more; 0: all
	Keep     RunKey              // a run that is wanted whatever its cycle; zero: none
	Mask     func(string) string // of every text; nil: texts stay as they are
}

// Extracted says what an extract holds.
type Extracted struct {
	Runs, Of int64 // runs, of all the soak's
}

// Extract writes a ledger of its own to a file that is not there yet: one soak as it is at one instant,
// also while it runs, without the other soaks. Where it is cut to the last runs it still has
// all cycles, findings, and the runs that these name.
//
// Rows are copied one by one, and not pages: what was deleted is in no page of the extract, nor is what
// a mask took out. A soak that writes meanwhile is not held up.
func (r *Reader) Extract(ctx context.Context, to string, o ExtractOptions) (Extracted, error) {
	if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
		return Extracted{}, fmt.Errorf("extract to %s: it exists", to)
	}
	a, err := newAppender(to, "rwc", migrations())
	if err != nil {
		return Extracted{}, err
	}
	// It is thrown away unless it gets whole.
	if _, err := a.c.conn.ExecContext(ctx, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF"); err != nil {
		return Extracted{}, errors.Join(err, a.Close())
	}
	from, err := r.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return Extracted{}, errors.Join(r.wrap(err), a.Close())
	}
	x := extraction{ExtractOptions: o, ctx: ctx, from: from}
	err = a.c.transact(func(context.Context) error { return x.copyTo(a.c) })
	return x.Extracted, errors.Join(err, from.Rollback(), a.Close())
}

type extraction struct {
	ExtractOptions
	Extracted
	ctx   context.Context
	from  *sql.Tx
	first int64 // run of the last cycles
}

// which says what rows of a table are a soak's, where neither a column of that name says so nor all are
// wanted. ?1 and ?2 bound the soak's runs, ?3 is the first of the last cycles, ?4 a run to keep.
var which = func() map[string]string {
	const ofSoak = " BETWEEN ?1 AND ?2"
	named := `SELECT first_run FROM findings WHERE first_run` + ofSoak + ` UNION SELECT last_run FROM findings WHERE last_run` + ofSoak + `
		UNION SELECT shortest_run FROM findings WHERE shortest_run` + ofSoak + ` UNION SELECT run FROM explanations WHERE run` + ofSoak
	wanted := func(run string) string {
		return run + ofSoak + " AND (" + run + " >= ?3 OR " + run + " = ?4 OR " + run + " IN (" + named + "))"
	}
	return map[string]string{
		"runs":        wanted("id"),
		"replays":     wanted("run"),
		"differences": "replay IN (SELECT id FROM replays WHERE " + wanted("run") + ")",
		"soaks":       "id = ?1 >> 48",
		"events":      "soak IS NULL OR soak = ?1 >> 48",
	}
}()

func (x *extraction) copyTo(to *connection) error {
	if err := x.cut(); err != nil {
		return err
	}
	tables, err := x.names("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid")
	if err != nil {
		return err
	}
	for _, table := range tables { // parents were made before their children
		columns, err := x.names("SELECT name FROM pragma_table_info(?)", table)
		if err != nil {
			return err
		}
		if err := x.table(to, table, columns); err != nil {
			return fmt.Errorf("extract %s: %w", table, err)
		}
	}
	return nil
}

// cut finds out from which run on the soak is copied.
func (x *extraction) cut() error {
	from, to := Filter{Soak: x.Soak}.bounds()
	x.first = from
	err := x.from.QueryRowContext(x.ctx, "SELECT count(*) FROM runs WHERE id BETWEEN ? AND ?", from, to).Scan(&x.Of)
	if err != nil || x.LastRuns == 0 || x.Of <= x.LastRuns {
		return err
	}
	var oldest int64
	err = x.from.QueryRowContext(x.ctx, "SELECT id FROM runs WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT 1 OFFSET ?", from, to, x.LastRuns-1).Scan(&oldest)
	x.first = RunKey{x.Soak, runKey(oldest).Cycle, 0}.id()
	return err
}

func (x *extraction) names(query string, args ...any) (names []string, err error) {
	rows, err := x.from.QueryContext(x.ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

// table copies a table's rows.
func (x *extraction) table(to *connection, table string, columns []string) error {
	where := "true"
	for _, c := range columns {
		if c == "soak" {
			where = "soak = ?1 >> 48"
		}
	}
	if w, ok := which[table]; ok {
		where = w
	}
	list := strings.Join(columns, ", ")
	from, last := Filter{Soak: x.Soak}.bounds()
	rows, err := x.from.QueryContext(x.ctx, "SELECT "+list+" FROM "+table+" WHERE "+where, from, last, x.first, x.Keep.id())
	if err != nil {
		return err
	}
	defer rows.Close()
	in := to.insertInto(table, list)
	for n := 1; rows.Next(); n++ {
		values, places := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			places[i] = &values[i]
		}
		if err := rows.Scan(places...); err != nil {
			return err
		}
		for i := range values {
			values[i] = x.masked(values[i])
		}
		in.add(values...)
		if table == "runs" {
			x.Runs++
		}
		if n%rowsAStatement == 0 {
			if err := in.flush(x.ctx); err != nil {
				return err
			}
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return in.flush(x.ctx)
}

// masked takes what is to be out of a text, and of standard error, which is bytes.
func (x *extraction) masked(value any) any {
	if x.Mask == nil {
		return value
	}
	switch v := value.(type) {
	case string:
		return x.Mask(v)
	case []byte:
		return []byte(x.Mask(string(v)))
	}
	return value
}
