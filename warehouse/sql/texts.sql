-- Step texts: the bodies of what was read, once per distinct text.
-- In: load_reading, in_texts (the staging file). Out: body_text, load_text (the new ones).

CREATE OR REPLACE TEMP TABLE load_text AS
SELECT r.text_hash, min(r.capture_id) AS capture_id
FROM load_reading AS r
ANTI JOIN body_text AS b ON b.text_hash = r.text_hash
WHERE r.text_hash IS NOT NULL
GROUP BY r.text_hash;

-- Which rows of the file are wanted, as a list by their place: what comes out of a join is not written by all cores, and
-- leaves groups of rows half filled, which are packed once more when the file is closed.
SET VARIABLE texts_wanted = (
    SELECT coalesce(list(n.capture_id IS NOT NULL ORDER BY t.place), CAST([] AS BOOLEAN[]))
    FROM in_texts AS t
    LEFT JOIN load_text AS n ON n.capture_id = t.capture_id AND n.text_hash = t.text_hash
);

INSERT INTO body_text
SELECT t.text_hash, t.text
FROM in_texts AS t
WHERE getvariable('texts_wanted')[t.place + 1];

RESET VARIABLE texts_wanted;
