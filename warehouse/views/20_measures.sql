-- The numbered clauses of the policies as they stand now, with the document that they stand in.
CREATE VIEW measures AS
SELECT
    m.measure_id,
    m.policy_id,
    v.number,
    v.title,
    v.source,
    m.position,
    m.path,
    m.label,
    m.heading,
    m.text,
    m.level,
    m.bodies,
    m.amounts,
    m.targets,
    m.expiries,
    m.known_from,
    p.in_force_from,
    p.in_force_to,
    p.end_kind,
    p.end_quote,
    p.end_policy_id
FROM measure_version AS m
INNER JOIN policy_version AS v ON v.policy_id = m.policy_id AND v.known_to IS NULL
LEFT JOIN measure_effect AS p ON p.measure_id = m.measure_id AND p.known_to IS NULL
WHERE m.known_to IS NULL;
