-- Step rounds: a batch may hold several captures of one page; round n holds the n-th of every page, in order of time.
-- In: load_reading. Out: load_queue (which reading is up in which round), load_round.

CREATE OR REPLACE TEMP TABLE load_queue AS
SELECT
    r.page_id,
    r.capture_id,
    r.change_cause,
    row_number() OVER (
        PARTITION BY r.page_id ORDER BY r.known_at, r.change_cause <> 'parser', r.fetched_at, r.capture_id
    ) AS round_no
FROM load_reading AS r;

CREATE OR REPLACE TEMP TABLE load_round AS
SELECT 0 AS round_no;
