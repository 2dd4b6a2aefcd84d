-- Step firsts: when each source first answered well, by a crawl and by any run: what came up to then is its baseline.
-- In: load_run, load_reading, in_captures. Out: source, and events whose place in that order changed.

CREATE OR REPLACE TEMP TABLE load_first AS
SELECT i.source, min(i.moment) AS moment
FROM (
    SELECT l.source, l.finished_at AS moment FROM load_run AS l
    UNION ALL
    SELECT
        c.source, CAST(CAST(c.fetched_at AT TIME ZONE 'Asia/Shanghai' AS DATE) + 1 AS TIMESTAMP) AT TIME ZONE 'Asia/Shanghai'
    FROM in_captures AS c
    CROSS JOIN load_run AS l
    WHERE l.source IS NULL
) AS i
WHERE i.source IS NOT NULL AND (SELECT l.verdict FROM load_run AS l) = 'good'
GROUP BY i.source;

CREATE OR REPLACE TEMP TABLE load_first_moved AS
SELECT
    s.source,
    f.moment,
    l.crawl_id,
    l.source IS NOT NULL AND (s.first_good_crawl_at IS NULL OR f.moment < s.first_good_crawl_at) AS is_crawl,
    s.first_good_run_at IS NULL OR f.moment < s.first_good_run_at AS is_run,
    s.first_good_run_at IS NOT NULL OR s.first_good_crawl_at IS NOT NULL AS is_known
FROM load_first AS f
INNER JOIN source AS s ON s.source = f.source
CROSS JOIN load_run AS l
WHERE s.first_good_run_at IS NULL OR f.moment < s.first_good_run_at OR s.first_good_crawl_at IS NULL OR f.moment < s.first_good_crawl_at;

UPDATE source
SET
    first_good_run_at = CASE WHEN m.is_run THEN m.moment ELSE source.first_good_run_at END,
    first_good_run_id = CASE WHEN m.is_run THEN m.crawl_id ELSE source.first_good_run_id END,
    first_good_crawl_at = CASE WHEN m.is_crawl THEN m.moment ELSE source.first_good_crawl_at END,
    first_good_crawl_id = CASE WHEN m.is_crawl THEN m.crawl_id ELSE source.first_good_crawl_id END
FROM load_first_moved AS m
WHERE source.source = m.source;
