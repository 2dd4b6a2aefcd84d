-- Step readings_older: captures that another parser read again.
-- In: load_reading. Out: load_reading.

-- An older capture that another parser read again together with a newer one counts from the newer one on, so that what
-- differs between the two is only what the page changed.
UPDATE load_reading
SET known_at = n.known_at, moment = n.moment, batch = n.batch
FROM (
    SELECT r.page_id, r.capture_id, arg_min(s.capture_id, (s.known_at, s.fetched_at, s.capture_id)) AS newer_id
    FROM load_reading AS r
    INNER JOIN load_reading AS s ON s.page_id = r.page_id
    WHERE r.change_cause = 'parser' AND s.change_cause <> 'parser' AND s.fetched_at > r.fetched_at AND s.known_at < r.known_at
    GROUP BY r.page_id, r.capture_id
) AS o, (SELECT l.* FROM load_reading AS l) AS n
WHERE
    load_reading.change_cause = 'parser' AND load_reading.page_id = o.page_id AND load_reading.capture_id = o.capture_id
    AND n.capture_id = o.newer_id AND n.change_cause <> 'parser';
