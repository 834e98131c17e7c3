-- Version 3. Whom a monitor told of what. An alert is one condition from when it was first seen until it
-- was over; a message is a change of it; a delivery is a message to one receiver.

CREATE TABLE alerts (
	id          TEXT    PRIMARY KEY,
	soak        INTEGER NOT NULL, -- 0: there was none
	condition   TEXT    NOT NULL,
	severity    TEXT    NOT NULL,
	text        TEXT    NOT NULL,
	next        TEXT    NOT NULL,
	opened_ns   INTEGER NOT NULL,
	changed_ns  INTEGER NOT NULL,
	resolved_ns INTEGER,          -- NULL: it is open
	messages    INTEGER NOT NULL
) STRICT;

CREATE TABLE alert_messages (
	id          INTEGER PRIMARY KEY,
	alert       TEXT    NOT NULL REFERENCES alerts,
	n           INTEGER NOT NULL,
	kind        TEXT    NOT NULL, -- opened, changed, resolved
	at_ns       INTEGER NOT NULL,
	severity    TEXT    NOT NULL,
	text        TEXT    NOT NULL,
	next        TEXT    NOT NULL,
	resolved_ns INTEGER,
	UNIQUE (alert, n)
) STRICT;

CREATE TABLE deliveries (
	message      INTEGER NOT NULL REFERENCES alert_messages,
	receiver     TEXT    NOT NULL,
	tries        INTEGER NOT NULL,
	error        TEXT,             -- of the last try
	delivered_ns INTEGER,          -- NULL: it waits
	PRIMARY KEY (message, receiver)
) STRICT, WITHOUT ROWID;

CREATE INDEX deliveries_waiting ON deliveries (receiver, message) WHERE delivered_ns IS NULL;
