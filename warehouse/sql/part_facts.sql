-- Step part_facts: the policies of which a part may have a force of its own: another document repeals or suspends named
-- articles, or their own words name days for some.
-- In: r_policy, r_bound, r_citation_closed, r_merged, r_deed, r_force, r_effect, r_effect_before, r_ended_now, citation. Out: r_part (policies), r_part_act, r_part_before,
-- r_part_effect (empty, for the function).

CREATE OR REPLACE TEMP TABLE r_part AS
SELECT t.policy_id, max(t.touched_at) AS touched_at, bool_or(t.is_source) AS is_source
FROM (
    SELECT p.policy_id, p.version_from AS touched_at, p.version_cause = 'source' AS is_source
    FROM r_policy AS p
    WHERE
        p.has_changed
        AND (
            regexp_matches(p.effect, '第[^"]{1,8}条')
            OR p.policy_id IN (SELECT m.policy_id FROM measure_version AS m WHERE m.known_to IS NULL AND m.expiries <> '[]')
            OR p.policy_id IN (SELECT e.policy_id FROM measure_effect AS e WHERE e.known_to IS NULL)
            OR p.policy_id IN (SELECT c.bound_policy_id FROM citation AS c WHERE c.known_to IS NULL AND c.scope IS NOT NULL)
        )
    UNION ALL
    SELECT b.bound_policy_id, b.bound_at, b.bound_cause = 'source'
    FROM r_bound AS b
    INNER JOIN citation AS c ON c.citation_id = b.citation_id AND c.known_to IS NULL
    WHERE c.scope IS NOT NULL AND c.page_kind = 'policy'
    UNION ALL
    SELECT c.bound_policy_id, c.known_at, c.change_cause = 'source'
    FROM r_citation_closed AS c
    WHERE c.bound_policy_id IN (SELECT e.policy_id FROM measure_effect AS e WHERE e.known_to IS NULL)
    UNION ALL
    -- The days of a citing document may have moved.
    SELECT c.bound_policy_id, p.version_from, p.version_cause = 'source'
    FROM r_policy AS p
    INNER JOIN citation AS c ON c.policy_id = p.policy_id AND c.known_to IS NULL
    WHERE p.has_changed AND c.bound_policy_id IS NOT NULL AND c.scope IS NOT NULL AND c.page_kind = 'policy'
    UNION ALL
    SELECT m.other_policy_id, m.merged_at, FALSE FROM r_merged AS m
    UNION ALL
    -- The documents on parts of which it acts know it by another id.
    SELECT c.bound_policy_id, m.merged_at, FALSE
    FROM r_merged AS m
    INNER JOIN citation AS c ON c.policy_id = m.other_policy_id AND c.known_to IS NULL
    WHERE c.bound_policy_id IS NOT NULL AND c.scope IS NOT NULL AND c.page_kind = 'policy'
    UNION ALL
    -- Somebody ended the acting document before the day of its act, or no longer did.
    SELECT a.policy_id, f.touched_at, f.is_source
    FROM r_force AS f
    INNER JOIN r_deed AS a ON a.by_policy_id = f.policy_id
    LEFT JOIN (
        SELECT e.policy_id, max(e.in_force_to) AS in_force_to FROM r_effect_before AS e
        WHERE e.end_kind IN ('repealed', 'repealed_stated')
        GROUP BY e.policy_id
    ) AS e ON e.policy_id = f.policy_id
    LEFT JOIN r_ended_now AS n ON n.policy_id = f.policy_id
    WHERE a.scope IS NOT NULL AND is_void_act(e.in_force_to, a.day) <> is_void_act(n.in_force_to, a.day)
) AS t
GROUP BY t.policy_id;

CREATE OR REPLACE TEMP TABLE r_part_act AS
SELECT
    a.policy_id,
    a.by_policy_id,
    CASE WHEN a.relation = 'partially_repeals' THEN 'repeals' ELSE a.relation END AS relation,
    a.day,
    a.until,
    a.scope,
    a.bound_at,
    a.quote,
    a.bound_by,
    is_void_act(e.in_force_to, a.day) AS is_void
FROM r_deed AS a
INNER JOIN r_part AS f ON f.policy_id = a.policy_id
LEFT JOIN r_ended_now AS e ON e.policy_id = a.by_policy_id
WHERE a.scope IS NOT NULL AND a.relation IN ('repeals', 'partially_repeals', 'suspends')
QUALIFY row_number() OVER (
    PARTITION BY a.policy_id, a.by_policy_id, a.relation, a.day, a.until, a.scope ORDER BY a.known_from, a.citation_id
) = 1;

CREATE OR REPLACE TEMP TABLE r_part_before AS
SELECT e.*
FROM measure_effect AS e
INNER JOIN r_part AS f ON f.policy_id = e.policy_id
WHERE e.known_to IS NULL;

CREATE OR REPLACE TEMP TABLE r_part_effect AS
SELECT e.* EXCLUDE (known_from, known_to, change_cause) FROM measure_effect AS e LIMIT 0;
