-- Step force_facts: all that bears on the force of the policies to be weighed, for the function that weighs it (force.py).
-- In: r_force, r_ended, r_deed, effect. Out: r_act (what other documents do to them), r_effect_before.

INSERT INTO r_act BY NAME
SELECT
    a.policy_id,
    a.by_policy_id,
    a.relation,
    a.day,
    a.until,
    a.quote,
    -- Somebody ended the document before its act was to take effect: nothing came of it.
    is_void_act(e.in_force_to, a.day) AS is_void,
    a.bound_by
FROM r_deed AS a
INNER JOIN r_force AS f ON f.policy_id = a.policy_id AND f.place IS NOT NULL
LEFT JOIN r_ended AS e ON e.policy_id = a.by_policy_id
WHERE a.is_whole
-- Mirrors and reposts of the citing document say the same thing again.
QUALIFY row_number() OVER (
    PARTITION BY a.policy_id, a.by_policy_id, a.relation, a.day, a.until ORDER BY a.known_from, a.citation_id
) = 1;

INSERT INTO r_effect_before
WITH standing AS MATERIALIZED (
    SELECT e.rowid AS place
    FROM effect AS e
    WHERE
        e.known_to IS NULL
        AND e.policy_id IN (
            SELECT f.policy_id FROM r_force AS f WHERE f.place IS NOT NULL EXCEPT SELECT b.policy_id FROM r_effect_before AS b
        )
)
SELECT e.*
FROM standing AS s
INNER JOIN effect AS e ON e.rowid = s.place;
