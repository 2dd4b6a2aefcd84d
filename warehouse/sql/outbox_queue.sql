-- Queue one delivery, unless its key is there.
INSERT INTO delivery BY NAME
SELECT
    $idempotency_key AS idempotency_key,
    $event_id AS event_id,
    $subscription AS subscription,
    $channel AS channel,
    'pending' AS status,
    0 AS attempts,
    CAST($queued_at AS TIMESTAMPTZ) AS queued_at,
    CAST($next_attempt_at AS TIMESTAMPTZ) AS next_attempt_at
WHERE $idempotency_key NOT IN (SELECT d.idempotency_key FROM delivery AS d);
