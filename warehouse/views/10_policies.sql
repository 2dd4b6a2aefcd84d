-- What is held true now, one row per policy. The status is that of today in the portals' zone; `status_of` asks for any day.
CREATE VIEW policies AS
WITH last_interval AS (
    SELECT
        e.*,
        first_value(e.in_force_from) OVER (PARTITION BY e.policy_id ORDER BY e.interval_no) AS first_day,
        bool_or(
            e.in_force_from <= t.today AND (e.in_force_to IS NULL OR t.today <= e.in_force_to)
            OR (e.in_force_from IS NULL AND e.stated_on <= t.today AND (e.in_force_to IS NULL OR t.today <= e.in_force_to))
        ) OVER (PARTITION BY e.policy_id) AS is_in_force,
        t.today
    FROM effect AS e
    CROSS JOIN (SELECT CAST(now() AT TIME ZONE 'Asia/Shanghai' AS DATE) AS today) AS t
    WHERE e.known_to IS NULL
    QUALIFY row_number() OVER (PARTITION BY e.policy_id ORDER BY e.interval_no DESC) = 1
)
SELECT
    v.policy_id,
    v.number,
    v.title,
    v.instrument_title,
    v.issuers,
    v.joint_issuers,
    v.source,
    v.authority,
    v.url,
    v.topic,
    v.index_number,
    v.signed_date,
    v.published_date,
    v.effective_date,
    v.repealed_date,
    CASE
        WHEN e.is_in_force THEN 'in_force'
        WHEN e.first_day > e.today THEN 'not_yet_in_force'
        WHEN e.in_force_to < e.today AND e.end_kind IN ('term', 'extension') THEN 'expired'
        WHEN e.in_force_to < e.today AND e.end_kind IN ('repealed', 'repealed_stated') THEN 'repealed'
        WHEN e.in_force_to < e.today AND e.end_kind = 'suspended' THEN 'suspended'
        WHEN e.in_force_to < e.today AND v.stated_status = 'repealed' THEN 'repealed'
        WHEN e.in_force_to < e.today THEN 'not_in_force'
        WHEN e.in_force_from > e.today THEN 'suspended'
        ELSE 'unknown'
    END AS status,
    e.first_day AS in_force_from,
    e.in_force_to,
    e.start_rule,
    e.start_quote,
    e.end_kind,
    e.end_quote,
    e.end_policy_id,
    e.is_approximate,
    e.disputed,
    v.stated_status,
    v.status_raw,
    p.known_from AS first_known_at,
    v.known_from,
    v.number_raw,
    v.issuers_raw,
    v.signed_date_raw,
    v.published_date_raw,
    v.effective_date_raw,
    v.repealed_date_raw,
    v.attachments,
    v.evidence,
    v.language,
    v.text_hash
FROM policy_version AS v
INNER JOIN policy AS p ON p.policy_id = v.policy_id
LEFT JOIN last_interval AS e ON e.policy_id = v.policy_id
WHERE v.known_to IS NULL;
