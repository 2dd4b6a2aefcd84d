-- Step captures: the answers received, each once, whatever is ingested again.
-- In: load_run, in_captures, in_readings. Out: capture, in_captures and in_readings without what is known already.

CREATE OR REPLACE TEMP TABLE in_captures AS
SELECT i.*, CASE WHEN i.role = 'page' THEN 'pg_' || substr(sha256(i.canonical_url), 1, 16) END AS page_id
FROM in_captures AS i
QUALIFY row_number() OVER (PARTITION BY i.capture_id) = 1;

DELETE FROM in_captures
WHERE capture_id IN (
    SELECT c.capture_id FROM capture AS c
    WHERE c.fetched_at >= (SELECT min(i.fetched_at) FROM in_captures AS i)
);

-- A page is read again from a known capture only by another parser.
DELETE FROM in_readings
WHERE change_cause <> 'parser' AND capture_id NOT IN (SELECT capture_id FROM in_captures);

DELETE FROM in_rejected WHERE capture_id NOT IN (SELECT capture_id FROM in_captures);

INSERT INTO capture BY NAME
SELECT
    * REPLACE (coalesce(c.crawl_id, (SELECT crawl_id FROM load_run)) AS crawl_id)
FROM in_captures AS c;

INSERT INTO rejected BY NAME
SELECT r.*, (SELECT crawl_id FROM load_run) AS crawl_id FROM in_rejected AS r;

-- A source that nobody declared is kept by its name.
INSERT INTO source (source, timezone, bad_streak)
SELECT DISTINCT i.source, 'Asia/Shanghai', 0
FROM (
    SELECT c.source FROM in_captures AS c
    UNION
    SELECT r.source FROM in_readings AS r
    UNION
    SELECT l.source FROM load_run AS l
) AS i
WHERE i.source IS NOT NULL AND i.source NOT IN (SELECT s.source FROM source AS s);
