-- Step force_facts: all that bears on the force of the touched policies, for the function that weighs it (force.py).
-- In: r_policy, r_bound, r_citation_closed. Out: r_force (policies), r_act (what other documents do to them), r_effect_before.

CREATE OR REPLACE TEMP TABLE r_force AS
SELECT
    t.policy_id,
    max(t.touched_at) AS touched_at,
    -- That two policies are one is nobody's act.
    bool_or(t.is_source) AND t.policy_id NOT IN (SELECT m.other_policy_id FROM r_merged AS m) AS is_source,
    row_number() OVER () - 1 AS place
FROM (
    -- Another page speaking for the policy is no act of anybody.
    SELECT p.policy_id, p.version_from AS touched_at, p.version_cause = 'source' AND NOT p.has_new_winner AS is_source
    FROM r_policy AS p
    WHERE p.has_changed
    UNION ALL
    SELECT b.bound_policy_id, b.bound_at, b.bound_cause = 'source'
    FROM r_bound AS b
    INNER JOIN citation AS c ON c.citation_id = b.citation_id AND c.known_to IS NULL
    WHERE c.relation IN ('repeals', 'extends', 'suspends') AND c.page_kind = 'policy'
    UNION ALL
    SELECT c.bound_policy_id, c.known_at, c.change_cause = 'source'
    FROM r_citation_closed AS c
    WHERE c.bound_policy_id IS NOT NULL AND c.relation IN ('repeals', 'extends', 'suspends')
    UNION ALL
    -- The days of a citing document may have moved.
    SELECT c.bound_policy_id, p.version_from, p.version_cause = 'source' AND NOT p.has_new_winner
    FROM r_policy AS p
    INNER JOIN citation AS c ON c.policy_id = p.policy_id AND c.known_to IS NULL
    WHERE
        p.has_changed AND c.bound_policy_id IS NOT NULL AND c.page_kind = 'policy'
        AND c.relation IN ('repeals', 'extends', 'suspends')
    UNION ALL
    SELECT m.other_policy_id, m.merged_at, FALSE FROM r_merged AS m
    UNION ALL
    -- The documents that it acts on know it by another id.
    SELECT c.bound_policy_id, m.merged_at, FALSE
    FROM r_merged AS m
    INNER JOIN citation AS c ON c.policy_id = m.other_policy_id AND c.known_to IS NULL
    WHERE c.bound_policy_id IS NOT NULL AND c.page_kind = 'policy' AND c.relation IN ('repeals', 'extends', 'suspends')
) AS t
GROUP BY t.policy_id;

CREATE OR REPLACE TEMP TABLE r_act AS
SELECT
    c.bound_policy_id AS policy_id,
    c.policy_id AS by_policy_id,
    c.relation,
    coalesce(c.starts_on, v.in_force_from, v.effective_date, v.signed_date, v.published_date, CAST(c.known_from AT TIME ZONE 'Asia/Shanghai' AS DATE))
        AS day,
    c.ends_on AS until,
    c.quote,
    coalesce(v.signed_date, v.published_date) AS issued_on,
    CASE WHEN d.decision_id IS NOT NULL THEN concat_ws(': ', d.person, d.reason) END AS bound_by
FROM citation AS c
INNER JOIN r_force AS f ON f.policy_id = c.bound_policy_id
INNER JOIN policy_version AS v ON v.policy_id = c.policy_id AND v.known_to IS NULL
LEFT JOIN decision AS d ON d.decision_id = c.decision_id
WHERE
    c.known_to IS NULL
    AND c.page_kind = 'policy'
    AND c.policy_id <> c.bound_policy_id
    -- What is ended or suspended in part still holds.
    AND (c.relation = 'extends' OR (c.relation IN ('repeals', 'suspends') AND c.scope IS NULL))
-- Mirrors and reposts of the citing document say the same thing again.
QUALIFY row_number() OVER (
    PARTITION BY c.bound_policy_id, c.policy_id, c.relation, day, c.ends_on ORDER BY c.known_from, c.citation_id
) = 1;

CREATE OR REPLACE TEMP TABLE r_effect_before AS
SELECT e.*
FROM effect AS e
INNER JOIN r_force AS f ON f.policy_id = e.policy_id
WHERE e.known_to IS NULL;

-- Filled by the function.
CREATE OR REPLACE TEMP TABLE r_effect AS
SELECT e.* EXCLUDE (known_from, known_to, change_cause) FROM effect AS e LIMIT 0;
