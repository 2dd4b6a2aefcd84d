-- Step replay_open: the history of the pages in order of time, as a load of its own, in which each page's own order is kept
-- where runs overlap.
-- In: replay_page, replay_reading, reading, page_version, page. Out: load_reading, in_clauses, in_citations, replay_start.

CREATE OR REPLACE TEMP TABLE replay_record AS
WITH known AS (
    SELECT v.* EXCLUDE (known_to), 0 AS rank
    FROM page_version AS v
    WHERE v.page_id IN (SELECT p.page_id FROM replay_page AS p)
    UNION ALL BY NAME
    SELECT r.* EXCLUDE (canonical_url, fetched_at, crawl_id, known_at, content_id, moment, batch, digest), r.known_at AS known_from, 1 AS rank
    FROM replay_reading AS r
)
SELECT k.* EXCLUDE (
    known_from, rank, change_cause, parser_version, capture_id, url, source, authority, policy_id
)
FROM known AS k
QUALIFY row_number() OVER (PARTITION BY k.page_id, k.reading_hash ORDER BY k.known_from, k.rank, k.capture_id) = 1;

CREATE OR REPLACE TEMP TABLE replay_seen AS
WITH mine AS (
    SELECT r.*, g.canonical_url
    FROM reading AS r
    INNER JOIN replay_page AS p ON p.page_id = r.page_id
    INNER JOIN page AS g ON g.page_id = r.page_id
),
-- The same two rules as in `readings`, by all that is known now.
spoken AS (
    SELECT m.*
    FROM mine AS m
    WHERE NOT EXISTS (
        SELECT 1
        FROM mine AS o
        WHERE
            o.page_id = m.page_id AND o.url <> m.url AND (o.url <> o.canonical_url, o.url) < (m.url <> m.canonical_url, m.url)
            AND (o.moment, o.batch) <= (m.moment, m.batch)
    )
    AND NOT (
        m.change_cause = 'parser'
        AND EXISTS (
            SELECT 1
            FROM mine AS o
            WHERE o.page_id = m.page_id AND o.change_cause <> 'parser' AND o.fetched_at > m.fetched_at AND o.known_at < m.known_at
        )
    )
)
SELECT
    s.*,
    row_number() OVER page_order AS place,
    max({'moment': s.moment, 'batch': s.batch}) OVER page_order AS slot,
    lag(s.content_id) OVER page_order AS before_id,
    lag(s.url) OVER page_order AS before_url,
    lag(s.authority) OVER page_order AS before_authority
FROM spoken AS s
WINDOW page_order AS (PARTITION BY s.page_id ORDER BY s.known_at, s.fetched_at, s.capture_id, s.change_cause = 'parser');

CREATE OR REPLACE TEMP TABLE load_reading AS
SELECT
    r.* EXCLUDE (reading_hash),
    r.reading_hash,
    s.canonical_url,
    -- A capture may be read more than once: its readings are told apart until they are stored.
    s.capture_id || '#' || lpad(CAST(s.place AS VARCHAR), 6, '0') AS capture_id,
    s.change_cause,
    s.crawl_id,
    s.content_id,
    s.slot.moment AS moment,
    s.slot.batch AS batch,
    s.known_at,
    s.fetched_at,
    s.url,
    s.source,
    s.authority,
    s.parser_version,
    s.digest
FROM replay_seen AS s
INNER JOIN replay_record AS r ON r.page_id = s.page_id AND r.reading_hash = s.reading_hash
WHERE
    s.content_id IS DISTINCT FROM s.before_id
    OR s.url IS DISTINCT FROM s.before_url
    OR s.authority IS DISTINCT FROM s.before_authority;

CREATE OR REPLACE TEMP TABLE replay_clause AS
SELECT r.capture_id, c.* EXCLUDE (content_id)
FROM load_reading AS r
INNER JOIN replay_page AS p ON p.page_id = r.page_id AND p.is_core
INNER JOIN reading_clause AS c ON c.content_id = r.content_id;

CREATE OR REPLACE TEMP VIEW in_clauses AS
SELECT c.* FROM replay_clause AS c;

-- Of the context, only what names the replayed policies.
CREATE OR REPLACE TEMP TABLE in_citations AS
SELECT r.capture_id, c.* EXCLUDE (content_id)
FROM load_reading AS r
INNER JOIN replay_page AS p ON p.page_id = r.page_id
INNER JOIN reading_citation AS c ON c.content_id = r.content_id
WHERE p.is_core OR c.number IN (SELECT k.what FROM replay_key AS k) OR c.title_norm IN (SELECT k.what FROM replay_key AS k);

CREATE OR REPLACE TEMP TABLE load_decision AS
SELECT d.* FROM decision AS d WHERE d.page_id IN (SELECT p.page_id FROM replay_page AS p);
