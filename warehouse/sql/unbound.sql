-- Step unbound: citations that may be bound now: newly known ones, and unbound ones that a touched policy may answer.
-- In: r_citation, r_citation_before, r_policy, r_changed, r_decided, citation, page_version. Out: r_unbound.

CREATE OR REPLACE TEMP TABLE r_unbound AS
WITH answer AS (
    SELECT p.number, p.title_norm, p.instrument_title_norm, p.issuers_norm
    FROM r_policy AS p
    WHERE p.is_new OR p.has_new_content
),
answer_title AS (
    SELECT unnest([a.title_norm, a.instrument_title_norm]) AS title FROM answer AS a
    UNION
    SELECT substr(a.title_norm, length(i.issuer) + 1)
    FROM answer AS a, unnest(a.issuers_norm) AS i(issuer)
    WHERE starts_with(a.title_norm, i.issuer)
),
waiting AS MATERIALIZED (
    SELECT c.rowid AS place
    FROM citation AS c
    WHERE c.citation_id IN (SELECT d.citation_id FROM r_decided AS d WHERE d.is_now)
    UNION
    SELECT c.rowid
    FROM citation AS c
    WHERE
        c.known_to IS NULL AND c.bound_policy_id IS NULL
        AND (
            c.number IN (SELECT a.number FROM answer AS a)
            OR c.title_norm IN (SELECT t.title FROM answer_title AS t)
        )
    UNION
    -- The citing document's own issuers or days may have changed.
    SELECT b.place FROM r_citation_before AS b WHERE b.bound_policy_id IS NULL
),
-- What is at hand is not looked for among all that is known: often nothing else is wanted.
open AS (
    SELECT n.* FROM r_citation AS n
    UNION ALL BY NAME
    SELECT c.* EXCLUDE (bound_policy_id, binding_rule, binding_score, bound_at, decision_id)
    FROM (
        SELECT a.* FROM waiting AS w INNER JOIN citation AS a ON a.rowid = w.place WHERE is_stored(w.place)
        UNION ALL
        SELECT b.* FROM waiting AS w INNER JOIN citation AS b ON b.rowid = w.place WHERE NOT is_stored(w.place)
    ) AS c
    WHERE
        c.known_to IS NULL AND c.bound_policy_id IS NULL
        AND c.citation_id NOT IN (SELECT n.citation_id FROM r_citation AS n)
),
citing AS (
    SELECT r.page_id, r.issuers_norm, r.signed_date, r.published_date FROM r_changed AS r
    UNION ALL
    SELECT v.page_id, v.issuers_norm, v.signed_date, v.published_date
    FROM page_version AS v
    WHERE
        v.known_to IS NULL
        AND v.page_id IN (SELECT o.page_id FROM open AS o EXCEPT SELECT r.page_id FROM r_changed AS r)
)
SELECT
    c.citation_id, c.page_id, c.policy_id, c.relation, c.number, c.title_norm, c.known_from,
    r.known_at AS touched_at, r.change_cause AS touch_cause,
    concat_ws(' ', c.number_raw, c.title, c.quote) AS words,
    -- What stands beside the title, up to the documents that are named before and after it.
    CASE
        WHEN contains(c.quote, c.title)
            THEN replace(
                regexp_extract(split_part(c.quote, c.title, 1), '[^》）、，；。]*$') || '|'
                || split_part(substr(c.quote, instr(c.quote, c.title) + length(c.title)), '《', 1), ' ', ''
            )
    END AS beside,
    v.issuers_norm,
    -- News may run ahead of what it tells of; a document cannot end one that is not there yet.
    CASE WHEN c.page_kind = 'policy' THEN coalesce(v.signed_date, v.published_date) END AS issued_on,
    coalesce(regexp_matches(c.number, '^(第|[0-9]|令|公告|通告)'), FALSE) AS is_bare,
    c.citation_id IN (SELECT n.citation_id FROM r_citation AS n) AS is_new
FROM open AS c
LEFT JOIN r_changed AS r ON r.page_id = c.page_id
LEFT JOIN citing AS v ON v.page_id = c.page_id
WHERE
    c.number IS NOT NULL OR length(c.title_norm) >= 4
    OR c.citation_id IN (SELECT d.citation_id FROM r_decided AS d WHERE d.action = 'bind');
