-- One more attempt at the message, and it went out with all its deliveries.
UPDATE delivery
SET status = 'sent', attempts = attempts + 1, sent_at = $at, last_attempt_at = $at, next_attempt_at = NULL
WHERE message_key = $key AND status = 'pending';
