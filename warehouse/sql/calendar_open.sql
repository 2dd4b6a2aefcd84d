-- Step calendar_open: the day that it is, and how many days before an end it is announced. No run brings these events.
CREATE OR REPLACE TEMP TABLE load_today AS
SELECT CAST($today AS DATE) AS today, CAST($now AS TIMESTAMPTZ) AS now;

CREATE OR REPLACE TEMP TABLE load_warn AS
SELECT unnest(CAST($warn_days AS INTEGER[])) AS days;

CREATE OR REPLACE TEMP TABLE load_run AS
SELECT * FROM crawl LIMIT 0;

CREATE OR REPLACE TEMP TABLE load_source AS
SELECT s.source, s.timezone, FALSE AS is_baseline FROM source AS s;
