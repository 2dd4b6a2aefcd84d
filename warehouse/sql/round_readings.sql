-- Step round_readings: which readings of this round say something new of their page.
-- In: load_queue, load_round. Out: r_reading (all of the round), r_changed (the new and changed ones), body_text.

CREATE OR REPLACE TEMP TABLE r_reading AS
SELECT q.*, p.policy_id
FROM load_queue AS q
INNER JOIN page AS p ON p.page_id = q.page_id
WHERE q.round_no = (SELECT l.round_no FROM load_round AS l);

CREATE OR REPLACE TEMP TABLE r_changed AS
SELECT r.*, v.page_id IS NULL AS is_new
FROM r_reading AS r
LEFT JOIN page_version AS v ON v.page_id = r.page_id AND v.known_to IS NULL
WHERE
    v.page_id IS NULL
    OR v.reading_hash IS DISTINCT FROM r.reading_hash
    OR v.authority IS DISTINCT FROM r.authority
    OR v.url IS DISTINCT FROM r.url;

INSERT INTO body_text
SELECT DISTINCT ON (c.text_hash) c.text_hash, c.text
FROM r_changed AS c
WHERE c.text_hash IS NOT NULL AND c.text_hash NOT IN (SELECT b.text_hash FROM body_text AS b);
