-- Per policy of $policy_ids: the policies of $wanted that it names, or that name it.
SELECT DISTINCT c.policy_id, c.bound_policy_id AS touched
FROM citation AS c
WHERE
    c.known_to IS NULL
    AND c.policy_id IN (SELECT unnest(CAST($policy_ids AS VARCHAR[])))
    AND c.bound_policy_id IN (SELECT unnest(CAST($wanted AS VARCHAR[])))
UNION
SELECT DISTINCT c.bound_policy_id, c.policy_id
FROM citation AS c
WHERE
    c.known_to IS NULL
    AND c.bound_policy_id IN (SELECT unnest(CAST($policy_ids AS VARCHAR[])))
    AND c.policy_id IN (SELECT unnest(CAST($wanted AS VARCHAR[])))
ORDER BY ALL;
