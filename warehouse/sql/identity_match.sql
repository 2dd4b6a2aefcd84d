-- Step identity_match: does a page without a policy carry one that is known?
-- In: r_homeless, r_changed, page_version. Out: r_match (page_id, policy_id), r_changed.policy_id filled.
-- The same policy: the same number and a common issuer (or one side names none, and the number names its organ);
-- else the same title, issuer and signed date, unless both sides have numbers. A repost may name itself as issuer, so a
-- number that names its organ is enough there. More than one candidate by a weak rule: none.

CREATE OR REPLACE TEMP TABLE r_known AS
WITH title AS (
    SELECT unnest([h.title_norm, h.instrument_title_norm]) AS title FROM r_homeless AS h
),
-- One column after the other: there are many versions, and few are called so.
alike AS MATERIALIZED (
    SELECT v.rowid AS place FROM page_version AS v
    WHERE v.known_to IS NULL AND v.number IN (SELECT h.number FROM r_homeless AS h)
    UNION
    SELECT v.rowid FROM page_version AS v
    WHERE v.known_to IS NULL AND v.title_norm IN (SELECT t.title FROM title AS t)
    UNION
    SELECT v.rowid FROM page_version AS v
    WHERE v.known_to IS NULL AND v.instrument_title_norm IN (SELECT t.title FROM title AS t)
)
SELECT v.policy_id, v.number, v.title_norm, v.instrument_title_norm, v.issuers_norm, v.signed_date
FROM alike AS a
INNER JOIN page_version AS v ON v.rowid = a.place
WHERE
    v.policy_id IS NOT NULL AND v.kind = 'policy'
    AND v.page_id NOT IN (SELECT c.page_id FROM r_changed AS c)
UNION ALL
SELECT c.policy_id, c.number, c.title_norm, c.instrument_title_norm, c.issuers_norm, c.signed_date
FROM r_changed AS c
WHERE c.policy_id IS NOT NULL AND c.kind = 'policy';

CREATE OR REPLACE TEMP TABLE r_match AS
WITH by_number AS (
    SELECT
        h.page_id,
        k.policy_id,
        CASE
            WHEN list_has_any(h.issuers_norm, k.issuers_norm) THEN 3
            WHEN NOT h.is_bare AND (len(h.issuers_norm) = 0 OR len(k.issuers_norm) = 0) THEN 1
            WHEN NOT h.is_bare AND h.is_witness_only THEN 1
        END AS score
    FROM r_homeless AS h
    INNER JOIN r_known AS k ON k.number = h.number
),
home_title AS (
    SELECT DISTINCT h.page_id, h.number, h.issuers_norm, h.signed_date, unnest([h.title_norm, h.instrument_title_norm]) AS title
    FROM r_homeless AS h
    WHERE h.signed_date IS NOT NULL
),
known_title AS (
    SELECT DISTINCT k.policy_id, k.number, k.issuers_norm, k.signed_date, unnest([k.title_norm, k.instrument_title_norm]) AS title
    FROM r_known AS k
    WHERE k.signed_date IS NOT NULL
),
by_title AS (
    SELECT h.page_id, k.policy_id, 2 AS score
    FROM home_title AS h
    INNER JOIN known_title AS k ON k.title = h.title AND k.signed_date = h.signed_date
    WHERE list_has_any(h.issuers_norm, k.issuers_norm) AND (h.number IS NULL OR k.number IS NULL OR h.number = k.number)
),
candidate AS (
    SELECT u.page_id, u.policy_id, max(u.score) AS score
    FROM (SELECT n.* FROM by_number AS n WHERE n.score IS NOT NULL UNION ALL SELECT t.* FROM by_title AS t) AS u
    GROUP BY u.page_id, u.policy_id
),
best AS (
    SELECT c.page_id, c.policy_id, c.score
    FROM candidate AS c
    QUALIFY c.score = max(c.score) OVER (PARTITION BY c.page_id)
)
SELECT b.page_id, min(b.policy_id) AS policy_id
FROM best AS b
GROUP BY b.page_id
HAVING count(*) = 1 OR max(b.score) >= 2;

UPDATE r_changed SET policy_id = m.policy_id
FROM r_match AS m
WHERE r_changed.page_id = m.page_id;

-- A witness that waited: its standing version and its citations learn their policy.
UPDATE page_version SET policy_id = m.policy_id
FROM r_match AS m
WHERE page_version.page_id = m.page_id AND page_version.known_to IS NULL AND page_version.policy_id IS NULL;

UPDATE citation SET policy_id = m.policy_id
FROM r_match AS m
WHERE citation.page_id = m.page_id AND citation.known_to IS NULL AND citation.policy_id IS NULL;

UPDATE page SET policy_id = m.policy_id
FROM r_match AS m
WHERE page.page_id = m.page_id AND page.policy_id IS NULL;
