-- The same policies' measures, as they are.
SELECT m.policy_id, m.measure_id, m.position, m.path, m.heading, m.text
FROM r_measure_now AS m
ORDER BY m.policy_id, m.position;
