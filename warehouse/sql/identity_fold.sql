-- Step identity_fold: pages of this round that carry one and the same new policy (same rules as identity_match).
-- In: r_changed. Out: r_label (page_id, label), r_edge (pairs); identity_spread.sql runs until every group has one label.

CREATE OR REPLACE TEMP TABLE r_label AS
SELECT c.page_id, c.page_id AS label
FROM r_changed AS c
WHERE c.policy_id IS NULL AND c.kind = 'policy';

CREATE OR REPLACE TEMP TABLE r_edge AS
WITH orphan AS (
    SELECT c.page_id, c.number, c.title_norm, c.instrument_title_norm, c.issuers_norm, c.signed_date,
        c.authority IN ('repost', 'media') AS is_witness_only,
        coalesce(regexp_matches(c.number, '^(第|[0-9]|令|公告|通告)'), FALSE) AS is_bare
    FROM r_changed AS c
    WHERE c.policy_id IS NULL AND c.kind = 'policy'
),
titled AS (
    SELECT DISTINCT o.page_id, o.number, o.issuers_norm, o.signed_date, unnest([o.title_norm, o.instrument_title_norm]) AS title
    FROM orphan AS o
    WHERE o.signed_date IS NOT NULL
)
SELECT a.page_id, b.page_id AS other_id
FROM orphan AS a
INNER JOIN orphan AS b ON b.number = a.number AND b.page_id <> a.page_id
WHERE
    list_has_any(a.issuers_norm, b.issuers_norm)
    OR (
        NOT a.is_bare
        AND (len(a.issuers_norm) = 0 OR len(b.issuers_norm) = 0 OR a.is_witness_only OR b.is_witness_only)
    )
UNION
SELECT a.page_id, b.page_id
FROM titled AS a
INNER JOIN titled AS b ON b.title = a.title AND b.signed_date = a.signed_date AND b.page_id <> a.page_id
WHERE list_has_any(a.issuers_norm, b.issuers_norm) AND (a.number IS NULL OR b.number IS NULL OR a.number = b.number);
