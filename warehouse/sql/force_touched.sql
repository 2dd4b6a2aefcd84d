-- Step force_touched: the policies whose force may be another than before.
-- In: r_policy, r_bound, r_citation_closed, r_merged, citation. Out: r_force (policy_id, touched_at, is_source,
-- place: from 0 on for those to be weighed), r_ended (policies that somebody ended), r_act, r_effect_before, r_effect: all empty.

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

CREATE OR REPLACE TEMP TABLE r_ended AS
SELECT e.policy_id, max(e.in_force_to) AS in_force_to
FROM effect AS e
WHERE e.known_to IS NULL AND e.end_kind IN ('repealed', 'repealed_stated')
GROUP BY e.policy_id;

CREATE OR REPLACE TEMP TABLE r_act (
    policy_id VARCHAR,
    by_policy_id VARCHAR,
    relation VARCHAR,
    day DATE,
    until DATE,
    quote VARCHAR,
    is_void BOOLEAN,
    bound_by VARCHAR
);

CREATE OR REPLACE TEMP TABLE r_effect_before AS
SELECT e.* FROM effect AS e LIMIT 0;

-- Filled by the function.
CREATE OR REPLACE TEMP TABLE r_effect AS
SELECT e.* EXCLUDE (known_from, known_to, change_cause) FROM effect AS e LIMIT 0;
