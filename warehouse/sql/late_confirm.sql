-- Step late_confirm: an answer that said "nothing new" says what stood there before a capture that was taken in by hand.
-- In: late_page, load_reading, in_captures, capture, rejected, crawl, reading. Out: reading, late_page.
-- Without a digest (not modified), the crawler meant its own last capture.

CREATE OR REPLACE TEMP TABLE late_answer AS
WITH answer AS (
    -- The first such answer after each late reading, and after each that was taken in by hand: of that the crawler knew nothing.
    SELECT c.page_id, c.capture_id, c.crawl_id, c.fetched_at, c.digest, r.known_at
    FROM load_reading AS r
    INNER JOIN capture AS c ON c.page_id = r.page_id AND c.fetched_at > r.known_at
    WHERE
        c.outcome IN ('unchanged', 'not_modified')
        AND (r.batch = '' OR r.page_id IN (SELECT l.page_id FROM late_page AS l))
    QUALIFY row_number() OVER (PARTITION BY r.page_id, r.capture_id, r.change_cause ORDER BY c.fetched_at, c.capture_id) = 1
    UNION ALL
    -- This run's own.
    SELECT c.page_id, c.capture_id, c.crawl_id, c.fetched_at, c.digest, NULL
    FROM in_captures AS c
    WHERE c.outcome IN ('unchanged', 'not_modified') AND c.page_id IN (SELECT r.page_id FROM reading AS r WHERE r.batch = '')
)
SELECT DISTINCT a.page_id, a.capture_id, a.crawl_id, a.fetched_at, a.digest
FROM answer AS a
WHERE
    a.capture_id NOT IN (SELECT j.capture_id FROM rejected AS j)
    AND a.capture_id NOT IN (SELECT r.capture_id FROM reading AS r WHERE r.page_id IN (SELECT b.page_id FROM answer AS b));

CREATE OR REPLACE TEMP TABLE late_answered AS
WITH before AS (
    SELECT a.capture_id AS answer_id, a.crawl_id AS answer_crawl, a.fetched_at AS answered_at, r.*, r.digest = a.digest AS is_same_bytes
    FROM late_answer AS a
    INNER JOIN reading AS r ON r.page_id = a.page_id AND r.known_at < a.fetched_at
),
meant AS (
    SELECT b.* FROM before AS b
    QUALIFY row_number() OVER (
        PARTITION BY b.answer_id ORDER BY coalesce(b.is_same_bytes, FALSE) DESC, b.batch <> '' DESC, b.known_at DESC, b.capture_id DESC
    ) = 1
),
stood AS (
    SELECT b.* FROM before AS b
    QUALIFY row_number() OVER (
        PARTITION BY b.answer_id ORDER BY b.known_at DESC, b.fetched_at DESC, b.capture_id DESC, b.change_cause = 'parser' DESC
    ) = 1
)
SELECT m.*
FROM meant AS m
INNER JOIN stood AS s ON s.answer_id = m.answer_id
WHERE s.content_id <> m.content_id;

INSERT INTO reading BY NAME
SELECT
    a.* EXCLUDE (answer_id, answer_crawl, answered_at, is_same_bytes) REPLACE (
        a.answer_id AS capture_id,
        a.answer_crawl AS crawl_id,
        'source' AS change_cause,
        a.answered_at AS known_at,
        a.answered_at AS fetched_at,
        CASE
            WHEN c.source IS NOT NULL THEN c.finished_at
            ELSE CAST(CAST(a.answered_at AT TIME ZONE 'Asia/Shanghai' AS DATE) + 1 AS TIMESTAMP) AT TIME ZONE 'Asia/Shanghai'
        END AS moment,
        CASE WHEN c.source IS NOT NULL THEN c.crawl_id ELSE '' END AS batch
    )
FROM late_answered AS a
LEFT JOIN (SELECT d.crawl_id, d.source, d.finished_at FROM crawl AS d UNION ALL SELECT l.crawl_id, l.source, l.finished_at FROM load_run AS l) AS c
    ON c.crawl_id = a.answer_crawl;

INSERT INTO late_page SELECT DISTINCT a.page_id FROM late_answered AS a WHERE a.page_id NOT IN (SELECT l.page_id FROM late_page AS l);
