-- Step checks: what this run says of the pages that it asked: still there, gone, back. Only good runs count; of a partial
-- run (one that ended itself early) counts what answered, for it is not asked again in the run that goes on with it.
-- A page is gone when its own source's run misses it twice in a row; nothing else follows from that.
-- In: load_run, in_captures, in_rejected. Out: page, load_event (disappeared, reappeared).

CREATE OR REPLACE TEMP TABLE load_check AS
WITH asked AS MATERIALIZED (
    SELECT p.page_id, p.rowid AS place FROM page AS p WHERE p.page_id IN (SELECT c.page_id FROM in_captures AS c)
),
known AS (
    SELECT a.place, p.* FROM asked AS a INNER JOIN page AS p ON p.rowid = a.place WHERE is_stored(a.place)
    UNION ALL
    SELECT a.place, p.* FROM asked AS a INNER JOIN page AS p ON p.rowid = a.place WHERE NOT is_stored(a.place)
),
answer AS (
    SELECT
        c.page_id,
        max(c.fetched_at) AS checked_at,
        bool_or(c.outcome IN ('new', 'changed', 'unchanged', 'not_modified') AND r.capture_id IS NULL) AS is_answered,
        bool_or(c.outcome = 'missing') AS has_missed,
        any_value(c.source) AS asked_by
    FROM in_captures AS c
    INNER JOIN known AS p ON p.page_id = c.page_id
    LEFT JOIN in_rejected AS r ON r.capture_id = c.capture_id
    WHERE c.role = 'page' AND c.fetched_at >= p.last_checked_at AND (p.reading_url IS NULL OR c.url = p.reading_url)
    GROUP BY c.page_id
)
SELECT
    p.place, p.page_id, p.policy_id, p.source, p.canonical_url, p.state, p.missing_since, p.missing_count, p.last_answered_at,
    a.checked_at,
    a.is_answered,
    a.has_missed AND p.source = a.asked_by AS is_missing,
    CASE l.verdict WHEN 'good' THEN TRUE WHEN 'partial' THEN a.is_answered ELSE FALSE END AS is_good
FROM answer AS a
INNER JOIN known AS p ON p.page_id = a.page_id
CROSS JOIN load_run AS l;

CREATE OR REPLACE TEMP TABLE load_check_told AS
SELECT c.is_answered, c.checked_at, c.page_id, c.policy_id, c.source, c.canonical_url, c.state, c.missing_since
FROM load_check AS c
WHERE
    c.is_good
    AND (
        (c.is_answered AND c.state = 'gone')
        OR (c.is_missing AND NOT c.is_answered AND c.state <> 'gone' AND c.missing_count = 1)
    );

INSERT INTO load_event BY NAME
SELECT
    CASE WHEN t.is_answered THEN 'reappeared' ELSE 'disappeared' END AS kind,
    concat_ws('|', t.page_id, epoch_us(CASE WHEN t.is_answered THEN t.checked_at ELSE t.missing_since END)) AS fact,
    0 AS rank,
    t.policy_id,
    t.page_id,
    t.source,
    coalesce(v.number, w.number) AS number,
    coalesce(v.title, w.title) AS title,
    t.canonical_url AS url,
    CASE WHEN t.is_answered OR l.source IS NULL THEN t.checked_at ELSE l.finished_at END AS detected_at,
    CAST(to_json({'state': t.state}) AS VARCHAR) AS before,
    CAST(to_json({'state': CASE WHEN t.is_answered THEN 'live' ELSE 'gone' END}) AS VARCHAR) AS after,
    t.source AS cause_source
FROM load_check_told AS t
CROSS JOIN load_run AS l
LEFT JOIN (
    SELECT a.policy_id, a.number, a.title FROM policy_version AS a
    WHERE a.known_to IS NULL AND a.policy_id IN (SELECT o.policy_id FROM load_check_told AS o)
) AS v ON v.policy_id = t.policy_id
LEFT JOIN (
    SELECT a.page_id, a.number, a.title FROM page_version AS a
    WHERE a.known_to IS NULL AND a.page_id IN (SELECT o.page_id FROM load_check_told AS o)
) AS w ON w.page_id = t.page_id;

UPDATE page
SET
    last_checked_at = c.checked_at,
    last_answered_at = CASE WHEN c.is_answered THEN c.checked_at ELSE c.last_answered_at END,
    state = CASE
        WHEN NOT c.is_good THEN c.state
        WHEN c.is_answered THEN 'live'
        WHEN c.is_missing AND c.missing_count >= 1 THEN 'gone'
        WHEN c.state = 'gone' OR c.is_missing THEN c.state
        ELSE 'unreachable'
    END,
    missing_count = CASE
        WHEN NOT c.is_good THEN c.missing_count
        WHEN c.is_answered THEN 0
        WHEN c.is_missing THEN c.missing_count + 1
        ELSE c.missing_count
    END,
    missing_since = CASE
        WHEN NOT c.is_good THEN c.missing_since
        WHEN c.is_answered THEN NULL
        WHEN c.is_missing THEN coalesce(c.missing_since, c.checked_at)
        ELSE c.missing_since
    END
FROM load_check AS c
WHERE page.rowid = c.place;
