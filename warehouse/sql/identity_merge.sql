-- Step identity_merge: policies that turn out to be one: a page of one of them has number and issuer of the other by now, or
-- title, issuer and day, and nothing else in its number.
-- A policy with another page that bears another number is none of them.
-- In: r_changed, page_version. Out: r_pair (page, policy, other policy).

CREATE OR REPLACE TEMP TABLE r_pair AS
WITH changed AS (
    SELECT c.page_id, c.policy_id, c.known_at, c.number, c.title_norm, c.instrument_title_norm, c.issuers_norm, c.signed_date
    FROM r_changed AS c
    LEFT JOIN page_version AS v ON v.page_id = c.page_id AND v.known_to IS NULL
    WHERE
        c.policy_id IS NOT NULL AND c.kind = 'policy' AND c.number IS NOT NULL AND c.authority IN ('issuer', 'portal')
        AND c.number IS DISTINCT FROM v.number
        AND NOT EXISTS (
            SELECT 1
            FROM page_version AS o
            WHERE
                o.policy_id = c.policy_id AND o.page_id <> c.page_id AND o.known_to IS NULL AND o.kind = 'policy'
                AND o.authority IN ('issuer', 'portal') AND o.number <> c.number
        )
),
standing AS (
    SELECT v.policy_id, v.number, v.title_norm, v.instrument_title_norm, v.issuers_norm, v.signed_date
    FROM page_version AS v
    WHERE
        v.known_to IS NULL AND v.policy_id IS NOT NULL AND v.kind = 'policy' AND v.authority IN ('issuer', 'portal')
        AND v.page_id NOT IN (SELECT c.page_id FROM r_changed AS c)
        AND (
            v.number IN (SELECT c.number FROM changed AS c)
            OR v.title_norm IN (SELECT c.title_norm FROM changed AS c)
            OR v.title_norm IN (SELECT c.instrument_title_norm FROM changed AS c)
            OR v.instrument_title_norm IN (SELECT c.title_norm FROM changed AS c)
            OR v.instrument_title_norm IN (SELECT c.instrument_title_norm FROM changed AS c)
        )
    UNION ALL
    SELECT c.policy_id, c.number, c.title_norm, c.instrument_title_norm, c.issuers_norm, c.signed_date FROM changed AS c
)
SELECT DISTINCT
    c.page_id,
    c.known_at,
    c.policy_id,
    s.policy_id AS other_policy_id,
    CASE WHEN s.number = c.number THEN 'number and issuer' ELSE 'title, issuer and day' END AS rule
FROM changed AS c
INNER JOIN standing AS s ON s.policy_id <> c.policy_id AND list_has_any(s.issuers_norm, c.issuers_norm)
WHERE
    s.number = c.number
    OR (
        s.number IS NULL AND s.signed_date = c.signed_date
        AND list_has_any([s.title_norm, s.instrument_title_norm], [c.title_norm, c.instrument_title_norm])
    );
