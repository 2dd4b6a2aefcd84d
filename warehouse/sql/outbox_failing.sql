-- Messages that were given up or, with $waiting, those that failed and will be tried again; the latest attempt first, each
-- with the first of its events as an example.
SELECT
    d.message_key,
    any_value(d.subscription) AS subscription,
    any_value(d.channel) AS channel,
    any_value(d.message_kind) AS message_kind,
    count(*) AS events,
    max(d.attempts) AS attempts,
    min(d.queued_at) AS queued_at,
    max(d.last_attempt_at) AS failed_at,
    max(d.next_attempt_at) AS next_attempt_at,
    max(d.last_error) AS error,
    min_by(e.kind, e.detected_at) AS kind,
    min_by(e.title, e.detected_at) AS title
FROM delivery AS d
LEFT JOIN event AS e ON e.event_id = d.event_id
WHERE d.status = CASE WHEN CAST($waiting AS BOOLEAN) THEN 'pending' ELSE 'failed' END AND d.attempts > 0
GROUP BY d.message_key
ORDER BY failed_at DESC, queued_at, d.message_key;
