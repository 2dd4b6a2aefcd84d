-- What other documents do to parts of the touched policies.
SELECT a.policy_id, a.by_policy_id, a.relation, a.day, a.until, a.scope, a.quote, a.bound_at, a.bound_by, a.is_void
FROM r_part_act AS a
ORDER BY a.policy_id, a.day, a.by_policy_id, a.relation, a.scope;
