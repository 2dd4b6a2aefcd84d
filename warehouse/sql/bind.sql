-- Step bind: which policy does a citation name?
-- In: r_unbound, r_decided, policy_version. Out: citation.bound_*, r_bound (what was bound in this round).
-- A number that names its organ binds if one policy has it; any other number needs the title or an issuer beside it;
-- a title binds if one policy has it, or if issuer or day of issue beside it tell which. A document never names itself, nor one that is younger. No guess: else unbound.
-- What a person decided comes before all that: bound to that policy, or to none.

-- Who is called so: one column after the other, as there are many policies and few are asked for.
CREATE OR REPLACE TEMP TABLE r_named AS
WITH asked AS (
    SELECT DISTINCT u.title_norm AS title FROM r_unbound AS u
)
SELECT v.policy_id, v.number AS name, TRUE AS is_number
FROM policy_version AS v
WHERE v.known_to IS NULL AND v.number IN (SELECT u.number FROM r_unbound AS u)
UNION
SELECT v.policy_id, v.title_norm, FALSE
FROM policy_version AS v
WHERE v.known_to IS NULL AND v.title_norm IN (SELECT a.title FROM asked AS a)
UNION
SELECT v.policy_id, v.instrument_title_norm, FALSE
FROM policy_version AS v
WHERE v.known_to IS NULL AND v.instrument_title_norm IN (SELECT a.title FROM asked AS a)
UNION
-- People cite a notice without the issuer that its title begins with.
SELECT i.policy_id, substr(i.title_norm, length(i.issuer) + 1) AS title, FALSE
FROM (SELECT v.policy_id, v.title_norm, unnest(v.issuers_norm) AS issuer FROM policy_version AS v WHERE v.known_to IS NULL) AS i
WHERE starts_with(i.title_norm, i.issuer) AND title IN (SELECT a.title FROM asked AS a);

CREATE OR REPLACE TEMP TABLE r_target AS
SELECT
    v.policy_id, v.number, v.issuers_norm, v.known_from, v.change_cause, coalesce(v.signed_date, v.published_date) AS issued_on
FROM policy_version AS v
WHERE
    v.known_to IS NULL
    AND v.policy_id IN (SELECT n.policy_id FROM r_named AS n UNION ALL SELECT d.target_id FROM r_decided AS d);

CREATE OR REPLACE TEMP TABLE r_candidate AS
WITH pair AS (
    SELECT u.citation_id, n.policy_id, TRUE AS by_number
    FROM r_unbound AS u
    INNER JOIN r_named AS n ON n.name = u.number AND n.is_number
    UNION ALL
    SELECT u.citation_id, n.policy_id, FALSE
    FROM r_unbound AS u
    INNER JOIN r_named AS n ON n.name = u.title_norm AND NOT n.is_number
),
judged AS (
    SELECT
        p.citation_id,
        p.policy_id,
        bool_or(p.by_number) AS has_number,
        bool_or(NOT p.by_number) AS has_title
    FROM pair AS p
    GROUP BY p.citation_id, p.policy_id
)
SELECT
    j.citation_id,
    j.policy_id,
    j.has_number,
    j.has_title,
    u.is_bare,
    coalesce(list_bool_or([contains(u.words, i) FOR i IN t.issuers_norm]), FALSE) AS is_issuer_named,
    coalesce(list_has_any(u.issuers_norm, t.issuers_norm), FALSE) AS is_same_issuer,
    coalesce(contains(u.beside, strftime(t.issued_on, '%Y年%-m月%-d日')), FALSE) AS is_day_named,
    count(*) FILTER (WHERE j.has_number) OVER (PARTITION BY j.citation_id) AS numbered
FROM judged AS j
INNER JOIN r_unbound AS u ON u.citation_id = j.citation_id
INNER JOIN r_target AS t ON t.policy_id = j.policy_id
WHERE
    j.policy_id IS DISTINCT FROM u.policy_id
    AND j.citation_id NOT IN (SELECT d.citation_id FROM r_decided AS d WHERE d.action <> 'undo')
    -- A title under another number is another document.
    AND (j.has_number OR u.number IS NULL OR t.number IS NULL)
    AND (j.has_number OR u.issued_on IS NULL OR t.issued_on IS NULL OR t.issued_on <= u.issued_on);

CREATE OR REPLACE TEMP TABLE r_bound AS
WITH scored AS (
    SELECT
        c.citation_id,
        c.policy_id,
        CASE
            WHEN c.has_number AND c.has_title THEN 'number and title'
            WHEN c.has_number AND NOT c.is_bare AND c.numbered = 1 THEN 'number'
            WHEN c.has_number AND c.is_issuer_named THEN 'number and issuer'
            WHEN c.has_number AND c.is_same_issuer THEN 'number of the same issuer'
            WHEN c.has_title AND c.is_day_named AND (c.is_issuer_named OR c.is_same_issuer) THEN 'title, issuer and day'
            WHEN c.has_title AND c.is_day_named THEN 'title and day'
            WHEN c.has_title AND c.is_issuer_named THEN 'title and issuer'
            WHEN c.has_title AND c.is_same_issuer THEN 'title of the same issuer'
            WHEN c.has_title THEN 'title'
        END AS binding_rule,
        CASE
            WHEN c.has_number AND c.has_title THEN 1.0
            WHEN c.has_number AND NOT c.is_bare AND c.numbered = 1 THEN 0.95
            WHEN c.has_number AND c.is_issuer_named THEN 0.9
            WHEN c.has_number AND c.is_same_issuer THEN 0.85
            WHEN c.has_title AND c.is_day_named AND (c.is_issuer_named OR c.is_same_issuer) THEN 0.845
            WHEN c.has_title AND c.is_day_named THEN 0.83
            WHEN c.has_title AND c.is_issuer_named THEN 0.84
            WHEN c.has_title AND c.is_same_issuer THEN 0.82
            WHEN c.has_title THEN 0.8
        END AS binding_score
    FROM r_candidate AS c
),
best AS (
    SELECT s.*
    FROM scored AS s
    WHERE s.binding_score IS NOT NULL
    QUALIFY s.binding_score = max(s.binding_score) OVER (PARTITION BY s.citation_id)
),
single AS (
    SELECT b.citation_id, min(b.policy_id) AS policy_id, min(b.binding_rule) AS binding_rule, min(b.binding_score) AS binding_score
    FROM best AS b
    GROUP BY b.citation_id
    HAVING count(*) = 1
),
chosen AS (
    SELECT s.* FROM single AS s
    UNION ALL BY NAME
    SELECT d.citation_id, d.target_id AS policy_id, 'by hand' AS binding_rule, 1.0 AS binding_score, d.decision_id, d.decided_at
    FROM r_decided AS d
    WHERE d.action = 'bind'
)
SELECT
    s.citation_id,
    s.policy_id AS bound_policy_id,
    s.binding_rule,
    s.binding_score,
    greatest(u.known_from, u.touched_at, t.known_from, s.decided_at, n.decided_at) AS bound_at,
    coalesce(u.touch_cause, CASE WHEN s.decision_id IS NULL THEN t.change_cause ELSE 'source' END) AS bound_cause,
    u.is_new,
    s.decision_id
FROM chosen AS s
INNER JOIN r_unbound AS u ON u.citation_id = s.citation_id
INNER JOIN r_target AS t ON t.policy_id = s.policy_id
LEFT JOIN r_decided AS n ON n.citation_id = s.citation_id AND n.is_now
-- A document does not mean itself, whoever says so.
WHERE t.policy_id IS DISTINCT FROM u.policy_id;

UPDATE citation
SET
    bound_policy_id = b.bound_policy_id,
    binding_rule = b.binding_rule,
    binding_score = b.binding_score,
    bound_at = b.bound_at,
    decision_id = b.decision_id
FROM r_bound AS b
WHERE citation.citation_id = b.citation_id AND citation.known_to IS NULL;
