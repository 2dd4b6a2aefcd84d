-- Step identity_homeless: pages that carry no policy yet and may carry one that is known.
-- In: r_changed, page_version. Out: r_homeless; r_match (page_id, policy_id), empty.

CREATE OR REPLACE TEMP TABLE r_homeless AS
SELECT c.page_id, c.number, c.title_norm, c.instrument_title_norm, c.issuers_norm, c.signed_date, c.kind,
    c.authority IN ('repost', 'media') OR c.kind = 'repost' AS is_witness_only,
    coalesce(regexp_matches(c.number, '^(第|[0-9]|令|公告|通告)'), FALSE) AS is_bare
FROM r_changed AS c
WHERE c.policy_id IS NULL AND (c.kind IN ('policy', 'repost') OR (c.kind = 'other' AND c.authority = 'repost'))
UNION ALL BY NAME
-- Witnesses that waited for their policy.
SELECT v.page_id, v.number, v.title_norm, v.instrument_title_norm, v.issuers_norm, v.signed_date, v.kind,
    TRUE AS is_witness_only,
    coalesce(regexp_matches(v.number, '^(第|[0-9]|令|公告|通告)'), FALSE) AS is_bare
FROM page_version AS v
WHERE
    v.policy_id IS NULL AND v.known_to IS NULL
    AND (v.kind = 'repost' OR (v.kind = 'other' AND v.authority = 'repost'))
    AND v.page_id NOT IN (SELECT c.page_id FROM r_changed AS c)
    AND (
        v.number IN (SELECT c.number FROM r_changed AS c)
        OR v.title_norm IN (SELECT c.title_norm FROM r_changed AS c)
        OR v.title_norm IN (SELECT c.instrument_title_norm FROM r_changed AS c)
    );

CREATE OR REPLACE TEMP TABLE r_match AS
SELECT p.page_id, p.policy_id FROM page AS p LIMIT 0;
