-- Step events_append: give every event its id and append those that are not there yet. What was learned from a capture
-- more than a week older than the newest that we hold or than the last look at the calendar, or what follows for other
-- runs' findings, is no news: kept, and marked as late.
-- In: load_event, load_run (empty for the calendar). Out: event, load_event_new.

-- As written: the long rows stream past the short list of the best told, by their place.
SET disabled_optimizers = 'join_order,build_side_probe_side';

CREATE OR REPLACE TEMP TABLE load_event_new AS
WITH best AS (
    SELECT
        e.rowid AS place,
        e.detected_at < greatest((SELECT max(p.last_checked_at) FROM page AS p), (SELECT max(k.now) FROM calendar_run AS k)) - INTERVAL 7 DAY
        -- What follows for other runs' findings is not what this one found.
        OR (coalesce(e.is_replayed, FALSE) AND e.crawl_id IS DISTINCT FROM (SELECT r.crawl_id FROM load_run AS r)) AS is_late
    FROM load_event AS e
    QUALIFY row_number() OVER (PARTITION BY e.kind, e.fact ORDER BY e.moment, e.batch_no, e.rank, e.detected_at, e.quote) = 1
)
SELECT
    'ev_' || substr(sha256(l.kind || '|' || l.fact), 1, 16) AS event_id,
    l.* EXCLUDE (fact, rank, batch_no, is_replayed) REPLACE (coalesce(l.is_baseline, FALSE) AS is_baseline),
    'source' AS change_cause,
    b.is_late
FROM load_event AS l
INNER JOIN best AS b ON b.place = l.rowid;

RESET disabled_optimizers;

-- What was withdrawn may come true after all.
DELETE FROM event WHERE withdrawn_at IS NOT NULL AND event_id IN (SELECT n.event_id FROM load_event_new AS n);

DELETE FROM load_event_new WHERE event_id IN (
    SELECT e.event_id FROM event AS e WHERE e.event_id IN (SELECT n.event_id FROM load_event_new AS n)
);

INSERT INTO event BY NAME SELECT * FROM load_event_new;

INSERT INTO unpublished
SELECT 'event', n.event_id FROM load_event_new AS n WHERE NOT EXISTS (SELECT 1 FROM unpublished AS a WHERE a.kind = 'all');
