-- Step bind_none: nothing to bind.
-- Out: r_bound, empty.
CREATE OR REPLACE TEMP TABLE r_bound AS
SELECT
    c.citation_id, c.bound_policy_id, c.binding_rule, c.binding_score, c.bound_at, c.change_cause AS bound_cause, FALSE AS is_new,
    c.decision_id
FROM citation AS c
LIMIT 0;
