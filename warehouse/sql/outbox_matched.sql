-- Note events as matched.
INSERT INTO event_matched
SELECT DISTINCT i.event_id
FROM unnest(CAST($event_ids AS VARCHAR[])) AS i(event_id)
WHERE i.event_id NOT IN (SELECT m.event_id FROM event_matched AS m);
