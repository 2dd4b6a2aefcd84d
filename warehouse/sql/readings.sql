-- Step readings: when each reading became known, and in which batch: what one run learned became known together, and so
-- did what was captured on one day by hand. Batches are in order of their moments; nothing of this depends on when they
-- are loaded.
-- In: load_run, in_readings, in_captures. Out: load_reading.

CREATE OR REPLACE TEMP TABLE load_reading AS
WITH placed AS (
    SELECT
        r.*,
        'pg_' || substr(sha256(r.canonical_url), 1, 16) AS page_id,
        l.crawl_id,
        -- Another parser's reading is learned when its run starts; any other when its capture was taken.
        CASE WHEN r.change_cause = 'parser' THEN greatest(l.started_at, r.fetched_at) ELSE r.fetched_at END AS known_at,
        r.change_cause = 'parser' OR (l.source IS NOT NULL AND r.fetched_at BETWEEN l.started_at AND l.finished_at) AS is_of_run,
        CAST(CAST(r.fetched_at AT TIME ZONE 'Asia/Shanghai' AS DATE) + 1 AS TIMESTAMP) AT TIME ZONE 'Asia/Shanghai' AS day_end,
        l.finished_at
    FROM in_readings AS r
    CROSS JOIN load_run AS l
)
SELECT
    p.* EXCLUDE (is_of_run, day_end, finished_at),
    'rd_' || substr(sha256(concat_ws('|', p.page_id, p.reading_hash)), 1, 16) AS content_id,
    CASE WHEN p.is_of_run THEN p.finished_at ELSE p.day_end END AS moment,
    CASE WHEN p.is_of_run THEN p.crawl_id ELSE '' END AS batch,
    c.digest
FROM placed AS p
LEFT JOIN in_captures AS c ON c.capture_id = p.capture_id
-- A page is read again from a known capture only by another parser.
WHERE p.change_cause = 'parser' OR c.capture_id IS NOT NULL;
