-- Step replay_spread: pages that may carry the same policy as pages that are in (same policy, number, or title and day), and of
-- the core those that bear a title by which it is named; run until nothing is added.
-- In: replay_face, replay_titled. Out: replay_page, in the same part (core or context) as those that brought them.
INSERT INTO replay_page
WITH link AS (
    SELECT f.page_id, f.policy_id AS what FROM replay_face AS f
    UNION ALL
    -- A number that names no organ counts only with its issuer.
    SELECT f.page_id, f.number FROM replay_face AS f WHERE NOT regexp_matches(f.number, '^(第|[0-9]|令|公告|通告)')
    UNION ALL
    SELECT f.page_id, f.number || '|' || unnest(f.issuers_norm)
    FROM replay_face AS f
    WHERE regexp_matches(f.number, '^(第|[0-9]|令|公告|通告)')
    UNION ALL
    SELECT f.page_id, unnest([f.title_norm, f.instrument_title_norm]) || '|' || f.signed_date FROM replay_face AS f
),
bearing AS (
    SELECT DISTINCT t.page_id, t.title
    FROM (
        SELECT f.page_id, unnest([f.title_norm, f.instrument_title_norm]) AS title FROM replay_face AS f
        UNION ALL
        SELECT f.page_id, substr(f.title_norm, length(i.issuer) + 1)
        FROM replay_face AS f, unnest(f.issuers_norm) AS i(issuer)
        WHERE starts_with(f.title_norm, i.issuer)
    ) AS t
    WHERE t.title IN (SELECT r.title FROM replay_titled AS r)
),
added AS (
    SELECT o.page_id, p.is_core
    FROM replay_page AS p
    INNER JOIN link AS l ON l.page_id = p.page_id
    INNER JOIN link AS o ON o.what = l.what
    UNION ALL
    SELECT o.page_id, TRUE
    FROM replay_page AS p
    INNER JOIN bearing AS b ON b.page_id = p.page_id
    INNER JOIN bearing AS o ON o.title = b.title
    WHERE p.is_core
)
SELECT a.page_id, bool_or(a.is_core)
FROM added AS a
WHERE a.page_id NOT IN (SELECT p.page_id FROM replay_page AS p)
GROUP BY a.page_id;
