-- One more attempt at the message, and it failed; due again at $next, or given up where that is null.
UPDATE delivery
SET
    status = CASE WHEN CAST($next AS TIMESTAMPTZ) IS NULL THEN 'failed' ELSE 'pending' END,
    attempts = attempts + 1,
    last_error = $error,
    last_attempt_at = $at,
    next_attempt_at = $next
WHERE message_key = $key AND status = 'pending';
