-- Step outbox_carried: the alerts' state came from another warehouse. What that one did not have is no news.
-- In: carried (its event_id). Out: event_matched, delivery.
INSERT INTO event_matched
SELECT e.event_id
FROM event AS e
WHERE
    e.event_id NOT IN (SELECT c.event_id FROM carried AS c WHERE c.event_id IS NOT NULL)
    AND e.event_id NOT IN (SELECT m.event_id FROM event_matched AS m);

-- In older warehouses a delivery was a message of its own.
UPDATE delivery SET message_key = idempotency_key, message_kind = 'single' WHERE message_kind IS NULL AND status <> 'pending';
