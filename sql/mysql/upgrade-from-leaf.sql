-- Turns a table leaf_alloc that servers of Leaf use into one that servers of Frond use as well, while they run.
--
--     mariadb DATABASE < upgrade-from-leaf.sql        (afterwards: frond schema apply, for Frond's other tables)
--
-- May be run again: what is there already stays as it is. Rows and their max_id are not touched. Where a transaction
-- holds the table for more than 5 seconds it gives up with an error instead of making Leaf's servers queue behind it.
-- Leaf and Frond may then allocate from the same row at the same time, for as long as wanted.

SET SESSION lock_wait_timeout = 5;
SET SESSION group_concat_max_len = 65536;

SET @frond_changes = (
    SELECT GROUP_CONCAT(wanted.change_text ORDER BY wanted.place SEPARATOR ', ')
    FROM (
        SELECT 1 AS place, 'biz_tag' AS name, 'varchar' AS type, 'utf8mb4_bin' AS collation,
            'MODIFY COLUMN biz_tag VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT ''''' AS change_text
        UNION ALL SELECT 2, 'step', 'bigint', NULL, 'MODIFY COLUMN step BIGINT NOT NULL'
        UNION ALL SELECT 3, 'description', 'varchar', 'utf8mb4_bin',
            'MODIFY COLUMN description VARCHAR(256) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL DEFAULT NULL'
        UNION ALL SELECT 4, 'version', 'bigint', NULL, 'ADD COLUMN version BIGINT NOT NULL DEFAULT 0'
        UNION ALL SELECT 5, 'start_id', 'bigint', NULL, 'ADD COLUMN start_id BIGINT NOT NULL DEFAULT 0'
        UNION ALL SELECT 6, 'max_value', 'bigint', NULL,
            'ADD COLUMN max_value BIGINT NOT NULL DEFAULT 9223372036854775806'
        UNION ALL SELECT 7, 'cycles', 'tinyint', NULL, 'ADD COLUMN cycles TINYINT NOT NULL DEFAULT 0'
        UNION ALL SELECT 8, 'cycle', 'bigint', NULL, 'ADD COLUMN cycle BIGINT NOT NULL DEFAULT 0'
        UNION ALL SELECT 9, 'stripes', 'bigint', NULL, 'ADD COLUMN stripes BIGINT NOT NULL DEFAULT 1'
        UNION ALL SELECT 10, 'stripe', 'bigint', NULL, 'ADD COLUMN stripe BIGINT NOT NULL DEFAULT 0'
        UNION ALL SELECT 11, 'barrier', 'bigint', NULL, 'ADD COLUMN barrier BIGINT NULL DEFAULT NULL'
        UNION ALL SELECT 12, 'spreads_to', 'bigint', NULL, 'ADD COLUMN spreads_to BIGINT NULL DEFAULT NULL'
        UNION ALL SELECT 13, 'last_first', 'bigint', NULL, 'ADD COLUMN last_first BIGINT NULL DEFAULT NULL'
        UNION ALL SELECT 14, 'previous_first', 'bigint', NULL, 'ADD COLUMN previous_first BIGINT NULL DEFAULT NULL'
        UNION ALL SELECT 15, 'updated_at', 'bigint', NULL, 'ADD COLUMN updated_at BIGINT NOT NULL DEFAULT 0'
        UNION ALL SELECT 16, 'options', 'varchar', 'utf8mb4_bin',
            'ADD COLUMN options VARCHAR(1024) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '''''
        UNION ALL SELECT 17, 'secrets', 'varchar', 'utf8mb4_bin',
            'ADD COLUMN secrets VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '''''
    ) AS wanted
    LEFT JOIN (
        -- LIMIT keeps the server from looking through the tables of all databases.
        SELECT column_name AS name, data_type AS type, collation_name AS collation FROM information_schema.columns
        WHERE table_schema = DATABASE() AND table_name = 'leaf_alloc' LIMIT 10000
    ) AS present ON present.name = wanted.name
    WHERE present.name IS NULL
        OR present.type <> wanted.type
        OR (wanted.collation IS NOT NULL AND present.collation <> wanted.collation)
);

SET @frond_upgrade = IF(@frond_changes IS NULL, 'DO 0', CONCAT('ALTER TABLE leaf_alloc ', @frond_changes));
PREPARE frond_upgrade FROM @frond_upgrade;
EXECUTE frond_upgrade;
DEALLOCATE PREPARE frond_upgrade;

-- Rows whose biz_tag is not a tag: servers of Leaf serve them, servers of Frond do not.
SELECT biz_tag, CONCAT(
    CASE
        WHEN biz_tag = '' THEN 'biz_tag is empty'
        WHEN CHAR_LENGTH(biz_tag) > 128 THEN 'biz_tag has more than 128 characters'
        ELSE 'biz_tag has characters other than A-Z a-z 0-9 . _ : -'
    END, ': rename the row, and ask for the new name') AS not_served
FROM leaf_alloc
WHERE biz_tag NOT REGEXP '^[A-Za-z0-9._:-]{1,128}(@[0-9]{4,8})?$';
