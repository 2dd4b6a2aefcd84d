-- Queue what was computed, each delivery unless its key is there; a key that is given twice counts once.
-- In: computed. Out: delivery.
INSERT INTO delivery BY NAME
SELECT
    g.idempotency_key,
    any_value(g.event_id) AS event_id,
    any_value(g.subscription) AS subscription,
    any_value(g.channel) AS channel,
    'pending' AS status,
    0 AS attempts,
    any_value(g.queued_at) AS queued_at,
    any_value(g.next_attempt_at) AS next_attempt_at
FROM computed AS g
WHERE g.idempotency_key NOT IN (SELECT d.idempotency_key FROM delivery AS d)
GROUP BY g.idempotency_key;
