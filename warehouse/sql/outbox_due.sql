-- The $most messages that go out next of those that are due at $now: oldest event first. What turned out never to have happened
-- is not told any more; who is in quiet hours ($quiet, subscriptions) waits, and what is for a target that is down ($down, as
-- subscription/channel).
WITH due AS (
    SELECT
        d.message_key,
        any_value(d.message_kind) AS message_kind,
        any_value(d.subscription) AS subscription,
        any_value(d.channel) AS channel,
        count(*) AS events,
        max(d.attempts) AS attempts,
        min(coalesce(e.detected_at, d.queued_at)) AS first_at,
        min(d.event_id) AS first_event
    FROM delivery AS d
    LEFT JOIN event AS e ON e.event_id = d.event_id
    WHERE
        d.status = 'pending' AND d.message_key IS NOT NULL
        AND (d.next_attempt_at IS NULL OR d.next_attempt_at <= CAST($now AS TIMESTAMPTZ))
        AND (d.message_kind = 'held' OR (e.event_id IS NOT NULL AND e.withdrawn_at IS NULL))
        AND d.subscription NOT IN (SELECT unnest(CAST($quiet AS VARCHAR[])))
        AND d.subscription || '/' || d.channel NOT IN (SELECT unnest(CAST($down AS VARCHAR[])))
    GROUP BY d.message_key
)
SELECT d.*
FROM due AS d
ORDER BY d.first_at, d.first_event, d.subscription, d.channel, d.message_key
LIMIT CAST($most AS BIGINT);
