-- The measures of the policies whose clauses differ now, as they were.
SELECT m.policy_id, m.measure_id, m.position, m.path, m.heading, m.text
FROM r_measure_before AS m
ORDER BY m.policy_id, m.position;
