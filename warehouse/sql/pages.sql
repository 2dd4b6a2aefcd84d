-- Step pages: a row per page that ever answered; which of a page's URLs speaks for it.
-- In: in_captures, in_readings, in_rejected. Out: page, in_readings with page_id and known_at.

INSERT INTO page
SELECT
    c.page_id,
    c.canonical_url,
    NULL AS reading_url,
    c.source,
    NULL AS policy_id,
    NULL AS kind,
    'live' AS state,
    c.first_seen_at,
    c.first_seen_at AS last_checked_at,
    c.first_seen_at AS last_answered_at,
    NULL AS last_changed_at,
    0 AS missing_count,
    NULL AS missing_since,
    NULL AS last_read_capture_id,
    NULL AS parser_version
FROM (
    SELECT
        'pg_' || substr(sha256(i.canonical_url), 1, 16) AS page_id,
        i.canonical_url,
        arg_min(i.source, (i.fetched_at, i.source)) AS source,
        min(i.fetched_at) AS first_seen_at
    FROM (
        SELECT a.canonical_url, a.source, a.fetched_at FROM in_captures AS a
        WHERE a.role = 'page' AND a.outcome IN ('new', 'changed', 'unchanged', 'not_modified')
        UNION ALL
        SELECT r.canonical_url, r.source, r.fetched_at FROM in_readings AS r
    ) AS i
    GROUP BY i.canonical_url
) AS c
WHERE c.page_id NOT IN (SELECT p.page_id FROM page AS p);

-- A page may answer under mirror addresses too. Its canonical address speaks for it as soon as it has been read there;
-- until then one mirror does, always the same. The others are witnesses: their captures are kept, nothing else.
CREATE OR REPLACE TEMP TABLE load_speaker AS
SELECT
    i.page_id,
    arg_min(i.url, (i.url <> i.canonical_url, i.is_other, i.url)) AS url
FROM (
    SELECT
        'pg_' || substr(sha256(r.canonical_url), 1, 16) AS page_id,
        r.canonical_url,
        r.url,
        TRUE AS is_other
    FROM in_readings AS r
    UNION ALL
    SELECT p.page_id, p.canonical_url, p.reading_url, FALSE
    FROM page AS p
    WHERE p.reading_url IS NOT NULL AND p.canonical_url IN (SELECT r.canonical_url FROM in_readings AS r)
) AS i
GROUP BY i.page_id;

-- When we learned it: the capture's own time. Another parser's reading is learned when that run starts.
CREATE OR REPLACE TEMP TABLE load_reading AS
SELECT
    r.*,
    s.page_id,
    v.known_from IS NOT NULL AND r.fetched_at < p.last_answered_at AS is_late,
    CASE
        WHEN r.change_cause = 'parser' THEN greatest((SELECT l.started_at FROM load_run AS l), v.known_from, r.fetched_at)
        ELSE r.fetched_at
    END AS known_at
FROM in_readings AS r
INNER JOIN load_speaker AS s
    ON s.page_id = 'pg_' || substr(sha256(r.canonical_url), 1, 16) AND s.url = r.url
INNER JOIN page AS p ON p.page_id = s.page_id
LEFT JOIN (SELECT c.page_id, c.known_from FROM page_version AS c WHERE c.known_to IS NULL) AS v ON v.page_id = s.page_id;

DROP TABLE in_readings;
