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
    CAST(v.status_since AT TIME ZONE coalesce(s.timezone, 'Asia/Shanghai') AS DATE) AS status_day
FROM policy_version AS v
INNER JOIN (SELECT r.policy_id FROM r_force AS r WHERE r.place BETWEEN $first AND $last) AS f ON f.policy_id = v.policy_id
LEFT JOIN source AS s ON s.source = v.source
WHERE v.known_to IS NULL
ORDER BY v.policy_id;
