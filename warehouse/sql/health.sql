-- Step health: the health of the source that was crawled: unhealthy at the second run in a row that was suspect or failed. A
-- partial run (one that ended itself, for quiet hours or the day's budget) says nothing of the portal's health.
-- In: load_run, crawl, load_told (empty). Out: source, load_told, load_held (source_unhealthy, source_recovered: all of this source).

CREATE OR REPLACE TEMP TABLE load_health AS
WITH run AS (
    SELECT
        c.*,
        c.verdict = 'good' AS is_good,
        c.verdict IN ('suspect', 'failed') AS is_bad,
        count(*) FILTER (WHERE c.verdict = 'good') OVER (ORDER BY c.finished_at, c.crawl_id) AS spell,
        lag(c.verdict) OVER (ORDER BY c.finished_at, c.crawl_id) AS last_verdict,
        max(CASE WHEN c.verdict = 'good' THEN c.finished_at END) OVER (
            ORDER BY c.finished_at, c.crawl_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS last_good_at
    FROM crawl AS c
    WHERE c.source = (SELECT l.source FROM load_run AS l)
),
counted AS (
    SELECT r.*, count(*) FILTER (WHERE r.is_bad) OVER (PARTITION BY r.spell ORDER BY r.finished_at, r.crawl_id) AS streak
    FROM run AS r
)
SELECT c.*, lag(c.streak) OVER (ORDER BY c.finished_at, c.crawl_id) AS streak_before
FROM counted AS c;

INSERT INTO load_told BY NAME
SELECT
    CASE WHEN h.is_good THEN 'source_recovered' ELSE 'source_unhealthy' END AS kind,
    concat_ws('|', h.source, h.crawl_id) AS fact,
    0 AS rank,
    s.source,
    s.title,
    s.homepage AS url,
    h.finished_at AS detected_at,
    CAST(to_json({'verdict': h.last_verdict, 'last_good_at': h.last_good_at}) AS VARCHAR) AS before,
    CAST(to_json({'verdict': h.verdict, 'reasons': h.reasons}) AS VARCHAR) AS after,
    nullif(array_to_string(h.reasons, '; '), '') AS quote,
    h.finished_at AS moment,
    h.crawl_id
FROM load_health AS h
INNER JOIN source AS s ON s.source = h.source
WHERE (h.is_good AND h.streak_before >= 2) OR (h.is_bad AND h.streak = 2);

CREATE OR REPLACE TEMP TABLE load_held AS
SELECT e.event_id, e.is_late
FROM event AS e
WHERE e.kind IN ('source_unhealthy', 'source_recovered') AND e.source = (SELECT l.source FROM load_run AS l);

UPDATE source SET bad_streak = h.streak
FROM (SELECT a.* FROM load_health AS a QUALIFY row_number() OVER (ORDER BY a.finished_at DESC, a.crawl_id DESC) = 1) AS h
WHERE source.source = h.source;
