-- Step replay_follow: whether an act holds hangs on the end of the document that does it. So where that document is itself repealed
-- by some other, the two are played together; run until nothing is added.
-- In: replay_face, citation, load_reading, in_citations, replay_page. Out: replay_page.
INSERT INTO replay_page
WITH bears AS (
    SELECT f.page_id, unnest([f.number, f.title_norm, f.instrument_title_norm]) AS what FROM replay_face AS f
),
acts AS (
    SELECT c.page_id, unnest([c.number, c.title_norm]) AS what, c.relation FROM citation AS c WHERE c.page_kind = 'policy'
    UNION ALL
    SELECT r.page_id, unnest([c.number, c.title_norm]), c.relation
    FROM load_reading AS r
    INNER JOIN in_citations AS c ON c.capture_id = r.capture_id
    WHERE r.kind = 'policy'
),
ended AS (
    SELECT DISTINCT b.page_id
    FROM bears AS b
    INNER JOIN acts AS a ON a.what = b.what AND a.page_id <> b.page_id AND a.relation = 'repeals'
),
hung AS (
    SELECT a.page_id, b.page_id AS other_id
    FROM acts AS a
    INNER JOIN ended AS e ON e.page_id = a.page_id
    INNER JOIN bears AS b ON b.what = a.what AND b.page_id <> a.page_id
    WHERE a.relation IN ('repeals', 'partially_repeals', 'extends', 'suspends')
)
SELECT DISTINCT o.page_id, TRUE
FROM (
    SELECT h.other_id AS page_id FROM hung AS h INNER JOIN replay_page AS p ON p.page_id = h.page_id AND p.is_core
    UNION ALL
    SELECT h.page_id FROM hung AS h INNER JOIN replay_page AS p ON p.page_id = h.other_id AND p.is_core
) AS o
WHERE o.page_id NOT IN (SELECT q.page_id FROM replay_page AS q);
