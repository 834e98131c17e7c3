package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"

	sqlite3 "modernc.org/sqlite/lib"
)

// Reader reads a ledger. Each call sees whole commits only. Safe for concurrent use, also
// from within a loop over one of its iterators.
type Reader struct {
	path string
	db   *sql.DB
}

// View opens the ledger at path for reading only. The caller needs no right to write
// anything, and may be another user than the soak's.
//
// A file left in write-ahead mode without its log, in a folder that the caller may not
// write, is read as if it could not change. A soak that starts meanwhile makes such a
// Reader stale: one that lives long is better opened anew for each look.
func View(path string) (*Reader, error) {
	if err := mustExist(path); err != nil {
		return nil, err
	}
	return view(path, len(migrations()))
}

// mustExist says of a ledger that is not there what SQLite does not: that it isn't.
func mustExist(path string) error {
	_, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("ledger: %w; has a soak run with this state folder?", err)
	case err != nil:
		return fmt.Errorf("ledger: %w", err)
	}
	return nil
}

func view(path string, known int) (*Reader, error) {
	r, err := viewAs(path, known)
	if c := code(err); c != sqlite3.SQLITE_CANTOPEN && c != sqlite3.SQLITE_READONLY {
		return r, err
	}
	// Reading a log needs an index of it, which SQLite wants to create beside the file.
	if info, statErr := os.Stat(path + "-wal"); statErr == nil && info.Size() > 0 {
		return nil, fmt.Errorf("%w; its write-ahead log has no index, and only a user who may write the folder can make one: "+
			"run shadowrun status as its owner once, or copy %s and %s-wal to a folder of yours and read those", err, path, path)
	} else if statErr != nil && !errors.Is(statErr, fs.ErrNotExist) {
		return nil, err
	}
	return viewAs(path, known, "immutable", "1")
}

func viewAs(path string, known int, extra ...string) (*Reader, error) {
	name, err := dataSource(path, "ro", extra...)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, fmt.Errorf("ledger %s: %w", path, err)
	}
	r := &Reader{path: path, db: db}
	version, err := schemaVersion(context.Background(), db)
	if err == nil {
		err = checkVersion(version, known)
	}
	if err != nil {
		return nil, errors.Join(r.wrap(err), db.Close())
	}
	return r, nil
}

// Close ends the Reader and what iterates over it.
func (r *Reader) Close() error { return r.wrap(r.db.Close()) }

func (r *Reader) wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("ledger %s: %w", r.path, err)
}

// each yields what scan makes of every row of query, and at most one error, last.
func each[T any](r *Reader, scan func(*sql.Rows) (T, error), query string, args ...any) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		rows, err := r.db.QueryContext(context.Background(), query, args...)
		if err != nil {
			yield(zero, r.wrap(err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			v, err := scan(rows)
			if err != nil {
				yield(zero, r.wrap(err))
				return
			}
			if !yield(v, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(zero, r.wrap(err))
		}
	}
}

func list[T any](r *Reader, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	var all []T
	for v, err := range each(r, scan, query, args...) {
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

// first returns the first row, or ErrNotFound with the name of what was looked for.
func first[T any](r *Reader, what string, scan func(*sql.Rows) (T, error), query string, args ...any) (T, error) {
	for v, err := range each(r, scan, query, args...) {
		return v, err
	}
	var zero T
	return zero, r.wrap(fmt.Errorf("%s: %w", what, ErrNotFound))
}
