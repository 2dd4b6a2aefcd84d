-- Step replay_take: the readings of the pages that are replayed wait for the replay.
-- In: load_reading, replay_page. Out: replay_reading, load_reading without them.

CREATE OR REPLACE TEMP TABLE replay_reading AS
SELECT r.* FROM load_reading AS r WHERE r.page_id IN (SELECT p.page_id FROM replay_page AS p);

DELETE FROM load_reading WHERE page_id IN (SELECT p.page_id FROM replay_page AS p);
