-- Brings the tags of Tinyid's table tiny_id_info over to Frond's leaf_alloc, both in this database.
--
--     mariadb DATABASE < import-from-tinyid.sql       (before: frond schema apply)
--
-- STOP EVERY SERVER OF TINYID FIRST: the two do not share a row, so one that runs on would give out what Frond does.
-- Its clients may use up what they have been given. The last statement lists what was not brought over, and why.
--
-- Tinyid's max_id is the last number that was reserved, Frond's the next that was not: hence + 1. With delta and
-- remainder Tinyid gives out the numbers equal to remainder modulo delta, which Frond calls stripes and stripe; its step
-- is the distance from one reservation to the next, and Frond's how many numbers are reserved.
-- May be run again: a tag that is there already keeps its settings, and its max_id moves forward or not at all. One that
-- is there with another delta or remainder is left alone, and listed.

INSERT INTO leaf_alloc (biz_tag, max_id, step, description, start_id, stripes, stripe, updated_at)
SELECT biz_type, max_id + 1, GREATEST(step DIV delta, 1), 'from Tinyid', GREATEST(LEAST(begin_id, max_id + 1), 0), delta, remainder,
    UNIX_TIMESTAMP() * 1000
FROM tiny_id_info
WHERE biz_type REGEXP '^[A-Za-z0-9._:-]+$' AND max_id BETWEEN 0 AND 9223372036854775805 AND step >= 1
    AND delta BETWEEN 1 AND 1024 AND remainder BETWEEN 0 AND delta - 1
    AND NOT EXISTS (
        SELECT 1 FROM leaf_alloc AS present
        WHERE present.biz_tag = CONVERT(biz_type USING utf8mb4) COLLATE utf8mb4_bin
            AND (present.stripes <> delta OR present.stripe <> remainder))
ON DUPLICATE KEY UPDATE
    version = leaf_alloc.version + (VALUES(max_id) > leaf_alloc.max_id),
    max_id = GREATEST(leaf_alloc.max_id, VALUES(max_id));

SELECT tiny_id_info.*,
    CASE
        WHEN biz_type NOT REGEXP '^[A-Za-z0-9._:-]+$' THEN 'biz_type is not a tag: A-Z a-z 0-9 . _ : - are allowed'
        WHEN NOT max_id BETWEEN 0 AND 9223372036854775805 THEN 'max_id is out of range'
        WHEN NOT step >= 1 THEN 'step is below 1'
        WHEN NOT (delta BETWEEN 1 AND 1024 AND remainder BETWEEN 0 AND delta - 1) THEN 'delta or remainder is out of range'
        ELSE 'the tag is there already with other stripes: its numbers may meet those of Tinyid'
    END AS not_imported
FROM tiny_id_info
WHERE NOT (biz_type REGEXP '^[A-Za-z0-9._:-]+$' AND max_id BETWEEN 0 AND 9223372036854775805 AND step >= 1
    AND delta BETWEEN 1 AND 1024 AND remainder BETWEEN 0 AND delta - 1)
    OR EXISTS (
        SELECT 1 FROM leaf_alloc AS present
        WHERE present.biz_tag = CONVERT(biz_type USING utf8mb4) COLLATE utf8mb4_bin
            AND (present.stripes <> delta OR present.stripe <> remainder));
