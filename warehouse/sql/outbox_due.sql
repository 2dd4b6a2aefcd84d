-- Messages that go out next, of those that are due at $now: those with the oldest $most deliveries, the oldest event first. What
-- turned out never to have happened is not told any more; who is in quiet hours ($quiet, subscriptions) waits, and what is for a
-- target that is down ($down, as subscription/channel).
WITH oldest AS MATERIALIZED (
    SELECT d.message_key
    FROM delivery AS d
    LEFT JOIN event AS e ON e.event_id = d.event_id
    WHERE
        d.status = 'pending' AND d.message_key IS NOT NULL
        AND (d.next_attempt_at IS NULL OR d.next_attempt_at <= CAST($now AS TIMESTAMPTZ))
        AND (d.message_kind = 'held' OR (e.event_id IS NOT NULL AND e.withdrawn_at IS NULL))
        AND d.subscription NOT IN (SELECT unnest(CAST($quiet AS VARCHAR[])))
        AND d.subscription || '/' || d.channel NOT IN (SELECT unnest(CAST($down AS VARCHAR[])))
    ORDER BY coalesce(e.detected_at, d.queued_at), d.event_id, d.subscription, d.channel, d.message_key
    LIMIT CAST($most AS BIGINT)
),
-- Only these are put together: of a hundred thousand that wait, it would take much memory for nothing.
delivered AS MATERIALIZED (
    SELECT d.* FROM delivery AS d
    WHERE d.status = 'pending' AND d.message_key IN (SELECT o.message_key FROM oldest AS o)
),
heard AS MATERIALIZED (
    SELECT e.event_id, e.detected_at FROM event AS e
    WHERE e.withdrawn_at IS NULL AND e.event_id IN (SELECT d.event_id FROM delivered AS d)
)
SELECT
    d.message_key,
    any_value(d.message_kind) AS message_kind,
    any_value(d.subscription) AS subscription,
    any_value(d.channel) AS channel,
    count(*) AS events,
    max(d.attempts) AS attempts,
    min(coalesce(h.detected_at, d.queued_at)) AS first_at,
    min(d.event_id) AS first_event
FROM delivered AS d
LEFT JOIN heard AS h ON h.event_id = d.event_id
WHERE
    (d.next_attempt_at IS NULL OR d.next_attempt_at <= CAST($now AS TIMESTAMPTZ))
    AND (d.message_kind = 'held' OR h.event_id IS NOT NULL)
GROUP BY d.message_key
ORDER BY first_at, first_event, subscription, channel, d.message_key;
