package ledger

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
)

//go:embed schema/*.sql
var schemaFiles embed.FS

// applicationID marks a SQLite file as a ledger: "SRLG".
const applicationID = 0x53524c47

// ErrNewer is wrapped by the error for a ledger that a newer shadowrun wrote.
var ErrNewer = errors.New("written by a newer shadowrun")

// ErrOlder is wrapped by the error for a ledger that must be migrated, opened read-only.
var ErrOlder = errors.New("written by an older shadowrun")

// migrations returns the statements that lead from each version to the next. Number n of
// the schema folder makes version n. A published one is never edited, and later ones only
// add: a soak that an older binary began may still be writing.
func migrations() []string {
	names, err := fs.Glob(schemaFiles, "schema/*.sql")
	if err != nil || len(names) == 0 {
		panic(fmt.Sprintf("schema folder: %v, %d files", err, len(names))) // the build is broken
	}
	steps := make([]string, len(names))
	for i, name := range names { // in order: Glob sorts
		if want := fmt.Sprintf("schema/%04d.sql", i+1); name != want {
			panic(fmt.Sprintf("schema folder: found %s, want %s", name, want))
		}
		text, err := fs.ReadFile(schemaFiles, name)
		if err != nil {
			panic(err)
		}
		steps[i] = string(text)
	}
	return steps
}

// migrate brings the file to the version after the last of steps, in the transaction that
// conn is in.
func migrate(ctx context.Context, conn *sql.Conn, steps []string) error {
	version, err := schemaVersion(ctx, conn)
	if err != nil {
		return err
	}
	if version == len(steps) {
		return nil
	}
	if err := checkVersion(version, len(steps)); !errors.Is(err, ErrOlder) {
		return err
	}
	for i, step := range steps[version:] {
		if _, err := conn.ExecContext(ctx, step); err != nil {
			return fmt.Errorf("migrate to schema %d: %w", version+i+1, err)
		}
	}
	_, err = conn.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, len(steps)))
	return err
}

// querier is a connection or a pool of them.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// schemaVersion returns the version of a ledger, 0 of an empty file, and an error for
// somebody else's database.
func schemaVersion(ctx context.Context, q querier) (int, error) {
	var id, version, tables int
	row := q.QueryRowContext(ctx, `SELECT (SELECT application_id FROM pragma_application_id),
		(SELECT user_version FROM pragma_user_version), (SELECT count(*) FROM sqlite_schema)`)
	if err := row.Scan(&id, &version, &tables); err != nil {
		return 0, err
	}
	if id != applicationID && (id != 0 || version != 0 || tables != 0) {
		return 0, fmt.Errorf("not a ledger: an SQLite database with application id %#x, want %#x", id, applicationID)
	}
	return version, nil
}

func checkVersion(version, known int) error {
	switch {
	case version > known:
		return fmt.Errorf("%w: schema %d, this one knows %d; use the shadowrun that wrote it, or a later one", ErrNewer, version, known)
	case version < known:
		return fmt.Errorf("%w: schema %d, this one reads %d; a command that writes brings it up to date, such as shadowrun --resume", ErrOlder, version, known)
	}
	return nil
}
