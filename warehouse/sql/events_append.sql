-- Step events_append: give every event its id and append those that are not there yet.
-- In: load_event, load_source, load_run (empty for the calendar). Out: event, load_event_new.

CREATE OR REPLACE TEMP TABLE load_event_new AS
SELECT
    'ev_' || substr(sha256(l.kind || '|' || l.fact), 1, 16) AS event_id,
    l.* EXCLUDE (fact, rank, cause_source),
    coalesce(s.is_baseline, FALSE) AS is_baseline,
    'source' AS change_cause,
    (SELECT r.crawl_id FROM load_run AS r) AS crawl_id
FROM load_event AS l
LEFT JOIN load_source AS s ON s.source = l.cause_source
QUALIFY row_number() OVER (PARTITION BY l.kind, l.fact ORDER BY l.rank, l.detected_at, l.quote) = 1;

DELETE FROM load_event_new WHERE event_id IN (SELECT e.event_id FROM event AS e);

INSERT INTO event BY NAME SELECT * FROM load_event_new;
