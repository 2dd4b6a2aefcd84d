-- What other documents do to the touched policies.
SELECT a.policy_id, a.relation, a.day, a.quote, a.by_policy_id, a.until, a.bound_by, a.is_void
FROM r_act AS a
INNER JOIN r_force AS f ON f.policy_id = a.policy_id AND f.place IS NOT NULL
ORDER BY a.policy_id, a.day, a.by_policy_id, a.relation;
