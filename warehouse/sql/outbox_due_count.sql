-- How many messages are due at $now, but for the subscriptions of $quiet; by the same rule as outbox_due.sql.
SELECT count(DISTINCT d.message_key) AS messages
FROM delivery AS d
LEFT JOIN event AS e ON e.event_id = d.event_id
WHERE
    d.status = 'pending' AND d.message_key IS NOT NULL
    AND (d.next_attempt_at IS NULL OR d.next_attempt_at <= CAST($now AS TIMESTAMPTZ))
    AND (d.message_kind = 'held' OR (e.event_id IS NOT NULL AND e.withdrawn_at IS NULL))
    AND d.subscription NOT IN (SELECT unnest(CAST($quiet AS VARCHAR[])));
