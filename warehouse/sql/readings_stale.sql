-- Step readings_stale: readings by another parser that came too late to count.
-- In: load_reading, load_stored. Out: load_reading.

-- Reading an older capture again says nothing of the page as it is by then.
DELETE FROM load_reading
WHERE change_cause = 'parser' AND (page_id, capture_id) IN (
    SELECT (r.page_id, r.capture_id)
    FROM load_reading AS r
    INNER JOIN load_stored AS s ON s.page_id = r.page_id
    WHERE r.change_cause = 'parser' AND s.change_cause <> 'parser' AND s.fetched_at > r.fetched_at AND s.known_at < r.known_at
);
