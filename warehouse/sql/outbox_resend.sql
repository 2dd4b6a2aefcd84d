-- Messages $keys that were given up are due again at $at, under their old keys: a receiver that had one after all knows it.
UPDATE delivery
SET status = 'pending', attempts = 0, next_attempt_at = CAST($at AS TIMESTAMPTZ)
WHERE status = 'failed' AND message_key IN (SELECT unnest(CAST($keys AS VARCHAR[])));
