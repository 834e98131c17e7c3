package ledger

import (
	"context"
	"strings"
)

// rowsAStatement is how many rows one INSERT takes, where there are as many.
const rowsAStatement = 16

// inserter queues rows for a table and writes them several a statement.
type inserter struct {
	c       *connection
	head    string // INSERT INTO … VALUES
	row     string // (?,?,…)
	columns int
	args    []any
}

func (c *connection) insertInto(table, columns string) *inserter {
	n := strings.Count(columns, ",") + 1
	return &inserter{
		c:       c,
		head:    "INSERT INTO " + table + " (" + columns + ") VALUES ",
		row:     "(?" + strings.Repeat(",?", n-1) + ")",
		columns: n,
	}
}

// add queues a row; its values are in the order of the columns.
func (in *inserter) add(values ...any) { in.args = append(in.args, values...) }

// flush writes what is queued.
func (in *inserter) flush(ctx context.Context) error {
	rest := in.args
	for rows := rowsAStatement; rows > 0; rows /= 2 { // five statements to keep prepared, whatever the number of rows
		query := in.head + strings.Repeat(in.row+",", rows-1) + in.row
		for n := rows * in.columns; len(rest) >= n; rest = rest[n:] {
			if _, err := in.c.exec(ctx, query, rest[:n]...); err != nil {
				return err
			}
		}
	}
	in.args = in.args[:0]
	return nil
}
