-- The message about a hold is queued: it is a message by itself, and its delivery's event is the hold.
UPDATE delivery SET message_key = idempotency_key, message_kind = 'held'
WHERE event_id IN (SELECT unnest(CAST($hold_ids AS VARCHAR[]))) AND message_key IS NULL;

UPDATE hold SET is_told = TRUE WHERE hold_id IN (SELECT unnest(CAST($hold_ids AS VARCHAR[])));
