-- All measures that the policies ever had of which a part may have a force of its own, with what they say of themselves now.
SELECT
    m.policy_id, m.measure_id, m.position, m.path, m.label, m.known_from, m.known_to, m.expiries, v.effect,
    coalesce(v.signed_date, v.published_date) AS issued_on
FROM measure_version AS m
INNER JOIN r_part AS f ON f.policy_id = m.policy_id
INNER JOIN policy_version AS v ON v.policy_id = m.policy_id AND v.known_to IS NULL
ORDER BY m.policy_id, m.position, m.known_from;
