-- Step readings_known: the last batch that is known, and what is known of the same pages already.
-- In: load_reading, reading, decision. Out: load_before, load_stored.

CREATE OR REPLACE TEMP TABLE load_before AS
SELECT max(b.moment) AS moment, arg_max(b.batch, (b.moment, b.batch)) AS batch
FROM (
    SELECT r.moment, r.batch FROM reading AS r WHERE r.moment = (SELECT max(m.moment) FROM reading AS m)
    UNION ALL
    SELECT d.moment, d.decision_id FROM decision AS d
) AS b
-- No row where nothing is known: nothing can be late then.
HAVING count(b.moment) > 0;

CREATE OR REPLACE TEMP TABLE load_stored AS
WITH place AS MATERIALIZED (
    SELECT r.rowid AS place FROM reading AS r WHERE r.page_id IN (SELECT l.page_id FROM load_reading AS l)
)
SELECT r.page_id, r.content_id, r.capture_id, r.change_cause, r.moment, r.batch, r.known_at, r.fetched_at
FROM place AS l
INNER JOIN reading AS r ON r.rowid = l.place;
