-- Step late_find: captures older than the last answer that is known of their page.
-- In: load_reading (late rows leave it). Out: late_reading.

CREATE OR REPLACE TEMP TABLE late_reading AS
SELECT * FROM load_reading WHERE change_cause <> 'parser' AND is_late;

DELETE FROM load_reading
WHERE capture_id IN (SELECT l.capture_id FROM late_reading AS l) AND change_cause <> 'parser';
