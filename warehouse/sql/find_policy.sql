-- Which policies may $text mean? By the first of these that any policy fits: id, number ($numbers), address of any of its
-- pages (mirrors and old addresses too), whole title ($titles in normal form, or as written), part of the title.
WITH fits AS (
    SELECT v.policy_id, 1 AS rank FROM policy_version AS v WHERE v.policy_id = $text
    UNION ALL
    SELECT l.other_policy_id, 1 FROM policy_link AS l WHERE l.policy_id = $text AND l.kind IN ('merged', 'replaced')
    UNION ALL
    SELECT v.policy_id, 2 FROM policy_version AS v
    WHERE v.known_to IS NULL AND list_contains(CAST($numbers AS VARCHAR[]), v.number)
    UNION ALL
    SELECT p.policy_id, 3 FROM page AS p WHERE $text IN (p.canonical_url, p.reading_url)
    UNION ALL
    SELECT w.policy_id, 3 FROM page_version AS w WHERE w.url = $text
    UNION ALL
    SELECT v.policy_id, 4 FROM policy_version AS v
    WHERE
        v.known_to IS NULL
        AND (
            list_contains(CAST($titles AS VARCHAR[]), v.title_norm)
            OR list_contains(CAST($titles AS VARCHAR[]), v.instrument_title_norm)
            OR $text IN (v.title, v.instrument_title)
        )
    UNION ALL
    SELECT v.policy_id, 5 FROM policy_version AS v
    WHERE v.known_to IS NULL AND (contains(v.title, $text) OR contains(v.instrument_title, $text))
),
best AS (
    -- No window here: duckdb 1.5.5 fails now and then on `min(…) OVER ()` over a few rows on several threads.
    SELECT f.policy_id FROM fits AS f
    WHERE f.policy_id IS NOT NULL AND f.rank = (SELECT min(g.rank) FROM fits AS g WHERE g.policy_id IS NOT NULL)
)
SELECT v.policy_id, v.number, v.title, v.issuers, v.source, v.url
FROM policy_version AS v
WHERE v.known_to IS NULL AND v.policy_id IN (SELECT b.policy_id FROM best AS b)
ORDER BY v.number, v.title, v.policy_id;
