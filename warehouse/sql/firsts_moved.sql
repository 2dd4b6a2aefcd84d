-- Step firsts_moved: an earlier first run than the one that was known makes news of what that one found.
-- In: load_first_moved. Out: event.is_baseline.
UPDATE event
SET
    is_baseline = CASE
        WHEN c.source IS NULL THEN coalesce(event.moment <= s.first_good_run_at, TRUE)
        ELSE coalesce(event.moment <= s.first_good_crawl_at, TRUE)
    END
FROM load_first_moved AS m, source AS s, crawl AS c
WHERE
    m.is_known AND s.source = m.source AND event.cause_source = m.source AND event.moment IS NOT NULL AND c.crawl_id = event.crawl_id;
