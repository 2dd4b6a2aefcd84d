-- Step events_append: give every event its id and append those that are not there yet. What was learned from a capture
-- more than a week older than the newest that we hold or than the last look at the calendar, or what follows for other
-- runs' findings, is no news: kept, and marked as late.
-- In: load_event, load_run (empty for the calendar). Out: event, load_event_new.

CREATE OR REPLACE TEMP TABLE load_event_new AS
SELECT
    'ev_' || substr(sha256(l.kind || '|' || l.fact), 1, 16) AS event_id,
    l.* EXCLUDE (fact, rank, batch_no, is_replayed) REPLACE (coalesce(l.is_baseline, FALSE) AS is_baseline),
    'source' AS change_cause,
    l.detected_at < greatest((SELECT max(p.last_checked_at) FROM page AS p), (SELECT max(k.now) FROM calendar_run AS k)) - INTERVAL 7 DAY
    -- What follows for other runs' findings is not what this one found.
    OR (coalesce(l.is_replayed, FALSE) AND l.crawl_id IS DISTINCT FROM (SELECT r.crawl_id FROM load_run AS r)) AS is_late
FROM load_event AS l
QUALIFY row_number() OVER (PARTITION BY l.kind, l.fact ORDER BY l.moment, l.batch_no, l.rank, l.detected_at, l.quote) = 1;

-- What was withdrawn may come true after all.
DELETE FROM event WHERE withdrawn_at IS NOT NULL AND event_id IN (SELECT n.event_id FROM load_event_new AS n);

DELETE FROM load_event_new WHERE event_id IN (
    SELECT e.event_id FROM event AS e WHERE e.event_id IN (SELECT n.event_id FROM load_event_new AS n)
);

INSERT INTO event BY NAME SELECT * FROM load_event_new;

INSERT INTO unpublished
SELECT 'event', n.event_id FROM load_event_new AS n WHERE NOT EXISTS (SELECT 1 FROM unpublished AS a WHERE a.kind = 'all');
