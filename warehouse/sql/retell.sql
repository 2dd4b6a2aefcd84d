-- Step retell: events told anew. One that comes out again stays what it was told as; one that does not is kept and marked as
-- withdrawn; a new one is appended with the others.
-- In: load_told (as load_event), load_held (event_id, is_late), load_run. Out: event, load_event, load_known.

CREATE OR REPLACE TEMP TABLE load_told_id AS
SELECT DISTINCT 'ev_' || substr(sha256(t.kind || '|' || t.fact), 1, 16) AS event_id FROM load_told AS t;

UPDATE event SET withdrawn_at = coalesce((SELECT l.finished_at FROM load_run AS l), (SELECT max(c.now) FROM calendar_run AS c))
WHERE
    event_id IN (SELECT h.event_id FROM load_held AS h) AND withdrawn_at IS NULL
    AND event_id NOT IN (SELECT t.event_id FROM load_told_id AS t);

INSERT INTO load_known
SELECT h.event_id, h.is_late FROM load_held AS h WHERE h.event_id IN (SELECT t.event_id FROM load_told_id AS t);

DELETE FROM event WHERE event_id IN (SELECT k.event_id FROM load_known AS k);

INSERT INTO load_event BY NAME SELECT t.* REPLACE (TRUE AS is_replayed) FROM load_told AS t;

INSERT INTO unpublished
SELECT 'event', h.event_id FROM load_held AS h WHERE NOT EXISTS (SELECT 1 FROM unpublished AS a WHERE a.kind = 'all');
