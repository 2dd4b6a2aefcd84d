-- Step decided_none: nobody decided anything.
-- Out: r_decided, empty.
CREATE OR REPLACE TEMP TABLE r_decided AS
SELECT c.citation_id, d.decision_id, d.decided_at, d.action, FALSE AS is_now, c.bound_policy_id AS target_id
FROM citation AS c, decision AS d
LIMIT 0;
