-- Step retold: events that were known before are no news, whatever they are told as now.
-- In: load_known. Out: event, load_event_new.
UPDATE event SET is_late = k.is_late
FROM load_known AS k
WHERE event.event_id = k.event_id;

DELETE FROM load_event_new WHERE event_id IN (SELECT k.event_id FROM load_known AS k);
