-- Step readings: when each reading became known, and in which batch: what one run learned became known together, and so
-- did what was captured on one day by hand. Batches are in order of their moments; nothing of this depends on when they
-- are loaded.
-- In: load_run, in_readings, in_captures, in_clauses, in_citations, page. Out: load_reading, load_stored, reading,
-- reading_clause, reading_citation.

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
LEFT JOIN in_captures AS c ON c.capture_id = p.capture_id;

DROP TABLE in_readings;

-- An older capture that another parser read again together with a newer one counts from the newer one on, so that what
-- differs between the two is only what the page changed.
UPDATE load_reading
SET known_at = n.known_at, moment = n.moment, batch = n.batch
FROM (
    SELECT r.page_id, r.capture_id, arg_min(s.capture_id, (s.known_at, s.fetched_at, s.capture_id)) AS newer_id
    FROM load_reading AS r
    INNER JOIN load_reading AS s ON s.page_id = r.page_id
    WHERE r.change_cause = 'parser' AND s.change_cause <> 'parser' AND s.fetched_at > r.fetched_at AND s.known_at < r.known_at
    GROUP BY r.page_id, r.capture_id
) AS o, (SELECT l.* FROM load_reading AS l) AS n
WHERE
    load_reading.change_cause = 'parser' AND load_reading.page_id = o.page_id AND load_reading.capture_id = o.capture_id
    AND n.capture_id = o.newer_id AND n.change_cause <> 'parser';

-- The last batch that is known, and what is known of the same pages already.
CREATE OR REPLACE TEMP TABLE load_before AS
SELECT max(b.moment) AS moment, arg_max(b.batch, (b.moment, b.batch)) AS batch
FROM (
    SELECT r.moment, r.batch FROM reading AS r WHERE r.moment = (SELECT max(m.moment) FROM reading AS m)
    UNION ALL
    SELECT d.moment, d.decision_id FROM decision AS d
) AS b;

CREATE OR REPLACE TEMP TABLE load_stored AS
SELECT r.*
FROM reading AS r
WHERE r.page_id IN (SELECT l.page_id FROM load_reading AS l);

-- A page may answer under mirror addresses too. Its canonical address speaks for it as soon as it has been read there;
-- until then one mirror does. The others are witnesses: their captures are kept, nothing else.
DELETE FROM load_reading
WHERE capture_id IN (
    SELECT r.capture_id
    FROM load_reading AS r
    INNER JOIN (
        SELECT l.page_id, l.url, l.moment, l.batch FROM load_reading AS l
        UNION ALL
        SELECT s.page_id, s.url, s.moment, s.batch FROM load_stored AS s
    ) AS o ON o.page_id = r.page_id AND o.url <> r.url
    WHERE (o.url <> r.canonical_url, o.url) < (r.url <> r.canonical_url, r.url) AND (o.moment, o.batch) <= (r.moment, r.batch)
);

-- Reading an older capture again says nothing of the page as it is by then.
DELETE FROM load_reading
WHERE change_cause = 'parser' AND (page_id, capture_id) IN (
    SELECT (r.page_id, r.capture_id)
    FROM load_reading AS r
    INNER JOIN load_stored AS s ON s.page_id = r.page_id
    WHERE r.change_cause = 'parser' AND s.change_cause <> 'parser' AND s.fetched_at > r.fetched_at AND s.known_at < r.known_at
);

-- As written: the clauses stream past the readings.
SET disabled_optimizers = 'join_order,build_side_probe_side';

INSERT INTO reading_clause BY NAME
SELECT n.content_id, c.* EXCLUDE (capture_id)
FROM in_clauses AS c
INNER JOIN (
    SELECT l.content_id, l.capture_id
    FROM load_reading AS l
    WHERE l.kind = 'policy' AND l.content_id NOT IN (SELECT s.content_id FROM load_stored AS s)
    QUALIFY row_number() OVER (PARTITION BY l.content_id ORDER BY l.known_at, l.capture_id) = 1
) AS n ON n.capture_id = c.capture_id;

RESET disabled_optimizers;

INSERT INTO reading_citation BY NAME
SELECT n.content_id, c.* EXCLUDE (capture_id)
FROM (
    SELECT l.content_id, l.capture_id
    FROM load_reading AS l
    WHERE l.content_id NOT IN (SELECT s.content_id FROM load_stored AS s)
    QUALIFY row_number() OVER (PARTITION BY l.content_id ORDER BY l.known_at, l.capture_id) = 1
) AS n
INNER JOIN in_citations AS c ON c.capture_id = n.capture_id;

INSERT INTO reading BY NAME
SELECT
    l.page_id, l.content_id, l.capture_id, l.change_cause, l.crawl_id, l.moment, l.batch, l.known_at, l.fetched_at, l.url,
    l.source, l.authority, l.parser_version, l.reading_hash, l.digest
FROM load_reading AS l;
