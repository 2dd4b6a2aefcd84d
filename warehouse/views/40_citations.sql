-- Who names whom: every citation that stands now, bound to a policy or not yet.
CREATE VIEW citations AS
SELECT
    c.citation_id,
    c.policy_id,
    v.number AS citing_number,
    coalesce(v.title, w.title) AS citing_title,
    c.page_id,
    c.page_kind,
    w.url,
    c.relation,
    c.title,
    c.number,
    c.number_raw,
    c.quote,
    c.starts_on,
    c.ends_on,
    c.scope,
    c.bound_policy_id,
    t.number AS bound_number,
    t.title AS bound_title,
    c.binding_rule,
    c.binding_score,
    c.bound_at,
    c.known_from
FROM citation AS c
LEFT JOIN policy_version AS v ON v.policy_id = c.policy_id AND v.known_to IS NULL
LEFT JOIN page_version AS w ON w.page_id = c.page_id AND w.known_to IS NULL
LEFT JOIN policy_version AS t ON t.policy_id = c.bound_policy_id AND t.known_to IS NULL
WHERE c.known_to IS NULL;
