-- Step late: captures older than what is known of their page slot into its history. They change no policy, raise no event.
-- In: late_reading. Out: page_version of the pages concerned, built anew from all that is known.

-- Every moment at which such a page was seen, and which reading stood there.
CREATE OR REPLACE TEMP TABLE late_moment AS
WITH versions AS (
    SELECT v.page_id, v.known_from, v.reading_hash
    FROM page_version AS v
    WHERE v.page_id IN (SELECT l.page_id FROM late_reading AS l) AND v.known_to IS DISTINCT FROM v.known_from
),
confirmations AS (
    SELECT c.page_id, c.fetched_at
    FROM capture AS c
    WHERE
        c.page_id IN (SELECT l.page_id FROM late_reading AS l)
        AND c.outcome IN ('new', 'changed', 'unchanged', 'not_modified')
        AND c.capture_id NOT IN (SELECT l.capture_id FROM late_reading AS l)
        AND c.capture_id NOT IN (SELECT r.capture_id FROM rejected AS r)
        AND c.url IN (SELECT l.url FROM late_reading AS l)
)
SELECT v.page_id, v.known_from AS seen_at, v.reading_hash, 0 AS rank FROM versions AS v
UNION ALL
SELECT c.page_id, c.fetched_at, v.reading_hash, 1
FROM confirmations AS c
ASOF INNER JOIN versions AS v ON v.page_id = c.page_id AND v.known_from <= c.fetched_at
UNION ALL
SELECT l.page_id, l.known_at, l.reading_hash, 2 FROM late_reading AS l;

-- A version starts where the reading differs from the one before.
CREATE OR REPLACE TEMP TABLE late_start AS
WITH ordered AS (
    SELECT
        m.page_id,
        m.seen_at,
        m.reading_hash,
        lag(m.reading_hash) OVER (PARTITION BY m.page_id ORDER BY m.seen_at, m.rank, m.reading_hash) AS before_hash
    FROM late_moment AS m
),
starts AS (
    SELECT o.page_id, o.seen_at, o.reading_hash FROM ordered AS o WHERE o.reading_hash IS DISTINCT FROM o.before_hash
)
SELECT
    s.page_id,
    s.reading_hash,
    s.seen_at AS known_from,
    lead(s.seen_at) OVER (PARTITION BY s.page_id ORDER BY s.seen_at) AS known_to
FROM starts AS s;

CREATE OR REPLACE TEMP TABLE late_content AS
WITH contents AS (
    SELECT v.* EXCLUDE (known_to), v.known_from AS content_from, 0 AS rank
    FROM page_version AS v
    WHERE v.page_id IN (SELECT l.page_id FROM late_reading AS l)
    UNION ALL BY NAME
    SELECT
        l.* EXCLUDE (canonical_url, fetched_at, is_late, known_at),
        p.policy_id,
        l.known_at AS known_from,
        l.known_at AS content_from,
        1 AS rank
    FROM late_reading AS l
    INNER JOIN page AS p ON p.page_id = l.page_id
)
SELECT * EXCLUDE (known_from) FROM contents
QUALIFY row_number() OVER (PARTITION BY page_id, reading_hash ORDER BY rank, content_from, capture_id) = 1;

DELETE FROM page_version WHERE page_id IN (SELECT l.page_id FROM late_reading AS l);

INSERT INTO page_version BY NAME
SELECT c.* EXCLUDE (content_from, rank), s.known_from, s.known_to
FROM late_start AS s
INNER JOIN late_content AS c ON c.page_id = s.page_id AND c.reading_hash = s.reading_hash;

UPDATE page
SET first_seen_at = least(page.first_seen_at, l.known_at)
FROM (SELECT r.page_id, min(r.known_at) AS known_at FROM late_reading AS r GROUP BY r.page_id) AS l
WHERE page.page_id = l.page_id;
