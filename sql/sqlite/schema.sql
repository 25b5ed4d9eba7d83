-- The tables of Frond's embedded store, schema version 1.
-- Applied to an empty file in one transaction. Semantics as in Leaf's leaf_alloc: max_id is the next number that was
-- never reserved. It may be moved forward by hand, never back.

CREATE TABLE segments (
    tag         TEXT    NOT NULL PRIMARY KEY CHECK (length(tag) BETWEEN 1 AND 128),
    max_id      INTEGER NOT NULL CHECK (max_id >= start_id),
    step        INTEGER NOT NULL CHECK (step >= 1),
    start_id    INTEGER NOT NULL CHECK (start_id >= 0),
    max_value   INTEGER NOT NULL CHECK (max_value >= start_id AND max_value < 9223372036854775807),
    cycles      INTEGER NOT NULL CHECK (cycles IN (0, 1)),
    cycle       INTEGER NOT NULL,
    version     INTEGER NOT NULL,
    description TEXT    NOT NULL,
    updated_at  INTEGER NOT NULL -- milliseconds since 1970-01-01T00:00:00Z
) STRICT, WITHOUT ROWID;

PRAGMA application_id = 1181904484; -- 'Frnd'
PRAGMA user_version = 1;
