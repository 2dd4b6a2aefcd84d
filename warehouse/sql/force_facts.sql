-- Step force_facts: all that bears on the force of the policies to be weighed, for the function that weighs it (force.py).
-- In: r_force, r_ended, citation, policy_version, effect, decision. Out: r_act (what other documents do to them), r_effect_before.

INSERT INTO r_act BY NAME
SELECT
    c.bound_policy_id AS policy_id,
    c.policy_id AS by_policy_id,
    c.relation,
    coalesce(c.starts_on, v.in_force_from, v.effective_date, v.signed_date, v.published_date, CAST(c.known_from AT TIME ZONE 'Asia/Shanghai' AS DATE))
        AS day,
    c.ends_on AS until,
    c.quote,
    coalesce(v.signed_date, v.published_date) AS issued_on,
    -- Somebody ended the document before its act was to take effect: nothing came of it.
    coalesce(e.in_force_to + 1 < day, FALSE) AS is_void,
    CASE WHEN d.decision_id IS NOT NULL THEN concat_ws(': ', d.person, d.reason) END AS bound_by
FROM citation AS c
INNER JOIN r_force AS f ON f.policy_id = c.bound_policy_id AND f.place IS NOT NULL
INNER JOIN policy_version AS v ON v.policy_id = c.policy_id AND v.known_to IS NULL
LEFT JOIN r_ended AS e ON e.policy_id = c.policy_id
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

INSERT INTO r_effect_before
SELECT e.*
FROM effect AS e
INNER JOIN r_force AS f ON f.policy_id = e.policy_id AND f.place IS NOT NULL
WHERE e.known_to IS NULL AND e.policy_id NOT IN (SELECT b.policy_id FROM r_effect_before AS b);
