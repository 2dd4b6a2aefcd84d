-- Events that are news and that no matching has seen, oldest first, with what subscriptions choose by and how fresh their source is.
SELECT e.*, v.issuers, v.topic, s.title AS source_title, s.last_good_at AS source_checked_at
FROM event AS e
LEFT JOIN policy_version AS v ON v.policy_id = e.policy_id AND v.known_to IS NULL
LEFT JOIN source AS s ON s.source = e.source
WHERE
    NOT coalesce(e.is_late, FALSE) AND e.withdrawn_at IS NULL
    AND e.event_id NOT IN (SELECT m.event_id FROM event_matched AS m)
ORDER BY e.detected_at, e.event_id;
