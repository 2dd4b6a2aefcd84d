-- What other documents do to the touched policies.
SELECT a.policy_id, a.relation, a.day, a.quote, a.by_policy_id, a.until, a.bound_by
FROM r_act AS a
ORDER BY a.policy_id, a.day, a.by_policy_id, a.relation;
