package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/shadowrun/shadowrun/replay"
)

// Sighting is what a cycle saw of a finding.
type Sighting struct {
	Key          string // names the finding, the same in every soak
	Workflow     string
	Cause        replay.Cause
	Class        replay.Class
	Pattern      string // of paths; empty for a finding without a difference
	Count        int64  // how often, in this cycle
	First, Last  Sight
	Example      jsontext.Value // nil: none
	Shortest     RunKey         // the run that shows it most shortly
	Size         int64          // how short that is; the smaller wins, the older of two equals
	Reproduction string         // a command to paste
}

// Sight is when and where a finding was seen.
type Sight struct {
	Run RunKey
	At  time.Time
}

// Finding is all that a soak saw of what shares workflow, cause and pattern.
type Finding struct {
	Soak SoakID
	Sighting
	Accepted  *Acceptance  // the latest, also one that has expired; nil: never accepted, or Again
	Again     *Acceptance  // that it is mended: it was seen again since; nil: it was not
	Explained *Explanation // without its document; nil: never explained
}

// sight adds a sighting to the soak's findings. A violation stays one: that the same paths
// also leaked elsewhere excuses nothing.
func (c *connection) sight(ctx context.Context, soak SoakID, s Sighting) error {
	for _, k := range []RunKey{s.First.Run, s.Last.Run, s.Shortest} {
		if k.Soak != soak {
			return fmt.Errorf("finding %s: run %s is of soak %d, want %d", s.Key, k, k.Soak, soak)
		}
	}
	_, err := c.exec(ctx, `INSERT INTO findings (soak, key, workflow, cause, class, pattern, count,
			first_run, first_ns, last_run, last_ns, example, shortest_run, shortest_size, reproduction)
		VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)
		ON CONFLICT (soak, key) DO UPDATE SET
			count = count + excluded.count, last_run = excluded.last_run, last_ns = excluded.last_ns,
			class = iif(class = 'violation', class, excluded.class), example = ifnull(example, excluded.example),
			shortest_run = iif(excluded.shortest_size < shortest_size, excluded.shortest_run, shortest_run),
			reproduction = iif(excluded.shortest_size < shortest_size, excluded.reproduction, reproduction),
			shortest_size = min(excluded.shortest_size, shortest_size)`,
		soak, s.Key, s.Workflow, string(s.Cause), string(s.Class), s.Pattern, s.Count,
		s.First.Run.id(), nanos(s.First.At), s.Last.Run.id(), nanos(s.Last.At), text(string(s.Example)),
		s.Shortest.id(), s.Size, s.Reproduction)
	if err != nil {
		return fmt.Errorf("finding %s: %w", s.Key, err)
	}
	return nil
}

// Findings returns a soak's findings in the order in which they were first seen.
func (r *Reader) Findings(soak SoakID) ([]Finding, error) {
	findings, err := list(r, scanFinding, `SELECT f.soak, f.key, f.workflow, f.cause, f.class, f.pattern, f.count, f.first_run, f.first_ns,
		f.last_run, f.last_ns, f.example, f.shortest_run, f.shortest_size, f.reproduction, a.reason, a.until_ns, a.who, a.at_ns
		FROM findings f LEFT JOIN acceptances a ON a.id = (SELECT max(id) FROM acceptances WHERE key = f.key)
		WHERE f.soak = ? ORDER BY f.first_run, f.key`, soak)
	if err != nil {
		return nil, err
	}
	explained, err := r.Explanations(soak)
	for i := range findings {
		if x, ok := explained[findings[i].Key]; ok {
			findings[i].Explained = &x
		}
	}
	return findings, err
}

func scanFinding(rows *sql.Rows) (f Finding, err error) {
	var first, firstAt, last, lastAt, shortest int64
	var example, reason, who sql.NullString
	var until, at sql.NullInt64
	err = rows.Scan(&f.Soak, &f.Key, &f.Workflow, &f.Cause, &f.Class, &f.Pattern, &f.Count, &first, &firstAt,
		&last, &lastAt, &example, &shortest, &f.Size, &f.Reproduction, &reason, &until, &who, &at)
	f.First = Sight{runKey(first), instant(firstAt)}
	f.Last = Sight{runKey(last), instant(lastAt)}
	f.Example, f.Shortest = nilIfNull(example), runKey(shortest)
	if until.Valid {
		f.judge(Acceptance{f.Key, reason.String, instant(until.Int64), who.String, instant(at.Int64)})
	}
	return f, err
}

// RuleAudit is what one rule did when comparing.
type RuleAudit struct {
	Rule        string // as configured
	Matched     int64  // paths that it matched
	Hid         int64  // differences that it covered
	EqualAnyway int64  // matched, and there was nothing to hide
}

func (c *connection) audit(ctx context.Context, soak SoakID, a RuleAudit) error {
	_, err := c.exec(ctx, `INSERT INTO rule_audits (soak, rule, matched, hid, equal_anyway) VALUES (?,?,?,?,?)
		ON CONFLICT (soak, rule) DO UPDATE SET matched = matched + excluded.matched,
			hid = hid + excluded.hid, equal_anyway = equal_anyway + excluded.equal_anyway`,
		soak, a.Rule, a.Matched, a.Hid, a.EqualAnyway)
	return err
}

// RuleAudits returns what each rule did in a soak, by rule.
func (r *Reader) RuleAudits(soak SoakID) ([]RuleAudit, error) {
	return list(r, func(rows *sql.Rows) (a RuleAudit, err error) {
		return a, rows.Scan(&a.Rule, &a.Matched, &a.Hid, &a.EqualAnyway)
	}, "SELECT rule, matched, hid, equal_anyway FROM rule_audits WHERE soak = ? ORDER BY rule", soak)
}
