-- Deliveries that are due at $now, each with its event; what turned out never to have happened is not told any more.
SELECT d.* EXCLUDE (event_id), e.*, v.issuers, v.topic, s.title AS source_title, s.last_good_at AS source_checked_at
FROM delivery AS d
INNER JOIN event AS e ON e.event_id = d.event_id
LEFT JOIN policy_version AS v ON v.policy_id = e.policy_id AND v.known_to IS NULL
LEFT JOIN source AS s ON s.source = e.source
WHERE d.status = 'pending' AND e.withdrawn_at IS NULL AND (d.next_attempt_at IS NULL OR d.next_attempt_at <= $now)
ORDER BY e.detected_at, e.event_id, d.subscription, d.channel, d.idempotency_key;
