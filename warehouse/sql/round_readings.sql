-- Step round_readings: which readings of this round say something new of their page.
-- In: load_reading, load_queue, load_round. Out: r_reading (all of the round), r_changed (the new and changed ones).

CREATE OR REPLACE TEMP TABLE r_reading AS
SELECT r.page_id, r.capture_id, r.change_cause, r.url, r.parser_version, r.reading_hash, r.authority
FROM load_queue AS q
INNER JOIN load_reading AS r ON r.capture_id = q.capture_id AND r.change_cause = q.change_cause
WHERE q.round_no = (SELECT l.round_no FROM load_round AS l);

-- The short rows of those that changed; the long ones stream past them.
CREATE OR REPLACE TEMP TABLE r_told AS
WITH standing AS (
    SELECT
        v.page_id,
        v.reading_hash IS NOT DISTINCT FROM n.reading_hash AND v.authority IS NOT DISTINCT FROM n.authority
        AND v.url IS NOT DISTINCT FROM n.url AS is_same
    FROM page_version AS v
    INNER JOIN r_reading AS n ON n.page_id = v.page_id
    WHERE v.known_to IS NULL
)
SELECT n.capture_id, n.change_cause, p.policy_id, s.page_id IS NULL AS is_new
FROM r_reading AS n
INNER JOIN page AS p ON p.page_id = n.page_id
LEFT JOIN standing AS s ON s.page_id = n.page_id
WHERE s.page_id IS NULL OR NOT s.is_same;

CREATE OR REPLACE TEMP TABLE r_changed AS
SELECT r.* EXCLUDE (crawl_id, moment, batch, digest, content_id), t.policy_id, t.is_new
FROM load_reading AS r
INNER JOIN r_told AS t ON t.capture_id = r.capture_id AND t.change_cause = r.change_cause;
