-- Days on which something begins or ends by what is known now, past and to come.
CREATE VIEW calendar AS
SELECT
    d.day,
    d.what,
    e.policy_id,
    v.number,
    v.title,
    v.issuers,
    v.source,
    v.url,
    CASE WHEN d.what IN ('commences', 'resumes') THEN e.start_rule ELSE e.end_kind END AS reason,
    CASE WHEN d.what IN ('commences', 'resumes') THEN e.start_quote ELSE e.end_quote END AS quote,
    e.is_approximate,
    e.disputed,
    e.known_from
FROM effect AS e
INNER JOIN policy_version AS v ON v.policy_id = e.policy_id AND v.known_to IS NULL
INNER JOIN (
    SELECT b.policy_id, b.interval_no, b.in_force_from AS day, CASE WHEN b.interval_no = 1 THEN 'commences' ELSE 'resumes' END AS what
    FROM effect AS b
    WHERE b.known_to IS NULL AND b.in_force_from IS NOT NULL
    UNION ALL
    SELECT
        b.policy_id,
        b.interval_no,
        CAST(b.in_force_to + INTERVAL 1 DAY AS DATE),
        CASE
            WHEN b.end_kind = 'suspended' THEN 'is suspended'
            WHEN b.end_kind IN ('term', 'extension', 'default_term') THEN 'expires'
            ELSE 'is repealed'
        END
    FROM effect AS b
    WHERE b.known_to IS NULL AND b.in_force_to IS NOT NULL
) AS d ON d.policy_id = e.policy_id AND d.interval_no = e.interval_no
WHERE e.known_to IS NULL;
