-- Step identity_none: no page of this round carries a policy that is not known.
-- Out: r_new_policy, empty.
CREATE OR REPLACE TEMP TABLE r_new_policy AS
SELECT p.policy_id FROM policy AS p LIMIT 0;
