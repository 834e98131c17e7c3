package loopback

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"os/user"
	"path/filepath"
	"syscall"

	"github.com/jackc/pgx/v5"
)

// Postgres is a PostgreSQL. Each drill gets a database of its own.
type Postgres struct {
	folder  *folder
	address string
	server  *server
}

// StartPostgres starts one. Its folder is its own: it must be reachable for the user that it runs as.
func StartPostgres(ctx context.Context) (p *Postgres, err error) {
	folder, err := newFolder("postgres")
	if err != nil {
		return nil, err
	}
	dir := folder.path
	defer func() {
		if err != nil {
			err = fmt.Errorf("start PostgreSQL: %w", errors.Join(err, folder.remove()))
		}
	}()
	initdb, err := find("initdb")
	if err != nil {
		return nil, err
	}
	program, err := find("postgres")
	if err != nil {
		return nil, err
	}
	data := filepath.Join(dir, "data")
	create := exec.CommandContext(ctx, initdb, "--pgdata", data, "--auth", "trust", "--username", "postgres", "--no-sync", "--encoding", "UTF8", "--locale", "C")
	create.Dir = dir
	if err := asUser(create, dir, "postgres", "nobody"); err != nil {
		return nil, err
	}
	if out, err := create.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	p = &Postgres{folder: folder, address: address}
	c := exec.Command(program, "-D", data, "-h", "127.0.0.1", "-p", port(address),
		"-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "shared_buffers=16MB", "-c", "max_connections=50")
	if err := asUser(c, dir, "postgres", "nobody"); err != nil {
		return nil, err
	}
	p.server, err = start(ctx, dir, c, func(ctx context.Context) error { return p.run(ctx, "postgres", "SELECT 1") })
	return p, err
}

// URL is where a database is found.
func (p *Postgres) URL(database string) string {
	return "postgres://postgres@" + p.address + "/" + database + "?sslmode=disable"
}

// Database makes a database with the engine's table of checkpoints, which is empty.
func (p *Postgres) Database(ctx context.Context, name string) (url string, err error) {
	if err := p.run(ctx, "postgres", "CREATE DATABASE "+pgx.Identifier{name}.Sanitize()); err != nil {
		return "", err
	}
	err = p.run(ctx, name, "CREATE TABLE checkpoints (run_id text PRIMARY KEY, step integer NOT NULL, state jsonb NOT NULL, saved_at timestamptz NOT NULL DEFAULT now())")
	return p.URL(name), err
}

func (p *Postgres) run(ctx context.Context, database, statement string) error {
	db, err := pgx.Connect(ctx, p.URL(database))
	if err != nil {
		return err
	}
	defer db.Close(context.WithoutCancel(ctx))
	_, err = db.Exec(ctx, statement)
	return err
}

// Stop ends it, by what PostgreSQL calls an immediate shutdown, so that its processes end with it, and removes its data.
func (p *Postgres) Stop() error {
	return errors.Join(p.server.stop(syscall.SIGQUIT), p.folder.remove())
}

// lookUp returns the first of these users that there is.
func lookUp(names []string) (uid, gid int, err error) {
	for _, name := range names {
		u, lookErr := user.Lookup(name)
		if lookErr == nil {
			return number(u.Uid), number(u.Gid), nil
		}
		err = errors.Join(err, lookErr)
	}
	return 0, 0, err
}
