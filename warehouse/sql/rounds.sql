-- Step rounds: the batches in order of time, and in each round n the n-th reading of every page.
-- A decision of a person is a batch, and a round, of its own.
-- In: load_reading, load_decision. Out: load_queue (which reading is up in which round), load_batch, load_round.

CREATE OR REPLACE TEMP TABLE load_queue AS
WITH ordered AS (
    SELECT
        r.page_id,
        r.capture_id,
        r.change_cause,
        r.moment,
        r.batch,
        r.crawl_id,
        dense_rank() OVER (ORDER BY r.moment, r.batch) AS batch_no,
        row_number() OVER (
            PARTITION BY r.page_id, r.moment, r.batch ORDER BY r.known_at, r.fetched_at, r.capture_id, r.change_cause = 'parser'
        ) AS turn
    FROM (
        SELECT l.page_id, l.capture_id, l.change_cause, l.moment, l.batch, l.crawl_id, l.known_at, l.fetched_at FROM load_reading AS l
        UNION ALL BY NAME
        SELECT d.moment, d.decision_id AS batch, d.decision_id AS crawl_id FROM load_decision AS d
    ) AS r
)
SELECT o.* EXCLUDE (turn), dense_rank() OVER (ORDER BY o.batch_no, o.turn) AS round_no
FROM ordered AS o;

CREATE OR REPLACE TEMP TABLE load_batch AS
SELECT
    q.batch_no,
    any_value(q.moment) AS moment,
    any_value(q.batch) AS batch,
    coalesce(nullif(any_value(q.batch), ''), max(q.crawl_id)) AS crawl_id,
    max(q.round_no) AS last_round,
    bool_or(q.capture_id IS NULL) AS is_decision
FROM load_queue AS q
GROUP BY q.batch_no;

CREATE OR REPLACE TEMP TABLE load_round AS
SELECT 0 AS round_no;
