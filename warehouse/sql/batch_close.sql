-- Step batch_close: the events of this batch learn its moment and whether they are news.
-- In: load_now, load_source. Out: load_event.
UPDATE load_event
SET
    moment = n.moment,
    batch_no = n.batch_no,
    crawl_id = n.crawl_id,
    is_baseline = coalesce((SELECT s.is_baseline FROM load_source AS s WHERE s.source = load_event.cause_source), FALSE)
FROM load_now AS n
WHERE load_event.moment IS NULL;
