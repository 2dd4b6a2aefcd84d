-- Step pages: a row per page that ever answered, and per source.
-- In: load_run, in_captures, load_reading. Out: source, page.

-- A source that nobody declared is kept by its name.
INSERT INTO source (source, timezone, bad_streak)
SELECT DISTINCT i.source, 'Asia/Shanghai', 0
FROM (
    SELECT c.source FROM in_captures AS c
    UNION
    SELECT r.source FROM load_reading AS r
    UNION
    SELECT l.source FROM load_run AS l
) AS i
WHERE i.source IS NOT NULL AND i.source NOT IN (SELECT s.source FROM source AS s);

CREATE OR REPLACE TEMP TABLE load_seen AS
SELECT
    i.page_id,
    i.canonical_url,
    arg_min(i.source, (i.fetched_at, i.source)) AS source,
    min(i.fetched_at) AS first_seen_at
FROM (
    SELECT a.page_id, a.canonical_url, a.source, a.fetched_at FROM in_captures AS a
    WHERE a.role = 'page' AND a.outcome IN ('new', 'changed', 'unchanged', 'not_modified')
    UNION ALL
    SELECT r.page_id, r.canonical_url, r.source, r.fetched_at FROM load_reading AS r
) AS i
GROUP BY i.page_id, i.canonical_url;

-- Those that had answered before, and where they lie.
CREATE OR REPLACE TEMP TABLE load_seen_before AS
SELECT p.page_id, p.rowid AS place FROM page AS p WHERE p.page_id IN (SELECT i.page_id FROM load_seen AS i);

INSERT INTO page BY NAME
SELECT
    c.page_id,
    c.canonical_url,
    c.source,
    'live' AS state,
    c.first_seen_at,
    c.first_seen_at AS last_checked_at,
    c.first_seen_at AS last_answered_at,
    0 AS missing_count
FROM load_seen AS c
ANTI JOIN load_seen_before AS k ON k.page_id = c.page_id;

-- A capture that arrives late may be the first of its page.
UPDATE page
SET first_seen_at = i.first_seen_at, source = i.source
FROM load_seen AS i
INNER JOIN load_seen_before AS k ON k.page_id = i.page_id
WHERE page.rowid = k.place AND (i.first_seen_at, i.source) < (page.first_seen_at, page.source);
