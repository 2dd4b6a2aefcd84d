-- The events of messages $keys, at most $most of each, those of one policy together, the policy that was heard of first before.
WITH member AS (
    SELECT d.message_key, e.event_id, e.detected_at, coalesce(e.policy_id, e.event_id) AS policy
    FROM delivery AS d
    INNER JOIN event AS e ON e.event_id = d.event_id
    WHERE d.status = 'pending' AND e.withdrawn_at IS NULL AND d.message_key IN (SELECT unnest(CAST($keys AS VARCHAR[])))
),
first_heard AS (
    SELECT m.message_key, m.policy, min(m.detected_at) AS first_at FROM member AS m GROUP BY m.message_key, m.policy
),
ranked AS (
    SELECT
        m.message_key,
        m.event_id,
        row_number() OVER (PARTITION BY m.message_key ORDER BY f.first_at, m.policy, m.detected_at, m.event_id) AS place
    FROM member AS m
    INNER JOIN first_heard AS f ON f.message_key = m.message_key AND f.policy = m.policy
)
SELECT r.message_key, e.*, v.issuers, v.topic, s.title AS source_title, s.jurisdiction, s.last_good_at AS source_checked_at
FROM ranked AS r
INNER JOIN event AS e ON e.event_id = r.event_id
LEFT JOIN policy_version AS v ON v.policy_id = e.policy_id AND v.known_to IS NULL
LEFT JOIN source AS s ON s.source = e.source
WHERE r.place <= CAST($most AS BIGINT)
ORDER BY r.message_key, r.place;
