-- Step force_ended: what somebody ended, by what was just weighed, else by what was held true.
-- In: r_ended, r_effect. Out: r_ended_now.

CREATE OR REPLACE TEMP TABLE r_ended_now AS
SELECT e.policy_id, e.in_force_to FROM r_ended AS e WHERE e.policy_id NOT IN (SELECT n.policy_id FROM r_effect AS n)
UNION ALL
SELECT n.policy_id, max(n.in_force_to) AS in_force_to
FROM r_effect AS n
WHERE n.end_kind IN ('repealed', 'repealed_stated')
GROUP BY n.policy_id;
