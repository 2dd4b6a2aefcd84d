-- The next $most due deliveries to $places, which machines read at once: each is a message of its own.
UPDATE delivery
SET message_key = d.idempotency_key, message_kind = 'single'
FROM (
    SELECT w.idempotency_key
    FROM delivery AS w
    INNER JOIN event AS e ON e.event_id = w.event_id
    WHERE
        w.status = 'pending' AND w.message_key IS NULL AND e.withdrawn_at IS NULL
        AND w.subscription || '/' || w.channel IN (SELECT unnest(CAST($places AS VARCHAR[])))
        AND (w.next_attempt_at IS NULL OR w.next_attempt_at <= CAST($now AS TIMESTAMPTZ))
    LIMIT CAST($most AS BIGINT)
) AS d
WHERE delivery.idempotency_key = d.idempotency_key;
