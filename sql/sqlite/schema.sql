-- The tables of Frond's embedded store, schema version 8 (1 had no workers, 2 no grpc_address, 3 no last_first, 4 no
-- options, 5 no layout, 6 no secrets).
-- Applied in one transaction to an empty file, or to one of an earlier version.

-- Semantics as in Leaf's leaf_alloc: max_id is the next number that was never reserved. It may be moved forward by
-- hand, never back.
CREATE TABLE IF NOT EXISTS segments (
    tag         TEXT    NOT NULL PRIMARY KEY CHECK (length(tag) BETWEEN 1 AND 128),
    max_id      INTEGER NOT NULL CHECK (max_id >= start_id),
    step        INTEGER NOT NULL CHECK (step >= 1),
    start_id    INTEGER NOT NULL CHECK (start_id >= 0),
    max_value   INTEGER NOT NULL CHECK (max_value >= start_id AND max_value < 9223372036854775807),
    cycles      INTEGER NOT NULL CHECK (cycles IN (0, 1)),
    cycle       INTEGER NOT NULL,
    version     INTEGER NOT NULL,
    description TEXT    NOT NULL,
    -- Lines such as 'format=ORD-{date}-{number:6}': the generators of the tag, and how its IDs are written.
    options     TEXT    NOT NULL DEFAULT '',
    updated_at  INTEGER NOT NULL, -- milliseconds since 1970-01-01T00:00:00Z
    -- The version of the row, and the secrets that alone give the last two reservations back.
    secrets     TEXT NOT NULL DEFAULT '',
    -- Where a tail that is given back may begin at the lowest: the first number of the last reservation and of the one
    -- before, where both are one caller's. NULL: nothing is taken back.
    last_first     INTEGER,
    previous_first INTEGER
) STRICT, WITHOUT ROWID;

-- Worker IDs and the time reserved with them. The horizon may be moved forward by hand, never back.
CREATE TABLE IF NOT EXISTS workers (
    worker_id   INTEGER NOT NULL PRIMARY KEY CHECK (worker_id >= 0),
    token       INTEGER NOT NULL,                  -- the fencing token: grows with every change of the holder
    is_released INTEGER NOT NULL CHECK (is_released IN (0, 1)),
    floor       INTEGER NOT NULL,                  -- this and the horizon: milliseconds since 1970-01-01T00:00:00Z
    horizon     INTEGER NOT NULL,
    host        TEXT,                              -- NULL where nobody holds it
    process_id  INTEGER NOT NULL DEFAULT 0,
    started_at  INTEGER NOT NULL DEFAULT 0,
    address     TEXT    NOT NULL DEFAULT '',       -- for HTTP
    grpc_address TEXT   NOT NULL DEFAULT '',
    version     TEXT    NOT NULL DEFAULT '',
    updated_at  INTEGER NOT NULL,
    secret      TEXT    NOT NULL DEFAULT '',       -- of the holding: it alone extends or releases it
    layout      TEXT    NOT NULL DEFAULT ''        -- how its IDs are made, such as '41/0+10/12 1 1288834974657 …'
) STRICT;

-- The registry of worker IDs as a whole: one row, once a holder has found the file older than its lease.
CREATE TABLE IF NOT EXISTS registry (
    id    INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    floor INTEGER NOT NULL                         -- no worker ID begins below it: milliseconds since 1970
) STRICT;

-- The place where the file lives, as text: machine, boot, device, file number and birth. A copy finds itself elsewhere.
-- The names of the latest two openings, which marks beside the file have too: a file put back in place has older ones.
CREATE TABLE IF NOT EXISTS home (
    id       INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    place    TEXT    NOT NULL,
    openings TEXT    NOT NULL DEFAULT ''
) STRICT;

PRAGMA application_id = 1181904484; -- 'Frnd'
PRAGMA user_version = 8;
