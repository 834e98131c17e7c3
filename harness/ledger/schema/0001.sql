-- Version 1. Times are nanoseconds since 1970 UTC, durations nanoseconds. A seed is an
-- unsigned 64-bit number kept in SQLite's signed integer: add 2^64 to a negative one.
-- NULL means that there was none.

CREATE TABLE soaks (
	id            INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 32767),
	base_seed     INTEGER NOT NULL,
	config        TEXT    NOT NULL,
	config_digest TEXT    NOT NULL,
	plan_digest   TEXT    NOT NULL,
	version       TEXT    NOT NULL,
	host          TEXT    NOT NULL,
	started_ns    INTEGER NOT NULL,
	duration_ns   INTEGER NOT NULL, -- of active time; 0: no limit
	cycles        INTEGER NOT NULL, -- 0: no limit
	ended_ns      INTEGER,
	outcome       TEXT
) STRICT;

-- A resumption is another session of the same soak; active time is their sum.
CREATE TABLE sessions (
	soak        INTEGER NOT NULL REFERENCES soaks,
	n           INTEGER NOT NULL,
	pid         INTEGER NOT NULL,
	host        TEXT    NOT NULL,
	boot        TEXT    NOT NULL,
	build       TEXT    NOT NULL,
	environment TEXT    NOT NULL, -- JSON
	started_ns  INTEGER NOT NULL,
	ended_ns    INTEGER,
	ended_why   TEXT,
	PRIMARY KEY (soak, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE cycles (
	soak       INTEGER NOT NULL REFERENCES soaks,
	n          INTEGER NOT NULL,
	started_ns INTEGER NOT NULL,
	ended_ns   INTEGER NOT NULL,
	overrun_ns INTEGER NOT NULL,
	PRIMARY KEY (soak, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE workflows (
	id   INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE
) STRICT;

-- The key packs soak, cycle and position (15, 28 and 20 bits): unique, growing, and an
-- append to the table's end without an index beside it.
CREATE TABLE runs (
	id            INTEGER PRIMARY KEY,
	soak          INTEGER GENERATED ALWAYS AS (id >> 48) VIRTUAL,
	cycle         INTEGER GENERATED ALWAYS AS ((id >> 20) & 268435455) VIRTUAL,
	position      INTEGER GENERATED ALWAYS AS (id & 1048575) VIRTUAL,
	run_id        TEXT    GENERATED ALWAYS AS ('c' || ((id >> 20) & 268435455) || 'r' || (id & 1048575)) VIRTUAL,
	workflow      INTEGER NOT NULL REFERENCES workflows,
	seed          INTEGER NOT NULL,
	status        TEXT    NOT NULL,
	exit          INTEGER NOT NULL,
	signal        TEXT,
	message       TEXT,
	digest        BLOB,
	place         TEXT,             -- NULL with a digest: its golden was pruned
	size          INTEGER NOT NULL, -- of the trace, in bytes
	started_ns    INTEGER NOT NULL,
	duration_ns   INTEGER NOT NULL,
	pid           INTEGER NOT NULL,
	stderr        BLOB,             -- its tail
	circumstances TEXT              -- JSON
) STRICT;

CREATE INDEX runs_without_golden ON runs (id) WHERE digest IS NULL;

CREATE TABLE replays (
	id           INTEGER PRIMARY KEY,
	run          INTEGER NOT NULL REFERENCES runs,
	cycle        INTEGER NOT NULL, -- in which it was done; 0 where by hand
	kind         TEXT    NOT NULL, -- cycle, recheck, manual
	variant      TEXT    NOT NULL,
	verdict      TEXT    NOT NULL,
	replays      INTEGER NOT NULL, -- how often it was replayed to reach the verdict
	differing    INTEGER NOT NULL, -- how many of those differed
	differences  INTEGER NOT NULL, -- how many were found; the table below keeps the first 1000
	got_digest   BLOB,             -- NULL where it equals the run's
	got_place    TEXT,
	why          TEXT,
	started_ns   INTEGER NOT NULL,
	duration_ns  INTEGER NOT NULL,
	restorations INTEGER NOT NULL
) STRICT;

CREATE INDEX replays_of_run ON replays (run);
CREATE INDEX replays_not_matching ON replays (run) WHERE verdict <> 'match';

CREATE TABLE differences (
	replay       INTEGER NOT NULL REFERENCES replays,
	n            INTEGER NOT NULL,
	path         TEXT    NOT NULL,
	got_path     TEXT    NOT NULL,
	kind         TEXT    NOT NULL,
	want         TEXT,
	want_cut     INTEGER, -- the value's whole length, where it was too long to keep
	got          TEXT,
	got_cut      INTEGER,
	class        TEXT    NOT NULL,
	cause        TEXT    NOT NULL,
	suspected    INTEGER NOT NULL,
	why          TEXT,
	derived_from TEXT,
	rule         TEXT,    -- that covers it
	PRIMARY KEY (replay, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE findings (
	soak          INTEGER NOT NULL REFERENCES soaks,
	key           TEXT    NOT NULL,
	workflow      TEXT    NOT NULL,
	cause         TEXT    NOT NULL,
	class         TEXT    NOT NULL,
	pattern       TEXT    NOT NULL,
	count         INTEGER NOT NULL,
	first_run     INTEGER NOT NULL REFERENCES runs,
	first_ns      INTEGER NOT NULL,
	last_run      INTEGER NOT NULL REFERENCES runs,
	last_ns       INTEGER NOT NULL,
	example       TEXT,
	shortest_run  INTEGER NOT NULL REFERENCES runs,
	shortest_size INTEGER NOT NULL,
	reproduction  TEXT    NOT NULL,
	PRIMARY KEY (soak, key)
) STRICT, WITHOUT ROWID;

-- Of a key and not of a soak's finding: what is accepted stays so in the next soak.
CREATE TABLE acceptances (
	id       INTEGER PRIMARY KEY,
	key      TEXT    NOT NULL,
	reason   TEXT    NOT NULL,
	until_ns INTEGER NOT NULL,
	who      TEXT    NOT NULL,
	at_ns    INTEGER NOT NULL
) STRICT;

CREATE INDEX acceptances_of_key ON acceptances (key, id);

CREATE TABLE rule_audits (
	soak         INTEGER NOT NULL REFERENCES soaks,
	rule         TEXT    NOT NULL,
	matched      INTEGER NOT NULL,
	hid          INTEGER NOT NULL,
	equal_anyway INTEGER NOT NULL,
	PRIMARY KEY (soak, rule)
) STRICT, WITHOUT ROWID;

-- How far each soak has got: a row a commit, each with the sums since the soak began.
CREATE TABLE checkpoints (
	soak             INTEGER NOT NULL REFERENCES soaks,
	n                INTEGER NOT NULL,
	session          INTEGER NOT NULL,
	cycle            INTEGER NOT NULL, -- the last one committed
	committed_ns     INTEGER NOT NULL,
	cycles           INTEGER NOT NULL,
	overruns         INTEGER NOT NULL,
	runs             INTEGER NOT NULL,
	unfinished       INTEGER NOT NULL,
	abandoned        INTEGER NOT NULL,
	goldens          INTEGER NOT NULL,
	trace_bytes      INTEGER NOT NULL,
	golden_bytes     INTEGER NOT NULL,
	replays          INTEGER NOT NULL,
	match            INTEGER NOT NULL,
	leak             INTEGER NOT NULL,
	violation        INTEGER NOT NULL,
	drift            INTEGER NOT NULL,
	unknown          INTEGER NOT NULL,
	rechecks         INTEGER NOT NULL,
	rechecks_skipped INTEGER NOT NULL,
	restorations     INTEGER NOT NULL,
	PRIMARY KEY (soak, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE actions (
	id     INTEGER PRIMARY KEY AUTOINCREMENT,
	at_ns  INTEGER NOT NULL,
	who    TEXT    NOT NULL,
	what   TEXT    NOT NULL,
	detail TEXT    NOT NULL
) STRICT;

CREATE TRIGGER actions_update BEFORE UPDATE ON actions
BEGIN SELECT RAISE(ABORT, 'actions are append-only'); END;

CREATE TRIGGER actions_delete BEFORE DELETE ON actions
BEGIN SELECT RAISE(ABORT, 'actions are append-only'); END;

-- INSERT OR REPLACE deletes without asking the trigger above.
CREATE TRIGGER actions_replace BEFORE INSERT ON actions WHEN EXISTS (SELECT 1 FROM actions WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'actions are append-only'); END;

CREATE TABLE events (
	id    INTEGER PRIMARY KEY,
	soak  INTEGER REFERENCES soaks,
	at_ns INTEGER NOT NULL,
	kind  TEXT    NOT NULL,
	text  TEXT    NOT NULL
) STRICT;

CREATE INDEX events_of_soak ON events (soak, id);
