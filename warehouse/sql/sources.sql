-- Step sources: the run itself, and what it is to its source: the last one, the last good one.
-- In: load_run. Out: crawl, source, load_told and load_held (both empty).

INSERT INTO crawl BY NAME SELECT * FROM load_run;

CREATE OR REPLACE TEMP TABLE load_told AS SELECT e.* FROM load_event AS e LIMIT 0;

CREATE OR REPLACE TEMP TABLE load_held AS SELECT e.event_id, e.is_late FROM event AS e LIMIT 0;

UPDATE source
SET
    last_crawl_id = l.crawl_id,
    last_crawl_at = l.finished_at,
    last_verdict = l.verdict
FROM load_run AS l
WHERE
    source.source = l.source
    AND (l.finished_at, l.crawl_id) >= (coalesce(source.last_crawl_at, l.finished_at), coalesce(source.last_crawl_id, ''));

UPDATE source
SET last_good_at = greatest(source.last_good_at, l.finished_at)
FROM load_run AS l
WHERE source.source = l.source AND l.verdict = 'good';
