-- One more attempt, and it went out.
UPDATE delivery
SET status = 'sent', attempts = attempts + 1, sent_at = $at, last_attempt_at = $at, next_attempt_at = NULL
WHERE idempotency_key = $key;
