-- Step load_open: the run itself, as a row. No decision is played, but in a replay.
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
