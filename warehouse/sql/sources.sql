-- Step sources: the health of the source that was crawled: unhealthy at the second run in a row that was suspect or
-- failed. A partial run (one that ended itself, for quiet hours or the day's budget) says nothing of the portal's health.
-- In: load_run, in_captures. Out: crawl, source, load_event (source_unhealthy, source_recovered).

INSERT INTO load_event BY NAME
SELECT
    CASE WHEN l.verdict = 'good' THEN 'source_recovered' ELSE 'source_unhealthy' END AS kind,
    concat_ws('|', s.source, l.crawl_id) AS fact,
    0 AS rank,
    s.source,
    s.title,
    s.homepage AS url,
    l.finished_at AS detected_at,
    CAST(to_json({'verdict': s.last_verdict, 'last_good_at': s.last_good_at}) AS VARCHAR) AS before,
    CAST(to_json({'verdict': l.verdict, 'reasons': l.reasons}) AS VARCHAR) AS after,
    nullif(array_to_string(l.reasons, '; '), '') AS quote
FROM load_run AS l
INNER JOIN source AS s ON s.source = l.source
WHERE
    (s.last_crawl_at IS NULL OR l.finished_at > s.last_crawl_at)
    AND ((l.verdict = 'good' AND s.bad_streak >= 2) OR (l.verdict IN ('suspect', 'failed') AND s.bad_streak = 1));

UPDATE source
SET
    bad_streak = CASE l.verdict WHEN 'good' THEN 0 WHEN 'partial' THEN source.bad_streak ELSE source.bad_streak + 1 END,
    last_crawl_id = l.crawl_id,
    last_crawl_at = l.finished_at,
    last_verdict = l.verdict
FROM load_run AS l
WHERE source.source = l.source AND (source.last_crawl_at IS NULL OR l.finished_at > source.last_crawl_at);

UPDATE source
SET last_good_at = greatest(source.last_good_at, l.finished_at), first_good_crawl_id = coalesce(source.first_good_crawl_id, l.crawl_id)
FROM load_run AS l
WHERE source.source = l.source AND l.verdict = 'good';

UPDATE source
SET first_good_run_id = coalesce(source.first_good_run_id, l.crawl_id)
FROM load_run AS l
WHERE
    l.verdict = 'good'
    AND (source.source = l.source OR (l.source IS NULL AND source.source IN (SELECT c.source FROM in_captures AS c)));

INSERT INTO crawl BY NAME SELECT * FROM load_run;
