-- Step calendar_open: one look at the calendar: the day that it is, and how many days before an end it is announced. No run
-- brings its events.
-- Out: calendar_run, load_look, load_concerned (all policies), load_run (empty).
CREATE OR REPLACE TEMP TABLE load_look AS
SELECT CAST($today AS DATE) AS today, CAST($now AS TIMESTAMPTZ) AS now, CAST($warn_days AS INTEGER[]) AS warn_days;

INSERT INTO calendar_run BY NAME
SELECT l.* FROM load_look AS l
WHERE NOT EXISTS (SELECT 1 FROM calendar_run AS c WHERE c.today = l.today AND c.now = l.now AND c.warn_days = l.warn_days);

CREATE OR REPLACE TEMP TABLE load_concerned AS
SELECT p.policy_id FROM policy AS p;

CREATE OR REPLACE TEMP TABLE load_run AS
SELECT * FROM crawl LIMIT 0;
