-- Step late_find: readings that arrive after something that was learned later: do they bear on it?
-- A decision that was just made is played in its place in the same way.
-- In: load_reading, load_stored, load_before, in_captures, in_citations, reading, page_version, citation, decision. Out: late_page.

-- When the out-of-order part of each page begins, in the order of batches.
CREATE OR REPLACE TEMP TABLE late_candidate AS
SELECT c.page_id, min({'moment': c.moment, 'batch': c.batch}) AS first
FROM (
    SELECT r.page_id, r.moment, r.batch
    FROM load_reading AS r
    CROSS JOIN load_before AS b
    WHERE (r.moment, r.batch) <= (b.moment, b.batch)
    UNION ALL
    SELECT s.page_id, s.moment, s.batch
    FROM load_stored AS s
    INNER JOIN load_reading AS r ON r.page_id = s.page_id
    WHERE
        (s.known_at, s.fetched_at, s.capture_id, s.change_cause = 'parser')
        > (r.known_at, r.fetched_at, r.capture_id, r.change_cause = 'parser')
) AS c
GROUP BY c.page_id;

-- Pages that were read in that time or later.
CREATE OR REPLACE TEMP TABLE late_recent AS
SELECT r.page_id, max({'moment': r.moment, 'batch': r.batch}) AS last
FROM (
    SELECT a.page_id, a.moment, a.batch
    FROM reading AS a
    WHERE a.crawl_id IS DISTINCT FROM (SELECT l.crawl_id FROM load_run AS l)
    UNION ALL
    -- What was decided of a page by hand counts as read of it, and of what it was found to name.
    SELECT unnest([d.page_id, d.target_page_id]), d.moment, d.decision_id
    FROM decision AS d
) AS r
WHERE r.moment >= (SELECT min(c.first.moment) FROM late_candidate AS c)
GROUP BY r.page_id;

-- What these pages are known by, and what they name.
CREATE OR REPLACE TEMP TABLE late_bears AS
WITH face AS (
    SELECT v.page_id, v.kind, v.authority, v.number, v.title_norm, v.instrument_title_norm, v.issuers_norm
    FROM page_version AS v
    WHERE v.page_id IN (SELECT c.page_id FROM late_candidate AS c) OR v.page_id IN (SELECT q.page_id FROM late_recent AS q)
    UNION ALL
    SELECT r.page_id, r.kind, r.authority, r.number, r.title_norm, r.instrument_title_norm, r.issuers_norm
    FROM load_reading AS r
)
SELECT DISTINCT k.page_id, k.what
FROM (
    SELECT f.page_id, f.kind, f.authority, unnest([f.number, f.title_norm, f.instrument_title_norm]) AS what FROM face AS f
    UNION ALL
    SELECT f.page_id, f.kind, f.authority, substr(f.title_norm, length(i.issuer) + 1)
    FROM face AS f, unnest(f.issuers_norm) AS i(issuer)
    WHERE starts_with(f.title_norm, i.issuer)
) AS k
WHERE k.what IS NOT NULL AND (k.kind IN ('policy', 'repost') OR (k.kind = 'other' AND k.authority = 'repost'));

CREATE OR REPLACE TEMP TABLE late_names AS
WITH named AS (
    SELECT c.page_id, c.relation, unnest([c.number, c.title_norm]) AS what
    FROM citation AS c
    WHERE
        c.page_id IN (SELECT a.page_id FROM late_candidate AS a) OR c.page_id IN (SELECT q.page_id FROM late_recent AS q)
        OR c.page_id IN (SELECT d.page_id FROM decision AS d WHERE d.decision_id = (SELECT l.crawl_id FROM load_run AS l))
    UNION ALL
    SELECT r.page_id, c.relation, unnest([c.number, c.title_norm])
    FROM load_reading AS r
    INNER JOIN in_citations AS c ON c.capture_id = r.capture_id
)
SELECT n.page_id, n.what, bool_or(n.relation IN ('repeals', 'partially_repeals', 'amends', 'extends', 'suspends')) AS is_act
FROM named AS n
WHERE n.what IS NOT NULL
GROUP BY n.page_id, n.what;

CREATE OR REPLACE TEMP TABLE late_page AS
WITH touching AS (
    SELECT c.page_id, c.page_id AS other_id FROM late_candidate AS c
    UNION ALL
    SELECT p.page_id, o.page_id FROM page AS p INNER JOIN page AS o ON o.policy_id = p.policy_id
    WHERE p.page_id IN (SELECT c.page_id FROM late_candidate AS c)
    UNION ALL
    SELECT a.page_id, b.page_id FROM late_bears AS a INNER JOIN late_bears AS b ON b.what = a.what
    UNION ALL
    SELECT a.page_id, b.page_id FROM late_bears AS a INNER JOIN late_names AS b ON b.what = a.what
    UNION ALL
    SELECT a.page_id, b.page_id FROM late_names AS a INNER JOIN late_bears AS b ON b.what = a.what
    UNION ALL
    SELECT a.page_id, b.page_id FROM late_names AS a INNER JOIN late_names AS b ON b.what = a.what AND a.is_act AND b.is_act
)
SELECT DISTINCT c.page_id
FROM late_candidate AS c
INNER JOIN touching AS t ON t.page_id = c.page_id
INNER JOIN late_recent AS q ON q.page_id = t.other_id
WHERE q.last >= c.first;

-- What was decided of the same pages before may be undone by it.
INSERT INTO late_page
SELECT DISTINCT t.page_id
FROM (
    SELECT unnest([d.page_id, d.target_page_id]) AS page_id
    FROM decision AS d
    WHERE d.page_id IN (SELECT n.page_id FROM decision AS n WHERE n.decision_id = (SELECT l.crawl_id FROM load_run AS l))
) AS t
INNER JOIN page AS p ON p.page_id = t.page_id
WHERE t.page_id NOT IN (SELECT l.page_id FROM late_page AS l);
