-- Step batch_open: which sources' findings in this batch are the first ones: not news to anybody. A crawl is a baseline up
-- to the source's first good crawl; what is taken in by hand, up to its first good run of any kind.
-- In: $batch_no, load_batch, source, crawl, load_run. Out: load_now (the batch), load_source.

CREATE OR REPLACE TEMP TABLE load_now AS
SELECT b.*, coalesce(l.source, c.source) IS NOT NULL AS is_crawl
FROM load_batch AS b
LEFT JOIN load_run AS l ON l.crawl_id = b.batch
LEFT JOIN crawl AS c ON c.crawl_id = b.batch
WHERE b.batch_no = $batch_no;

CREATE OR REPLACE TEMP TABLE load_source AS
SELECT
    s.source,
    s.timezone,
    coalesce(n.moment <= CASE WHEN n.is_crawl THEN s.first_good_crawl_at ELSE s.first_good_run_at END, TRUE) AS is_baseline
FROM source AS s
CROSS JOIN load_now AS n;
