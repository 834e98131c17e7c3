-- Version 2. What experiments made of a finding: one explanation a finding, the latest.

CREATE TABLE explanations (
	soak     INTEGER NOT NULL REFERENCES soaks,
	finding  TEXT    NOT NULL,
	run      INTEGER NOT NULL REFERENCES runs, -- that was explained
	at_ns    INTEGER NOT NULL,
	path     TEXT    NOT NULL, -- of the field that the rest is about
	class    TEXT,             -- NULL: the experiments did not come to one
	cause    TEXT,
	proof    TEXT    NOT NULL, -- or why there is none
	runs     INTEGER NOT NULL, -- that it took
	document TEXT,             -- as 'shadowrun explain --json' prints it; NULL: there was none
	PRIMARY KEY (soak, finding)
) STRICT, WITHOUT ROWID;
