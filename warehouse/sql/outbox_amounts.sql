-- Per policy of $policy_ids: the largest sum of money, in yuan, that a measure of its present text names.
SELECT m.policy_id, max(CAST(json_extract_string(a.amount, '$.value') AS DOUBLE)) AS amount
FROM measure_version AS m, unnest(CAST(m.amounts AS JSON[])) AS a(amount)
WHERE
    m.known_to IS NULL AND m.amounts IS NOT NULL
    AND m.policy_id IN (SELECT unnest(CAST($policy_ids AS VARCHAR[])))
    AND json_extract_string(a.amount, '$.unit') = 'CNY'
GROUP BY m.policy_id
ORDER BY m.policy_id;
