-- What the touched policies and their portals say of their force: those from the `first` to the `last` place.
SELECT
    v.policy_id,
    v.effect,
    v.effective_date,
    v.repealed_date,
    v.in_force_from,
    v.in_force_to,
    v.stated_status,
    v.status_raw,
    coalesce(v.signed_date, v.published_date) AS issued_on,
    CAST(v.status_since AT TIME ZONE coalesce(s.timezone, 'Asia/Shanghai') AS DATE) AS status_day,
    t.years AS default_years,
    t.rule AS default_rule
FROM policy_version AS v
INNER JOIN (SELECT r.policy_id FROM r_force AS r WHERE r.place BETWEEN $first AND $last) AS f ON f.policy_id = v.policy_id
LEFT JOIN source AS s ON s.source = v.source
-- Empty unless switched on. Orders (令) make rules, which have no term by default.
LEFT JOIN default_term AS t
    ON
        t.jurisdiction = s.jurisdiction
        AND coalesce(v.signed_date, v.published_date) >= t.issued_from
        AND (t.issued_to IS NULL OR coalesce(v.signed_date, v.published_date) <= t.issued_to)
        AND coalesce(list_bool_or([starts_with(i, t.issuers) FOR i IN v.issuers_norm]), FALSE)
        AND (len(t.title_has) = 0 OR list_bool_or([contains(v.title, w) FOR w IN t.title_has]))
        AND NOT coalesce(contains(v.number, '令'), FALSE)
WHERE v.known_to IS NULL
QUALIFY row_number() OVER (PARTITION BY v.policy_id ORDER BY t.rank) = 1
ORDER BY v.policy_id;
