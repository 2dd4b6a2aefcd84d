-- Step replay_shadow: from here on the round steps see empty tables in the place of the stored ones.
-- In: replay_page, page. Out: temporary tables of the same names.

CREATE TEMP TABLE replay_page_row AS
SELECT g.* REPLACE (
    NULL AS policy_id, NULL AS kind, NULL AS reading_url, NULL AS last_changed_at, NULL AS last_read_capture_id, NULL AS parser_version,
    NULL AS first_read_at
)
FROM page AS g
WHERE g.page_id IN (SELECT p.page_id FROM replay_page AS p);

CREATE TEMP TABLE page_version AS SELECT * FROM page_version LIMIT 0;

CREATE TEMP TABLE policy AS SELECT * FROM policy LIMIT 0;

CREATE TEMP TABLE policy_link AS SELECT * FROM policy_link LIMIT 0;

CREATE TEMP TABLE policy_version AS SELECT * FROM policy_version LIMIT 0;

CREATE TEMP TABLE measure_version AS SELECT * FROM measure_version LIMIT 0;

CREATE TEMP TABLE citation AS SELECT * FROM citation LIMIT 0;

CREATE TEMP TABLE effect AS SELECT * FROM effect LIMIT 0;

CREATE TEMP TABLE measure_effect AS SELECT * FROM measure_effect LIMIT 0;

CREATE TEMP TABLE page AS SELECT * FROM page LIMIT 0;

INSERT INTO page SELECT * FROM replay_page_row;

DROP TABLE replay_page_row;

ALTER TABLE load_event RENAME TO replay_event_before;
