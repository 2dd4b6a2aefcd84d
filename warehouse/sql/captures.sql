-- Step captures: the answers received, each once, whatever is ingested again.
-- In: load_run, in_captures. Out: capture, in_captures without what is known already.

CREATE OR REPLACE TEMP TABLE in_captures AS
SELECT i.*, CASE WHEN i.role = 'page' THEN 'pg_' || substr(sha256(i.canonical_url), 1, 16) END AS page_id
FROM in_captures AS i
WHERE i.rowid IN (SELECT min(o.rowid) FROM in_captures AS o GROUP BY o.capture_id);

DELETE FROM in_captures
WHERE capture_id IN (
    SELECT c.capture_id FROM capture AS c
    WHERE c.fetched_at >= (SELECT min(i.fetched_at) FROM in_captures AS i)
);

DELETE FROM in_rejected WHERE capture_id NOT IN (SELECT capture_id FROM in_captures);

INSERT INTO capture BY NAME
SELECT
    * REPLACE (coalesce(c.crawl_id, (SELECT crawl_id FROM load_run)) AS crawl_id)
FROM in_captures AS c;

INSERT INTO rejected BY NAME
SELECT r.*, (SELECT crawl_id FROM load_run) AS crawl_id FROM in_rejected AS r;
