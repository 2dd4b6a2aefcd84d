-- Step load_open: the run itself, as a row. No decision is played, but in a replay.

-- Whether a row (by its rowid) was there before this transaction; the engine counts rows of its own from here on. Rows of both
-- kinds are read apart: what lies between the first and the last of a list is all that is read. Nothing else hangs on it.
CREATE OR REPLACE TEMP MACRO is_stored(place) AS place < 36028797018960000;

CREATE OR REPLACE TEMP TABLE load_run AS
SELECT * FROM crawl LIMIT 0;

INSERT INTO load_run BY NAME
SELECT
    $crawl_id AS crawl_id,
    $source AS source,
    CAST($started_at AS TIMESTAMPTZ) AS started_at,
    CAST($finished_at AS TIMESTAMPTZ) AS finished_at,
    $verdict AS verdict,
    CAST($reasons AS VARCHAR[]) AS reasons,
    $counts AS counts;

CREATE OR REPLACE TEMP TABLE load_decision AS
SELECT d.* FROM decision AS d LIMIT 0;
