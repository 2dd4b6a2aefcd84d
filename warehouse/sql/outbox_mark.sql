-- One more attempt at each message of $outcomes, with all its deliveries: it went out (no error), or it failed and is due again at
-- next_attempt_at, or is given up where that is null. Where $again, what is on record already is left as it is.
UPDATE delivery
SET
    status = CASE WHEN o.error IS NULL THEN 'sent' WHEN o.next_attempt_at IS NULL THEN 'failed' ELSE 'pending' END,
    attempts = delivery.attempts + 1,
    last_error = coalesce(o.error, delivery.last_error),
    sent_at = CASE WHEN o.error IS NULL THEN o.attempted_at END,
    last_attempt_at = o.attempted_at,
    next_attempt_at = o.next_attempt_at
FROM (
    SELECT unnest(CAST($outcomes AS STRUCT(
        message_key VARCHAR,
        attempted_at TIMESTAMPTZ,
        error VARCHAR,
        next_attempt_at TIMESTAMPTZ
    )[]), recursive := true)
) AS o
WHERE
    delivery.message_key = o.message_key AND delivery.status = 'pending'
    AND NOT (CAST($again AS BOOLEAN) AND delivery.last_attempt_at IS NOT DISTINCT FROM o.attempted_at);
