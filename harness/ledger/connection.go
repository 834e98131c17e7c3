package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"sync"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// ErrFull is wrapped by the error of a write for which there was no room. What was
// committed before is safe, and the ledger can be written again when there is room.
var ErrFull = errors.New("no space left for the ledger")

// ErrBusy is wrapped by the error of a write that waited for another process's for too long.
var ErrBusy = errors.New("another process has been writing for too long")

// busyMillis bounds the wait for another process's transaction. Those are short; a
// wait this long means one that hangs.
const busyMillis = 10_000

// dataSource returns the driver's name for path, opened in mode (rw, rwc, ro).
func dataSource(path, mode string, extra ...string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	q := url.Values{
		"mode":          {mode},
		"_busy_timeout": {fmt.Sprint(busyMillis)},
		"_foreign_keys": {"1"},
		"_synchronous":  {"FULL"}, // a commit is on disk when it returns, in either journal mode
		"_dqs":          {"0"},    // a misspelt column is an error, not a string
		"_error_rc":     {"1"},
	}
	for i := 0; i+1 < len(extra); i += 2 {
		q.Set(extra[i], extra[i+1])
	}
	u := url.URL{Scheme: "file", OmitHost: true, Path: abs, RawQuery: q.Encode()}
	return u.String(), nil
}

// connection is the one connection that a writer holds, so that a transaction and its
// prepared statements stay on it. Safe for concurrent use: transactions queue.
type connection struct {
	path string
	db   *sql.DB

	mu       sync.Mutex
	conn     *sql.Conn
	prepared map[string]*sql.Stmt
}

func connect(path, mode string) (*connection, error) {
	name, err := dataSource(path, mode)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	conn, err := db.Conn(context.Background())
	if err != nil {
		return nil, errors.Join(explain(err), db.Close())
	}
	return &connection{path: path, db: db, conn: conn, prepared: map[string]*sql.Stmt{}}, nil
}

// transact runs do in a transaction, which is durable if it returns nil and has not
// happened if it returns an error. No context: a commit is short, and cut short it would
// leave the caller not knowing which.
func (c *connection) transact(do func(ctx context.Context) error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	ctx := context.Background()
	// Immediate: a deferred one that turns writer midway cannot wait for another writer.
	if _, err := c.conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return c.wrap(err)
	}
	err := do(ctx)
	if err == nil {
		_, err = c.conn.ExecContext(ctx, "COMMIT")
	}
	if err != nil {
		// SQLite may have rolled back by itself, and says so by an error of no interest.
		_, _ = c.conn.ExecContext(ctx, "ROLLBACK")
	}
	return c.wrap(err)
}

// exec runs a statement that is prepared once and kept.
func (c *connection) exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	s, err := c.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(ctx, args...)
}

func (c *connection) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	if s := c.prepared[query]; s != nil {
		return s, nil
	}
	s, err := c.conn.PrepareContext(ctx, query)
	if err == nil {
		c.prepared[query] = s
	}
	return s, err
}

func (c *connection) close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var errs []error
	for _, s := range c.prepared {
		errs = append(errs, s.Close())
	}
	return c.wrap(errors.Join(append(errs, c.conn.Close(), c.db.Close())...))
}

func (c *connection) wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("ledger %s: %w", c.path, explain(err))
}

// explain adds the sentinel that goes with one of SQLite's result codes.
func explain(err error) error {
	switch code(err) {
	case sqlite3.SQLITE_FULL:
		return fmt.Errorf("%w; earlier commits are safe, free some space and go on: %w", ErrFull, err)
	case sqlite3.SQLITE_BUSY:
		return fmt.Errorf("%w (%d s): %w", ErrBusy, busyMillis/1000, err)
	}
	return err
}

// code returns SQLite's primary result code, 0 for an error that is not SQLite's.
func code(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code() & 0xff
	}
	return 0
}
