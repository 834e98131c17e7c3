package ledger

import (
	"context"
	"errors"
	"fmt"
)

// Ledger is the soak's own hold on the record. It is for the process that has the state
// folder's lock; its cycles are committed from one goroutine.
type Ledger struct {
	*Reader
	*Appender
	sums map[SoakID]*progress // of the soaks that this process commits to
}

// Open opens the ledger at path for writing, creates it where there is none, and migrates
// an older one. The folder must exist. Close it: the file that Close leaves can be read by
// users who may not write its folder.
func Open(path string) (*Ledger, error) {
	return open(path, migrations())
}

func open(path string, steps []string) (*Ledger, error) {
	a, err := newAppender(path, "rwc", steps)
	if err != nil {
		return nil, err
	}
	l := &Ledger{Appender: a, sums: map[SoakID]*progress{}}
	// Readers must not wait for the writer, nor it for them.
	for _, pragma := range []string{
		"PRAGMA journal_mode = WAL",
		"PRAGMA wal_autocheckpoint = 4000",     // pages: 16 MB
		"PRAGMA journal_size_limit = 67108864", // a log that a slow reader let grow shrinks again
		"PRAGMA cache_size = -16384",           // KiB, whatever the number of runs
	} {
		if _, err := a.c.conn.ExecContext(context.Background(), pragma); err != nil {
			return nil, errors.Join(a.c.wrap(err), a.c.close())
		}
	}
	if l.Reader, err = view(path, len(steps)); err != nil {
		return nil, errors.Join(err, a.c.close())
	}
	return l, nil
}

// Close folds the write-ahead log into the file and leaves write-ahead mode: a finished
// file in that mode is unreadable for a user who may not write its folder. While a reader
// has it open it must stay in that mode, which is no error; [View] then has a way.
func (l *Ledger) Close() error {
	readers := l.Reader.Close()
	l.c.mu.Lock()
	ctx := context.Background()
	// A second: a reader that holds on for longer may have the log.
	_, err := l.c.conn.ExecContext(ctx, "PRAGMA busy_timeout = 1000; PRAGMA wal_checkpoint(TRUNCATE)")
	if err == nil {
		_, err = l.c.conn.ExecContext(ctx, "PRAGMA journal_mode = DELETE")
	}
	l.c.mu.Unlock()
	if errors.Is(explain(err), ErrBusy) {
		err = nil
	}
	if err != nil {
		err = fmt.Errorf("ledger %s: fold in the write-ahead log: %w", l.c.path, err)
	}
	return errors.Join(readers, err, l.c.close())
}
