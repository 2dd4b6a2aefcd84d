-- Step rounds: the batches in order of time, and in each round n the n-th reading of every page.
-- In: load_reading. Out: load_queue (which reading is up in which round), load_batch, load_round.

CREATE OR REPLACE TEMP TABLE load_queue AS
WITH ordered AS (
    SELECT
        r.page_id,
        r.capture_id,
        r.change_cause,
        dense_rank() OVER (ORDER BY r.moment, r.batch) AS batch_no,
        row_number() OVER (
            PARTITION BY r.page_id, r.moment, r.batch ORDER BY r.known_at, r.fetched_at, r.capture_id, r.change_cause = 'parser'
        ) AS turn
    FROM load_reading AS r
)
SELECT o.* EXCLUDE (turn), dense_rank() OVER (ORDER BY o.batch_no, o.turn) AS round_no
FROM ordered AS o;

CREATE OR REPLACE TEMP TABLE load_batch AS
SELECT q.batch_no, any_value(r.moment) AS moment, any_value(r.batch) AS batch, coalesce(nullif(any_value(r.batch), ''), max(r.crawl_id)) AS crawl_id, max(q.round_no) AS last_round
FROM load_queue AS q
INNER JOIN load_reading AS r ON r.capture_id = q.capture_id AND r.change_cause = q.change_cause
GROUP BY q.batch_no;

CREATE OR REPLACE TEMP TABLE load_round AS
SELECT 0 AS round_no;
