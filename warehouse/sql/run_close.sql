-- Step run_close: what the run as a whole tells of pages is of its end.
-- In: load_run, source. Out: load_event.
UPDATE load_event
SET
    moment = CASE
        WHEN l.source IS NOT NULL THEN l.finished_at
        ELSE CAST(CAST(load_event.detected_at AT TIME ZONE 'Asia/Shanghai' AS DATE) + 1 AS TIMESTAMP) AT TIME ZONE 'Asia/Shanghai'
    END,
    crawl_id = l.crawl_id,
    is_baseline = coalesce((
        SELECT coalesce(l.finished_at <= CASE WHEN l.source IS NULL THEN s.first_good_run_at ELSE s.first_good_crawl_at END, TRUE)
        FROM source AS s
        WHERE s.source = load_event.cause_source
    ), FALSE)
FROM load_run AS l
WHERE load_event.moment IS NULL;
