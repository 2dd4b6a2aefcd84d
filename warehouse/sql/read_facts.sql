-- What the touched policies and their portals say of their force: those from the `first` to the `last` place.
WITH asked AS (
    SELECT f.policy_id FROM r_force AS f WHERE f.place BETWEEN $first AND $last
),
-- What this round changed is at hand.
spoken AS (
    SELECT p.* FROM r_policy AS p WHERE p.has_changed AND p.policy_id IN (SELECT a.policy_id FROM asked AS a)
    UNION ALL BY NAME
    SELECT v.* FROM policy_version AS v
    WHERE
        v.known_to IS NULL
        AND v.policy_id IN (SELECT a.policy_id FROM asked AS a EXCEPT SELECT p.policy_id FROM r_policy AS p WHERE p.has_changed)
)
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
FROM spoken AS v
LEFT JOIN source AS s ON s.source = v.source
ORDER BY v.policy_id;
