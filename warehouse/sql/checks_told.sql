-- Step checks_told: what was computed of the pages that are checked late takes the place of what was held.
-- In: late_state, late_told, late_checked. Out: page, load_told, load_held, load_event.

UPDATE page
SET
    state = s.state,
    last_checked_at = s.last_checked_at,
    last_answered_at = s.last_answered_at,
    missing_count = s.missing_count,
    missing_since = s.missing_since
FROM late_state AS s
WHERE page.page_id = s.page_id;

DELETE FROM load_event WHERE kind IN ('disappeared', 'reappeared') AND page_id IN (SELECT l.page_id FROM late_checked AS l);

CREATE OR REPLACE TEMP TABLE load_told AS SELECT e.* FROM load_event AS e LIMIT 0;

INSERT INTO load_told BY NAME
SELECT
    e.kind,
    concat_ws('|', e.page_id, epoch_us(e.since)) AS fact,
    0 AS rank,
    coalesce(w.policy_id, p.policy_id) AS policy_id,
    e.page_id,
    p.source,
    coalesce(v.number, w.number) AS number,
    coalesce(v.title, w.title) AS title,
    p.canonical_url AS url,
    e.detected_at,
    CAST(to_json({'state': e.before}) AS VARCHAR) AS before,
    CAST(to_json({'state': e.after}) AS VARCHAR) AS after,
    p.source AS cause_source,
    e.moment,
    e.crawl_id,
    coalesce(e.moment <= CASE WHEN e.is_crawl THEN s.first_good_crawl_at ELSE s.first_good_run_at END, TRUE) AS is_baseline
FROM late_told AS e
INNER JOIN page AS p ON p.page_id = e.page_id
LEFT JOIN source AS s ON s.source = p.source
LEFT JOIN page_version AS w
    ON w.page_id = e.page_id AND w.known_from <= e.detected_at AND (w.known_to IS NULL OR w.known_to > e.detected_at)
LEFT JOIN policy_version AS v
    ON v.policy_id = coalesce(w.policy_id, p.policy_id) AND v.known_from <= e.detected_at
    AND (v.known_to IS NULL OR v.known_to > e.detected_at);

CREATE OR REPLACE TEMP TABLE load_held AS
SELECT e.event_id, e.is_late
FROM event AS e
WHERE e.kind IN ('disappeared', 'reappeared') AND e.page_id IN (SELECT l.page_id FROM late_checked AS l);
