-- The first $most events of hold $hold_id, those of one policy together.
WITH held AS (
    SELECT e.event_id, coalesce(e.policy_id, e.event_id) AS policy, e.detected_at
    FROM held_event AS h
    INNER JOIN event AS e ON e.event_id = h.event_id
    WHERE h.hold_id = $hold_id AND e.withdrawn_at IS NULL
    ORDER BY policy, e.detected_at, e.event_id
    LIMIT CAST($most AS BIGINT)
)
SELECT e.*, v.issuers, v.topic, s.title AS source_title, s.jurisdiction, s.last_good_at AS source_checked_at
FROM held AS h
INNER JOIN event AS e ON e.event_id = h.event_id
LEFT JOIN policy_version AS v ON v.policy_id = e.policy_id AND v.known_to IS NULL
LEFT JOIN source AS s ON s.source = e.source
ORDER BY h.policy, h.detected_at, h.event_id;
