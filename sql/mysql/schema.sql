-- The tables of Frond on MariaDB 10.5 or MySQL 8.0 and newer. Every statement may be run again and changes nothing then.

-- Leaf's own table, and what tags need beside it, each with a default: Leaf's statements go on working on it.
-- Semantics as in Leaf: max_id is the next number that was never reserved. It may be moved forward by hand, never back.
CREATE TABLE IF NOT EXISTS leaf_alloc (
    biz_tag     VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
    max_id      BIGINT       NOT NULL DEFAULT 1,
    step        BIGINT       NOT NULL,
    description VARCHAR(256) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL DEFAULT NULL,
    update_time TIMESTAMP    NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
    version     BIGINT       NOT NULL DEFAULT 0,                   -- grows with every change that Frond makes
    start_id    BIGINT       NOT NULL DEFAULT 0,                   -- the first number of each cycle
    max_value   BIGINT       NOT NULL DEFAULT 9223372036854775806, -- the last number
    cycles      TINYINT      NOT NULL DEFAULT 0,                   -- 1: begins again after max_value
    cycle       BIGINT       NOT NULL DEFAULT 0,                   -- how often it has begun again
    stripes     BIGINT       NOT NULL DEFAULT 1,                   -- over how many databases the numbers are spread
    stripe      BIGINT       NOT NULL DEFAULT 0,                   -- this one gives out those equal to this modulo stripes
    barrier     BIGINT       NULL     DEFAULT NULL,                -- no number at or above it by the present stripes
    spreads_to  BIGINT       NULL     DEFAULT NULL,                -- over how many databases they are being spread
    last_first  BIGINT       NULL     DEFAULT NULL,                -- where the last reservation began: what is given back
    previous_first BIGINT    NULL     DEFAULT NULL,                -- begins there or, if the same caller made both, here
    secrets     VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '', -- of these: they alone give back
    updated_at  BIGINT       NOT NULL DEFAULT 0,                   -- milliseconds since 1970-01-01T00:00:00Z
    -- Lines such as 'format=ORD-{date}-{number:6}': the generators of the tag, and how its IDs are written.
    options     VARCHAR(1024) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
    PRIMARY KEY (biz_tag)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4;

-- Worker IDs and the time reserved with them. The horizon may be moved forward by hand, never back.
CREATE TABLE IF NOT EXISTS frond_worker (
    worker_id    BIGINT       NOT NULL,
    token        BIGINT       NOT NULL,            -- the fencing token: grows with every change of the holder
    is_released  TINYINT      NOT NULL,
    floor        BIGINT       NOT NULL,            -- this and the horizon: milliseconds since 1970-01-01T00:00:00Z
    horizon      BIGINT       NOT NULL,
    host         VARCHAR(255) NULL DEFAULT NULL,   -- NULL where nobody holds it
    process_id   BIGINT       NOT NULL DEFAULT 0,
    started_at   BIGINT       NOT NULL DEFAULT 0,
    address      VARCHAR(255) NOT NULL DEFAULT '', -- for HTTP
    grpc_address VARCHAR(255) NOT NULL DEFAULT '',
    version      VARCHAR(64)  NOT NULL DEFAULT '',
    updated_at   BIGINT       NOT NULL,
    layout       VARCHAR(128) NOT NULL DEFAULT '', -- how its IDs are made: bits, tick, epoch, order, from when on
    secret       VARCHAR(32)  CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '', -- of the holding
    PRIMARY KEY (worker_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4;

-- How the registry of worker IDs began: one row, which 'frond worker init' writes.
CREATE TABLE IF NOT EXISTS frond_registry (
    id     TINYINT     NOT NULL,                   -- 1
    origin VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    floor  BIGINT      NOT NULL,                   -- no worker ID begins below it: milliseconds since 1970
    PRIMARY KEY (id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4;

-- Tickets: one row a tag, replaced by each draw; the numbers are the table's auto-increment.
CREATE TABLE IF NOT EXISTS frond_ticket (
    id  BIGINT       NOT NULL AUTO_INCREMENT,
    tag VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY tag (tag)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4;

-- How this database gives out tickets: one row, which the first server of Frond writes and every draw locks.
CREATE TABLE IF NOT EXISTS frond_ticket_place (
    id     TINYINT NOT NULL,                       -- 1
    place  BIGINT  NOT NULL,                       -- its place in the list of every server, from 0
    places BIGINT  NOT NULL,                       -- how many are in that list
    above  BIGINT  NOT NULL DEFAULT 0,             -- not 0: the counter went back, and is not used up to here
    PRIMARY KEY (id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4;
