-- Step force_follow: an act of a document that somebody ended before the day of the act is void. So where such an end came or
-- went, what do the documents that were just weighed act on?
-- In: r_force, r_effect, r_ended, r_deed. Out: r_ended_now, r_follow (the policies to be weighed once more).

CREATE OR REPLACE TEMP TABLE r_ended_now AS
SELECT e.policy_id, e.in_force_to FROM r_ended AS e WHERE e.policy_id NOT IN (SELECT n.policy_id FROM r_effect AS n)
UNION ALL
SELECT n.policy_id, max(n.in_force_to) AS in_force_to
FROM r_effect AS n
WHERE n.end_kind IN ('repealed', 'repealed_stated')
GROUP BY n.policy_id;

CREATE OR REPLACE TEMP TABLE r_follow AS
SELECT t.*, row_number() OVER () - 1 AS place
FROM (
    SELECT a.policy_id, max(f.touched_at) AS touched_at, bool_or(f.is_source) AS is_source
    FROM r_force AS f
    INNER JOIN r_deed AS a ON a.by_policy_id = f.policy_id
    LEFT JOIN r_ended AS e ON e.policy_id = f.policy_id
    LEFT JOIN r_ended_now AS n ON n.policy_id = f.policy_id
    WHERE
        f.place IS NOT NULL AND a.is_whole
        AND coalesce(e.in_force_to + 1 < a.day, FALSE) <> coalesce(n.in_force_to + 1 < a.day, FALSE)
    GROUP BY a.policy_id
) AS t;
