-- Step round_readings: which readings of this round say something new of their page.
-- In: load_reading, load_queue, load_round, page, page_version. Out: r_reading (all of the round), r_changed (the new and changed
-- ones), r_told (where these lie).

CREATE OR REPLACE TEMP TABLE r_reading AS
WITH turn AS MATERIALIZED (
    SELECT r.page_id, r.capture_id, r.change_cause, r.url, r.parser_version, r.reading_hash, r.authority
    FROM load_queue AS q
    INNER JOIN load_reading AS r ON r.capture_id = q.capture_id AND r.change_cause = q.change_cause
    WHERE q.round_no = (SELECT l.round_no FROM load_round AS l)
),
page_place AS (
    SELECT p.page_id, p.rowid AS place FROM page AS p WHERE p.page_id IN (SELECT t.page_id FROM turn AS t)
)
SELECT t.*, p.place AS page_place
FROM turn AS t
INNER JOIN page_place AS p ON p.page_id = t.page_id;

-- Those that changed, and where their pages and standing versions lie: found by one column each, then read by place.
CREATE OR REPLACE TEMP TABLE r_told AS
WITH version_place AS MATERIALIZED (
    SELECT v.page_id, v.rowid AS place
    FROM page_version AS v
    WHERE v.known_to IS NULL AND v.page_id IN (SELECT n.page_id FROM r_reading AS n)
),
paged AS (
    SELECT n.page_id, p.policy_id, p.first_read_at
    FROM r_reading AS n
    INNER JOIN page AS p ON p.rowid = n.page_place
    WHERE is_stored(n.page_place)
    UNION ALL
    SELECT n.page_id, p.policy_id, p.first_read_at
    FROM r_reading AS n
    INNER JOIN page AS p ON p.rowid = n.page_place
    WHERE NOT is_stored(n.page_place)
),
standing AS (
    SELECT l.page_id, l.place, v.reading_hash, v.authority, v.url
    FROM version_place AS l
    INNER JOIN page_version AS v ON v.rowid = l.place
)
SELECT
    n.capture_id, n.change_cause, n.page_id, p.policy_id, p.first_read_at, s.page_id IS NULL AS is_new,
    n.page_place, s.place AS version_place
FROM r_reading AS n
INNER JOIN paged AS p ON p.page_id = n.page_id
LEFT JOIN standing AS s ON s.page_id = n.page_id
WHERE
    s.page_id IS NULL
    OR s.reading_hash IS DISTINCT FROM n.reading_hash
    OR s.authority IS DISTINCT FROM n.authority
    OR s.url IS DISTINCT FROM n.url;

-- The long rows stream past the short ones.
CREATE OR REPLACE TEMP TABLE r_changed AS
SELECT r.* EXCLUDE (crawl_id, moment, batch, digest, content_id), t.policy_id, t.is_new
FROM load_reading AS r
INNER JOIN r_told AS t ON t.capture_id = r.capture_id AND t.change_cause = r.change_cause;
