-- Step force_follow: an act of a document that somebody ended before the day of the act is void. So where such an end came or
-- went, what do the documents that were just weighed act on?
-- In: r_force, r_ended, r_ended_now, r_deed. Out: r_follow (the policies to be weighed once more).

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
        AND is_void_act(e.in_force_to, a.day) <> is_void_act(n.in_force_to, a.day)
    GROUP BY a.policy_id
) AS t;
