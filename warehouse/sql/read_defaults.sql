-- The term that a rule gives to the touched policies, where one does. Orders (令) make rules, which have no term by default.
SELECT v.policy_id, t.years, t.rule
FROM policy_version AS v
INNER JOIN r_force AS f ON f.policy_id = v.policy_id
INNER JOIN source AS s ON s.source = v.source
INNER JOIN default_term AS t
    ON
        t.jurisdiction = s.jurisdiction
        AND coalesce(v.signed_date, v.published_date) >= t.issued_from
        AND (t.issued_to IS NULL OR coalesce(v.signed_date, v.published_date) <= t.issued_to)
        AND coalesce(list_bool_or([starts_with(i, t.issuers) FOR i IN v.issuers_norm]), FALSE)
        AND (len(t.title_has) = 0 OR list_bool_or([contains(v.title, w) FOR w IN t.title_has]))
        AND NOT coalesce(contains(v.number, '令'), FALSE)
WHERE v.known_to IS NULL
QUALIFY row_number() OVER (PARTITION BY v.policy_id ORDER BY t.rank) = 1;
