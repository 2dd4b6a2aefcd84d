-- Step checks_late: pages that this run asked for before something that is known of them already, and all that was ever
-- answered for those.
-- In: in_captures, load_seen, page, capture, crawl, load_run, rejected. Out: late_check.

CREATE OR REPLACE TEMP TABLE late_checked AS
WITH asked AS (
    SELECT p.page_id, min(c.fetched_at) AS asked_at, any_value(p.last_checked_at) AS last_checked_at, min(p.first_seen_at) AS first_seen_at
    FROM in_captures AS c
    INNER JOIN page AS p ON p.page_id = c.page_id
    WHERE c.role = 'page'
    GROUP BY p.page_id
)
SELECT a.page_id
FROM asked AS a
WHERE
    a.page_id IN (
        SELECT c.page_id
        FROM capture AS c
        INNER JOIN asked AS o ON o.page_id = c.page_id
        WHERE
            c.fetched_at > (SELECT min(i.asked_at) FROM asked AS i) AND c.fetched_at > o.asked_at
            AND c.capture_id NOT IN (SELECT i.capture_id FROM in_captures AS i)
    );

CREATE OR REPLACE TEMP TABLE late_check AS
SELECT
    p.page_id,
    p.first_seen_at,
    c.crawl_id,
    max(c.fetched_at) AS checked_at,
    bool_or(c.outcome IN ('new', 'changed', 'unchanged', 'not_modified') AND j.capture_id IS NULL) AS is_answered,
    bool_or(c.outcome = 'missing') AND p.source = any_value(c.source) AS is_missing,
    CASE any_value(r.verdict) WHEN 'good' THEN TRUE WHEN 'partial' THEN is_answered ELSE FALSE END AS is_good,
    any_value(r.source) IS NOT NULL AS is_crawl,
    any_value(r.finished_at) AS finished_at
FROM capture AS c
INNER JOIN page AS p ON p.page_id = c.page_id
INNER JOIN (SELECT d.* FROM crawl AS d UNION ALL SELECT l.* FROM load_run AS l) AS r ON r.crawl_id = c.crawl_id
LEFT JOIN rejected AS j ON j.capture_id = c.capture_id
WHERE
    c.page_id IN (SELECT l.page_id FROM late_checked AS l) AND c.role = 'page' AND c.fetched_at >= p.first_seen_at
    AND (p.reading_url IS NULL OR c.url = p.reading_url)
GROUP BY p.page_id, p.first_seen_at, p.source, c.crawl_id, CASE WHEN r.source IS NULL THEN c.capture_id END;
