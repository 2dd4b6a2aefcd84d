-- The clauses that are to be matched with the measures before.
SELECT c.policy_id, epoch_us(c.version_from) AS instant, c.position, c.path, c.heading, c.text
FROM r_clause AS c
ORDER BY c.policy_id, c.position;
