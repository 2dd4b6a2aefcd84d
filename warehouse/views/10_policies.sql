-- The force of every policy on a legal day, as far as was known at an instant. The one place that makes a status.
CREATE MACRO force_on(on_date, as_known_at := NULL) AS TABLE
WITH asked AS (
    SELECT CAST(on_date AS DATE) AS day, known_at(as_known_at) AS instant
),
held AS (
    SELECT
        e.policy_id,
        a.day,
        a.instant,
        bool_or(
            coalesce(e.in_force_from, e.stated_on) <= a.day AND (e.in_force_to IS NULL OR a.day <= e.in_force_to)
        ) AS is_in_force,
        arg_min(e, e.interval_no) AS first_interval,
        arg_max(e, e.interval_no) AS last_interval
    FROM effect AS e
    CROSS JOIN asked AS a
    WHERE e.known_from <= a.instant AND (e.known_to IS NULL OR e.known_to > a.instant)
    GROUP BY e.policy_id, a.day, a.instant
)
SELECT
    h.policy_id,
    CASE
        WHEN h.is_in_force THEN 'in_force'
        WHEN h.first_interval.in_force_from > h.day THEN 'not_yet_in_force'
        WHEN h.last_interval.in_force_to < h.day
            THEN CASE
                WHEN h.last_interval.end_kind IN ('term', 'extension', 'default_term') THEN 'expired'
                WHEN h.last_interval.end_kind IN ('repealed', 'repealed_stated') THEN 'repealed'
                WHEN h.last_interval.end_kind = 'suspended' THEN 'suspended'
                WHEN v.stated_status = 'repealed' THEN 'repealed'
                ELSE 'not_in_force'
            END
        WHEN h.last_interval.in_force_from > h.day THEN 'suspended'
        ELSE 'unknown'
    END AS status,
    h.first_interval.in_force_from AS in_force_from,
    h.last_interval.in_force_to AS in_force_to,
    h.last_interval.start_rule AS start_rule,
    h.last_interval.start_quote AS start_quote,
    h.last_interval.end_kind AS end_kind,
    h.last_interval.end_quote AS end_quote,
    h.last_interval.end_policy_id AS end_policy_id,
    h.last_interval.is_approximate AS is_approximate,
    h.last_interval.disputed AS disputed,
    h.last_interval.evidence AS evidence,
    h.last_interval.known_from AS known_from
FROM held AS h
LEFT JOIN policy_version AS v
    ON
        v.policy_id = h.policy_id AND v.known_from <= h.instant
        AND (v.known_to IS NULL OR v.known_to > h.instant);

-- Every policy known at an instant, with its force on a day: `policies`, asked of any day and of any state of knowledge.
CREATE MACRO policies_on(on_date, as_known_at := NULL) AS TABLE
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
    coalesce(f.status, 'unknown') AS status,
    f.in_force_from,
    f.in_force_to,
    f.start_rule,
    f.start_quote,
    f.end_kind,
    f.end_quote,
    f.end_policy_id,
    f.is_approximate,
    f.disputed,
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
LEFT JOIN force_on(on_date, as_known_at := as_known_at) AS f ON f.policy_id = v.policy_id
WHERE
    v.known_from <= known_at(as_known_at)
    AND (v.known_to IS NULL OR v.known_to > known_at(as_known_at));

-- What is held true now, one row per policy, with the status of the present day in the portals' zone.
CREATE VIEW policies AS
SELECT p.*
FROM policies_on(present_day(), as_known_at := TIMESTAMPTZ 'infinity') AS p;
